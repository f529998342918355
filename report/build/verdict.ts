import type { AccessReport } from '../model.js';
import { counted } from '../words.js';

type Judged = Pick<AccessReport, 'server' | 'summary' | 'notProbed' | 'exceptions' | 'unmanaged'> & {
  /** The theorems were tried. */
  readonly proved: boolean;
};

const HEADLINES = {
  'as-declared': 'Every declared key can do what is declared, and nothing else',
  incomplete: 'Nothing contradicts the declaration, but not everything was shown',
  contradicted: 'Access differs from what is declared',
} as const;

/** One sentence for the whole report, and what it rests on. */
export function verdictOf({
  server,
  summary,
  notProbed,
  exceptions,
  unmanaged,
  proved,
}: Judged): AccessReport['verdict'] {
  const { findings, probes, pairs, isolation } = summary;
  const contradictions = findings.security + findings.access;
  const isIncomplete = findings.error > 0 || notProbed.length > 0 || !proved || probes.total === 0;
  const level = contradictions > 0 ? 'contradicted' : isIncomplete ? 'incomplete' : 'as-declared';
  const theorem = `${pairs.proved} of ${counted(pairs.total, 'pair')} of identity and bucket proved`;
  const isolated = isolation
    ? `; ${isolation.proved} of ${counted(isolation.pairs, 'ordered pair')} of components proved isolated`
    : '';
  const reasons = [
    ...(findings.security > 0 ? [`${counted(findings.security, 'finding')}: more is possible than is declared`] : []),
    ...(findings.access > 0 ? [`${counted(findings.access, 'finding')}: less is possible than is declared`] : []),
    ...(findings.error > 0 ? [`${counted(findings.error, 'finding')}: no usable answer`] : []),
    proved ? `${theorem}${isolated}` : 'The theorems were not tried in this run: nothing is proved',
    `${counted(probes.total, 'request')} tried: ${probes.allowed} allowed and ${probes.refused} refused as predicted`,
    ...(notProbed.length > 0 ? [`${counted(notProbed.length, 'thing')} could not be probed`] : []),
    ...(exceptions.length > 0 ? [`${counted(exceptions.length, 'exception')} with a written reason`] : []),
    ...(unmanaged.length > 0 ? [`${counted(unmanaged.length, 'object')} on the server that nobody declared`] : []),
  ];
  return { level, headline: server.emulated ? `On the emulator: ${HEADLINES[level]}` : HEADLINES[level], reasons };
}

import { cellLookup } from './cells.js';
import type { AccessReport, ProbeState, ProofState, ReportChanges, ReportFinding } from './model.js';
import {
  ageText,
  EFFECTS,
  EMULATED,
  GRANTS,
  KEY_STATES,
  METHOD,
  PROBES,
  PROOFS,
  rightsText,
  SEVERITIES,
  serverText,
  timeText,
} from './words.js';

/** A matrix of more buckets is written as a list for each key. */
const MAX_COLUMNS = 12;

/** Plain text, such that nothing in it is taken for Markdown or HTML, or calls anybody. */
function plain(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_{}[\]()#+!|~$]/g, String.raw`\$&`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '&#64;');
}

function fenceFor(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  return '`'.repeat(longest + 1);
}

/** A name as code; in a table, a bar ends a cell even there. */
function code(text: string): string {
  const fence = fenceFor(text);
  const line = text.replaceAll(/\s+/g, ' ').replaceAll('|', String.raw`\|`);
  return fence === '`' ? `\`${line}\`` : `${fence} ${line} ${fence}`;
}

function block(text: string): string {
  const fence = fenceFor(text).padEnd(3, '`');
  return `${fence}sh\n${text}\n${fence}`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

function section(title: string, ...parts: readonly string[]): string {
  return [`## ${title}`, ...parts].join('\n\n');
}

const LEVELS = {
  'as-declared': '✅ As declared',
  incomplete: '⚠️ Incomplete',
  contradicted: '❌ Contradicted',
} as const;

function summary({ summary: { pairs, probes, isolation } }: AccessReport): string {
  return (
    table(
      ['Pairs of identity and bucket', 'granted', 'proved', 'probed', 'Requests', 'as predicted', 'contradictions'],
      [
        [
          pairs.total,
          pairs.granted,
          pairs.proved,
          pairs.probed,
          probes.total,
          probes.allowed + probes.refused,
          probes.contradictions,
        ].map(String),
      ],
    ) +
    (isolation ? `\n\nIsolation: ${isolation.proved} of ${isolation.pairs} ordered pairs of components proved.` : '')
  );
}

function findingText({ severity, message, command }: ReportFinding): string {
  return [`**${SEVERITIES[severity][0]}**: ${plain(message)}`, ...(command === undefined ? [] : [block(command)])].join(
    '\n\n',
  );
}

function findings({ findings: all }: AccessReport): string {
  if (all.length === 0) return section('Findings', 'None: nothing contradicts the declaration.');
  return section('Findings', ...all.map(findingText));
}

function changesText({ from, entries }: ReportChanges): string {
  const since = `Since ${timeText(from.createdAt)}:`;
  if (entries.length === 0) return `Nothing changed since ${timeText(from.createdAt)}.`;
  const rows = entries.map(({ effect, what, before = '', after = '' }) => [
    EFFECTS[effect][0],
    plain(what),
    plain(before),
    plain(after),
  ]);
  return `${since}\n\n${table(['Effect', 'What', 'Before', 'Now'], rows)}`;
}

function changes({ changes: now, lastChange, notCompared }: AccessReport): string {
  const none = notCompared
    ? `Not compared: ${plain(notCompared)}.`
    : 'This is the first report: there is nothing to compare with.';
  return section(
    'What changed since the last run',
    now ? changesText(now) : none,
    ...(lastChange
      ? [`The change before, seen at ${timeText(lastChange.to.createdAt)}. ${changesText(lastChange)}`]
      : []),
  );
}

/** Marks as in the page: a square for the theorem, a circle for the requests. */
const PROOF_MARKS: Readonly<Record<ProofState, string>> = {
  proved: '■',
  accepted: '⚠',
  counterexample: '❌',
  unknown: '?',
  'not-proved': '□',
};
const PROBE_MARKS: Readonly<Record<ProbeState, string>> = {
  'as-predicted': '●',
  contradicted: '❌',
  unknown: '?',
  'not-probed': '○',
};

function legend(): string {
  const of = (marks: Readonly<Record<string, string>>, words: Readonly<Record<string, readonly [string, string]>>) =>
    Object.entries(marks)
      .map(([state, sign]) => `${sign} ${words[state]?.[0]}`)
      .join(', ');
  return `In each cell: what is granted, then the proof (${of(PROOF_MARKS, PROOFS)}), then the probes (${of(PROBE_MARKS, PROBES)}).`;
}

function matrix(report: AccessReport): string {
  const cellOf = cellLookup(report);
  const states = (who: string, bucket?: string) => {
    const { grant, verbs, proof, probe } = cellOf(who, bucket);
    const rights = grant === 'none' && verbs.length === 0 ? '' : `${code(rightsText(verbs))} `;
    return `${rights}${PROOF_MARKS[proof.state]} ${PROBE_MARKS[probe.state]}`;
  };
  const rows = report.identities.map(({ id }) => [
    code(id),
    ...report.buckets.map(({ name }) => states(id, name)),
    states(id),
  ]);
  const heads = ['Access key', ...report.buckets.map(({ name }) => code(name)), 'rest of the server'];
  return `${legend()}\n\n${table(heads, rows)}`;
}

function lists(report: AccessReport): string {
  const cells = report.cells.filter(
    ({ grant, proof, probe }) =>
      grant !== 'none' || proof.state !== report.unlisted.proof || probe.state === 'contradicted',
  );
  const rows = cells.map(({ who, bucket, grant, verbs, proof, probe }) => [
    code(who),
    bucket === undefined ? 'rest of the server' : code(bucket),
    GRANTS[grant][0],
    bucket === undefined ? '' : code(rightsText(verbs)),
    PROOFS[proof.state][0],
    `${PROBES[probe.state][0]}${probe.requests > 0 ? ` (${probe.requests})` : ''}`,
  ]);
  return table(['Access key', 'Bucket', 'Granted', 'Rights', 'Proof', 'Probes'], rows);
}

/** The report for a pull request or a CI summary. Single requests are in access.html and access.json. */
export function renderMarkdown(report: AccessReport): string {
  const { verdict, exceptions, unmanaged, keys, notProbed } = report;
  const isSmall = report.buckets.length <= MAX_COLUMNS;
  const parts = [
    `# Access report: ${plain(report.stack)}`,
    ...(report.server.emulated ? [`> **${EMULATED}**`] : []),
    `**${LEVELS[verdict.level]}**: ${plain(verdict.headline)}`,
    verdict.reasons.map((reason) => `- ${plain(reason)}`).join('\n'),
    `${plain(serverText(report))}, ${timeText(report.createdAt)}, manifest ${code(report.manifestHash.slice(0, 12))}, made by ${plain(report.tool)}.`,
    summary(report),
    findings(report),
    changes(report),
    section('Access', isSmall ? matrix(report) : lists(report)),
    ...(exceptions.length > 0
      ? [
          section(
            'Exceptions',
            table(
              ['What', 'Reason'],
              exceptions.map(({ what, reason }) => [plain(what), plain(reason)]),
            ),
          ),
        ]
      : []),
    ...(unmanaged.length > 0
      ? [
          section(
            'Unmanaged objects',
            table(
              ['Kind', 'Name', 'Detail', 'Severity'],
              unmanaged.map(({ kind, name, detail = '', severity = '' }) => [
                plain(kind),
                code(name),
                plain(detail),
                plain(severity),
              ]),
            ),
          ),
        ]
      : []),
    ...(keys.length > 0
      ? [
          section(
            'Key ages',
            table(
              ['Access key', 'User', 'State', 'Age'],
              keys.map((key) => [code(key.name), code(key.user), KEY_STATES[key.state][0], ageText(key)]),
            ),
          ),
        ]
      : []),
    ...(notProbed.length > 0
      ? [
          section(
            'Not probed',
            table(
              ['What', 'Reason'],
              notProbed.map(({ what, reason }) => [plain(what), plain(reason)]),
            ),
          ),
        ]
      : []),
    section('How to read this', METHOD.map(([term, meaning]) => `- **${term}**: ${meaning}`).join('\n')),
  ];
  return `${parts.join('\n\n')}\n`;
}

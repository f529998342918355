import type { Manifest } from '../../manifest/index.js';
import { asCurl } from '../wire.js';
import { severityOf } from './classify.js';
import type { Explanation } from './explain.js';
import type { Finding, MatrixRow, NotProbed, ProbeResult, Severity, Verb } from './model.js';
import type { Assignment } from './plan-probes.js';

/** Severity of a result; undefined if it is as predicted. */
export function severityOfResult({ probe, observed }: ProbeResult): Severity | undefined {
  return severityOf(probe.predicted, observed, probe.mustBeBarred);
}

const WORDS: Readonly<Record<Severity, (who: string, what: string, answer: string) => string>> = {
  security: (who, what, answer) => `${who} could ${what}, although the declared policies refuse it (${answer})`,
  access: (who, what, answer) => `${who} could not ${what}, although the declared policies allow it (${answer})`,
  error: (who, what, answer) => `${who}: ${what} got no usable answer (${answer})`,
};

/** What a result contradicts; undefined if it is as predicted. */
export function findingOf(result: ProbeResult, endpoint: string, explanation?: Explanation): Finding | undefined {
  const { probe, request, observed, answer } = result;
  const severity = severityOfResult(result);
  if (severity === undefined) return undefined;
  const what = `${probe.title}${probe.bucket ? ` on ${probe.bucket}` : ''}`;
  const message =
    observed === 'barred'
      ? `${probe.who} was turned away at ${what} before any policy was asked (${answer})`
      : WORDS[severity](probe.who, what, answer);
  return {
    severity,
    who: probe.who,
    probe: probe.title,
    ...(probe.bucket ? { bucket: probe.bucket } : {}),
    predicted: probe.predicted,
    observed,
    answer,
    ...(explanation ? { cause: explanation.cause } : {}),
    message: explanation ? `${message}; ${explanation.why}` : message,
    command: asCurl(request, endpoint, probe.accessKey === undefined ? 'anonymous' : 'signed'),
  };
}

/** Something that root could not do for the proof, or found missing. */
export function rootFinding(
  severity: Severity,
  probe: string,
  message: string,
  answer: string,
  command: string,
  bucket?: string,
): Finding {
  return {
    severity,
    who: 'root',
    probe,
    ...(bucket === undefined ? {} : { bucket }),
    predicted: 'allowed',
    observed: severity === 'error' ? 'error' : 'broken',
    answer,
    message,
    command,
  };
}

const ORDER: Readonly<Record<Severity, number>> = { security: 0, access: 1, error: 2 };

export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort(
    (a, b) => ORDER[a.severity] - ORDER[b.severity] || (a.message < b.message ? -1 : a.message > b.message ? 1 : 0),
  );
}

export function countProbes(results: readonly ProbeResult[], findings: readonly Finding[]) {
  const asPredicted = results.filter((result) => severityOfResult(result) === undefined);
  return {
    total: results.length,
    allowed: asPredicted.filter(({ probe }) => probe.predicted === 'allowed').length,
    refused: asPredicted.filter(({ probe }) => probe.predicted === 'refused').length,
    contradictions: findings.filter(({ severity }) => severity !== 'error').length,
  };
}

/** Writes that were authorized but not carried out, because the server does not know yet how full the bucket is. */
export function unstored(results: readonly ProbeResult[]): readonly NotProbed[] {
  const waiting = results.filter(
    ({ status, observed, probe }) => status === 503 && observed === 'allowed' && probe.bucket,
  );
  return [...new Set(waiting.map(({ probe }) => probe.bucket))].sort().map((bucket) => ({
    what: `storing an object in ${bucket}`,
    reason:
      'RustFS has not counted yet how much of its quota the bucket uses, and answers 503 until then; the right to was shown',
  }));
}

function stateOf(results: readonly ProbeResult[]): MatrixRow['state'] {
  const severities = results.map(severityOfResult);
  if (severities.some((severity) => severity === 'security' || severity === 'access')) return 'contradicted';
  if (severities.includes('error')) return 'unknown';
  return results.length > 0 ? 'as-predicted' : 'not-probed';
}

/** A row for each pair of key and bucket that has a grant or a probe. */
export function matrixOf(
  manifest: Manifest,
  assignments: readonly Assignment[],
  results: readonly ProbeResult[],
): readonly MatrixRow[] {
  const keyOf = (accessKey: string | undefined, bucket: string) => `${accessKey ?? 'anonymous'}\0${bucket}`;
  const tried = new Map<string, ProbeResult[]>();
  for (const result of results) {
    const { accessKey, bucket } = result.probe;
    if (bucket === undefined) continue;
    const key = keyOf(accessKey, bucket);
    const others = tried.get(key);
    if (others) others.push(result);
    else tried.set(key, [result]);
  }
  const predicted = new Map<string, readonly Verb[]>();
  for (const { subject, targets } of assignments) {
    for (const { bucket, verbs } of targets) predicted.set(keyOf(subject.accessKey, bucket.name), verbs);
  }
  const subjects = assignments.map(({ subject }) => subject.accessKey ?? 'anonymous');
  const names = [...new Set([...manifest.accessKeys.map(({ name }) => name), ...subjects, 'anonymous'])];
  return names.flatMap((accessKey) => {
    const component = manifest.components.find((one) => one.accessKey === accessKey);
    return manifest.buckets.flatMap(({ name: bucket }): MatrixRow[] => {
      const key = keyOf(accessKey, bucket);
      const granted = component?.buckets.includes(bucket) ?? false;
      const own = tried.get(key) ?? [];
      if (!granted && own.length === 0) return [];
      return [
        {
          accessKey,
          ...(component ? { component: component.name } : {}),
          bucket,
          granted,
          predicted: predicted.get(key) ?? [],
          probes: own.length,
          state: stateOf(own),
        },
      ];
    });
  });
}

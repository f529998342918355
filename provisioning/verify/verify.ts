import { randomBytes } from 'node:crypto';
import type { ManifestBucket } from '../../manifest/index.js';
import { forEachConcurrently } from '../concurrency.js';
import type { Session } from '../session.js';
import { asCurl } from '../wire.js';
import { removeProbeObjects } from './cleanup.js';
import type { AccessProof, Finding, ProbeResult } from './model.js';
import { ANONYMOUS, predictOperation, predictor, principalOf } from './predict.js';
import { accountProbes, bucketProbes, keepsObjects, PROBE_PREFIX, type ProbeContext, type Subject } from './probes.js';
import { runProbe } from './run-probe.js';

export interface VerifyOptions {
  /** Probe every pair of access key and bucket. @default - all pairs up to 20 buckets, else its own and one other */
  readonly exhaustive?: boolean;
  /** Probes at a time. @default 128 */
  readonly concurrency?: number;
  readonly onProgress?: (done: number, total: number) => void;
  /** Every single result, for reports. */
  readonly onResult?: (result: ProbeResult) => void;
}

const ALL_PAIRS_UP_TO = 20;
const SAMPLED_OTHERS = 1;

interface KeySubject extends Subject {
  readonly ownBuckets: readonly ManifestBucket[];
}

/** Access keys whose secret is in the store, with what the manifest lets them do; the others cannot be probed. */
async function subjectsOf(
  session: Session,
  notProbed: { what: string; reason: string }[],
): Promise<readonly KeySubject[]> {
  const { manifest, store } = session;
  const subjects: KeySubject[] = [];
  for (const { name } of manifest.accessKeys) {
    const entry = await store.read(name);
    if (!entry) {
      notProbed.push({ what: `access key ${name}`, reason: `its secret is not in ${store.description}` });
      continue;
    }
    const versions = [entry.current, ...(entry.previous ? [entry.previous] : [])];
    for (const [index, { accessKeyId, secretAccessKey }] of versions.entries()) {
      const predict = predictor(manifest, principalOf(manifest, name, accessKeyId));
      const can = (bucket: string, operation: 'ListObjectsV2' | 'GetObject' | 'PutObject') =>
        predictOperation(manifest, predict, operation, {
          bucket,
          ...(operation === 'ListObjectsV2' ? {} : { key: `${PROBE_PREFIX}x` }),
        }) === 'allowed';
      const ownBuckets = manifest.buckets.filter(
        ({ name: bucket }) => can(bucket, 'ListObjectsV2') || can(bucket, 'GetObject') || can(bucket, 'PutObject'),
      );
      const writable = ownBuckets.find((bucket) => !keepsObjects(bucket) && can(bucket.name, 'PutObject'))?.name;
      subjects.push({
        who: index === 0 ? name : `${name} (draining)`,
        credentials: { accessKeyId, secretAccessKey },
        predict,
        ownBuckets,
        ...(writable === undefined ? {} : { writable }),
      });
    }
  }
  return subjects;
}

/** Which buckets a key is tried on: all, or its own and its neighbours in the list, so that every bucket is somebody's other. */
function bucketsToProbe(
  buckets: readonly ManifestBucket[],
  { ownBuckets }: KeySubject,
  index: number,
  exhaustive: boolean,
): readonly ManifestBucket[] {
  if (exhaustive || buckets.length <= ALL_PAIRS_UP_TO) return buckets;
  const others = buckets.filter((bucket) => !ownBuckets.includes(bucket));
  const sampled = Array.from(
    { length: Math.min(SAMPLED_OTHERS, others.length) },
    (_, step) => others[(index + step) % others.length],
  );
  return [...ownBuckets, ...sampled.filter((bucket) => bucket !== undefined)];
}

function findingOf({ probe, observed, answer }: ProbeResult, endpoint: string): Finding | undefined {
  if (observed === probe.predicted) return undefined;
  const severity = observed === 'error' ? 'error' : observed === 'allowed' ? 'security' : 'access';
  const where = probe.bucket ? ` on ${probe.bucket}` : '';
  const message = {
    security: `${probe.who} could ${probe.title}${where}, although the declared policies refuse it (${answer})`,
    access: `${probe.who} could not ${probe.title}${where}, although the declared policies allow it (${answer})`,
    error: `${probe.who}: ${probe.title}${where} got no usable answer (${answer})`,
  }[severity];
  return {
    severity,
    who: probe.who,
    probe: probe.title,
    ...(probe.bucket ? { bucket: probe.bucket } : {}),
    predicted: probe.predicted,
    observed,
    message,
    command: asCurl(probe.request, endpoint, probe.credentials === 'anonymous' ? 'anonymous' : 'signed'),
  };
}

/**
 * The access proof: tries out what every access key (and nobody at all) can do, and compares it with what the declared
 * policies say. Probe objects are removed afterwards, also those that an interrupted run left behind.
 */
export async function verify(session: Session, options: VerifyOptions = {}): Promise<AccessProof> {
  const { manifest, wire, root } = session;
  const { exhaustive = false, concurrency = 128 } = options;
  const before = wire.requests();
  const context: ProbeContext = { manifest, run: randomBytes(6).toString('hex') };
  const notProbed: { what: string; reason: string }[] = manifest.buckets
    .filter(keepsObjects)
    .map(({ name }) => ({ what: `put object on ${name}`, reason: 'default retention would keep the probe object' }));
  const subjects = await subjectsOf(session, notProbed);
  const anonymous: KeySubject = {
    who: 'anonymous',
    credentials: 'anonymous',
    predict: predictor(manifest, ANONYMOUS),
    ownBuckets: [],
  };

  const pairs = subjects.map((subject, index) => bucketsToProbe(manifest.buckets, subject, index, exhaustive));
  const sequences = [
    ...subjects.flatMap((subject, index) =>
      (pairs[index] ?? []).map((bucket) => bucketProbes(context, subject, bucket)),
    ),
    ...manifest.buckets.map((bucket) => bucketProbes(context, anonymous, bucket)),
    ...subjects.flatMap((subject) => accountProbes(context, subject).map((probe) => [probe])),
    ...accountProbes(context, anonymous).map((probe) => [probe]),
  ];
  const total = sequences.reduce((sum, sequence) => sum + sequence.length, 0);

  const clean = () =>
    forEachConcurrently(
      manifest.buckets,
      concurrency,
      async ({ name }) => void (await removeProbeObjects(wire, root, name)),
    );
  const results: ProbeResult[] = [];
  await clean();
  try {
    await forEachConcurrently(sequences, concurrency, async (sequence) => {
      for (const probe of sequence) {
        const result = await runProbe(wire, probe);
        results.push(result);
        options.onResult?.(result);
        options.onProgress?.(results.length, total);
      }
    });
  } finally {
    await clean();
  }
  const findings = results.flatMap((result) => findingOf(result, wire.endpoint) ?? []);
  const asPredicted = (outcome: 'allowed' | 'refused') =>
    results.filter(({ probe, observed }) => observed === outcome && probe.predicted === outcome).length;
  return {
    components: manifest.components.length,
    buckets: manifest.buckets.length,
    accessKeys: subjects.length,
    probes: {
      total: results.length,
      allowed: asPredicted('allowed'),
      refused: asPredicted('refused'),
      contradictions: findings.filter(({ severity }) => severity !== 'error').length,
    },
    findings: findings.sort((a, b) => (a.message < b.message ? -1 : 1)),
    notProbed,
    pairs: {
      probed: pairs.reduce((sum, buckets) => sum + buckets.length, 0),
      total: subjects.length * manifest.buckets.length,
    },
    endpoint: wire.endpoint,
    emulated: session.server.emulated,
    requests: wire.requests() - before,
  };
}

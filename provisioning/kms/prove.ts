import { randomBytes } from 'node:crypto';
import { familyOf, type ManifestBucket } from '../../manifest/index.js';
import { forEachConcurrently } from '../concurrency.js';
import type { Session } from '../session.js';
import { sweep } from '../verify/cleanup.js';
import type { EncryptionProof, Finding, NotProbed, Severity } from '../verify/model.js';
import { PROBE_PREFIX } from '../verify/probes/place.js';
import { rootFinding } from '../verify/result.js';
import { asCurl, type WireRequest } from '../wire.js';
import { answerOf, ask, customerKeyHeaders, toldEncryption } from './objects.js';
import { type Attempt, PROBE_BUCKET, removeProbeBucket, undisturbed } from './probe-bucket.js';
import { proveRestart } from './restart.js';

const BUCKETS_AT_A_TIME = 16;

export interface EncryptionOptions {
  /** `before`: leaves objects that are read back by `after`, which removes them, once the server has been restarted. @default - neither */
  readonly restart?: 'before' | 'after';
  readonly signal?: AbortSignal;
}

export interface EncryptionResult {
  /** Absent when nothing about encryption is declared. */
  readonly proof?: EncryptionProof;
  readonly findings: readonly Finding[];
  readonly notProbed: readonly NotProbed[];
}

type EncryptedBucket = ManifestBucket & Required<Pick<ManifestBucket, 'encryption'>>;

const isEncrypted = (bucket: ManifestBucket): bucket is EncryptedBucket => bucket.encryption !== undefined;

/**
 * Tries out what is declared about encryption, as root: in each encrypted bucket an object that is written without a word about
 * encryption is reported encrypted as declared, and reads back the same; a client's own key (SSE-C) opens what was written with
 * it, and nothing else does. What was written is removed.
 */
export async function proveEncryption(session: Session, options: EncryptionOptions = {}): Promise<EncryptionResult> {
  const { manifest } = session;
  const encrypted = manifest.buckets.filter(isEncrypted);
  const findings: Finding[] = [];
  const notProbed: NotProbed[] = [];
  if (encrypted.length === 0 && manifest.kms === undefined) return { findings, notProbed };
  let proved = 0;
  await forEachConcurrently(encrypted, BUCKETS_AT_A_TIME, async (bucket) => {
    options.signal?.throwIfAborted();
    const result = await undisturbed(() => proveBucket(session, bucket)).catch((error: Error) =>
      cannotTry(session, `encryption in ${bucket.name}`, error),
    );
    if (result === undefined) proved += 1;
    else if ('reason' in result) notProbed.push(result);
    else findings.push(result);
  });
  options.signal?.throwIfAborted();
  const customer = await undisturbed(() => proveCustomerKey(session)).catch((error: Error) => [
    cannotTry(session, 'a key of the client (SSE-C)', error),
  ]);
  findings.push(...customer);
  const restart =
    options.restart &&
    (await proveRestart(session, encrypted, options.restart).catch((error: Error) => ({
      proof: undefined,
      findings: [cannotTry(session, 'a restart', error)],
    })));
  findings.push(...(restart?.findings ?? []));
  return {
    proof: {
      buckets: { proved, total: encrypted.length },
      customerKeys: customer.length === 0,
      ...(restart?.proof && { restart: restart.proof }),
    },
    findings,
    notProbed,
  };
}

/** What could be neither proved nor refuted. */
function cannotTry({ wire }: Session, what: string, { message }: Error): Finding {
  const command = asCurl({ method: 'GET', path: '/' }, wire.endpoint);
  return rootFinding('error', 'encryption', `root: ${what} could not be tried: ${message}`, message, command);
}

/** A finding of one bucket, why it was not tried, or nothing when it is as declared. */
async function proveBucket(
  session: Session,
  bucket: EncryptedBucket,
): Promise<Attempt<Finding | NotProbed | undefined>> {
  const { manifest } = session;
  const { name, encryption } = bucket;
  const ended = (result: Finding | NotProbed | undefined, gone = false) => ({ result, gone });
  const notProbed = (reason: string) => ended({ what: `encryption in ${name}`, reason });
  if (bucket.objectLock?.defaultRetention) return notProbed('its retention would keep the probe object');
  const content = randomBytes(16).toString('hex');
  const path = `/${name}/${PROBE_PREFIX}${randomBytes(6).toString('hex')}/encryption`;
  const put: WireRequest = { method: 'PUT', path, body: content };
  const get: WireRequest = { method: 'GET', path };
  const finding = (severity: Severity, request: WireRequest, message: string, answer: string) =>
    rootFinding(severity, 'encryption', message, answer, asCurl(request, session.wire.endpoint), name);
  const written = await ask(session, put);
  if (written.status === 503 && bucket.quotaBytes !== undefined) {
    return notProbed('RustFS has not counted yet how much of its quota the bucket uses');
  }
  if (written.status === 403) return notProbed('its bucket policy refuses the probe, also to root');
  if (written.status === 404) return notProbed('the bucket is not there');
  if (written.status !== 200) {
    const answer = answerOf(written);
    return ended(finding('access', put, `root: no object could be written encrypted to ${name} (${answer})`, answer));
  }
  try {
    const head = await ask(session, { method: 'HEAD', path });
    const told = toldEncryption(head);
    const wantedKey =
      encryption.kmsKeyId ?? (encryption.algorithm === 'aws:kms' ? manifest.kms?.defaultKey : undefined);
    const wanted = `${encryption.algorithm}${wantedKey ? ` with ${wantedKey}` : ''}`;
    const rightKey = wantedKey === undefined || familyOf(told.kmsKey ?? '') === wantedKey;
    if (told.algorithm !== encryption.algorithm || !rightKey) {
      const answer = told.algorithm ? `${told.algorithm} ${told.kmsKey ?? ''}`.trim() : 'not encrypted';
      const message = `an object written to ${name} is reported as ${answer}, declared is ${wanted}: run apply`;
      return ended(finding('security', { method: 'HEAD', path }, message, answer), head.status === 404);
    }
    const read = await ask(session, get);
    if (read.status === 200 && read.body.toString('utf8') === content) return ended(undefined);
    const answer = read.status === 200 ? 'other content' : answerOf(read);
    const message = `root: an object encrypted in ${name} does not read back (${answer})`;
    return ended(finding('access', get, message, answer), read.status === 404);
  } finally {
    await sweep(session, name, PROBE_PREFIX, false);
  }
}

/** SSE-C, in a bucket of its own, because a default encryption may stand in its way (recorded: 10-kms put-object-ssec). */
async function proveCustomerKey(session: Session): Promise<Attempt<readonly Finding[]>> {
  const path = `/${PROBE_BUCKET}/customer-key-${randomBytes(6).toString('hex')}`;
  const content = randomBytes(16).toString('hex');
  const headers = customerKeyHeaders();
  const findings: Finding[] = [];
  const find = (severity: Severity, method: string, message: string, answer: string) =>
    findings.push(rootFinding(severity, 'SSE-C', message, answer, asCurl({ method, path }, session.wire.endpoint)));
  await ask(session, { method: 'PUT', path: `/${PROBE_BUCKET}` });
  try {
    const written = await ask(session, { method: 'PUT', path, headers, body: content });
    if (written.status !== 200) {
      const answer = answerOf(written);
      find('access', 'PUT', `root: no object could be written with a key of the client, SSE-C (${answer})`, answer);
      return { result: findings, gone: written.status === 404 };
    }
    for (const [used, wrong] of [
      ['another key', customerKeyHeaders()],
      ['no key', {}],
    ] as const) {
      const { status } = await ask(session, { method: 'GET', path, headers: wrong });
      if (status >= 400) continue;
      find('security', 'GET', `an object that a client's key protects (SSE-C) was read with ${used}`, String(status));
    }
    // Last, so that it was there to be refused.
    const read = await ask(session, { method: 'GET', path, headers });
    if (read.status !== 200 || read.body.toString('utf8') !== content) {
      const answer = answerOf(read);
      find('access', 'GET', `root: an object does not read back with the client's key, SSE-C (${answer})`, answer);
    }
    return { result: findings, gone: read.status === 404 };
  } finally {
    await removeProbeBucket(session);
  }
}

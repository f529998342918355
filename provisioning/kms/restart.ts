import { createHash, randomBytes } from 'node:crypto';
import type { Manifest, ManifestBucket } from '../../manifest/index.js';
import { createBucketClient } from '../client/buckets.js';
import { createKmsClient } from '../client/kms.js';
import { jsonOf, refusal } from '../client/response.js';
import type { Session } from '../session.js';
import { sweep } from '../verify/cleanup.js';
import type { EncryptionProof, Finding } from '../verify/model.js';
import { rootFinding } from '../verify/result.js';
import { asCurl, type WireRequest } from '../wire.js';
import { currentKey } from './generations.js';
import { answerOf, ask, encryptionHeaders } from './objects.js';
import { removeProbeBucket } from './probe-bucket.js';

/** Bucket of the objects that wait for a restart. */
const RESTART_BUCKET = 'cdktf-rustfs-restart-proof';

export interface RestartResult {
  readonly proof: NonNullable<EncryptionProof['restart']>;
  readonly findings: readonly Finding[];
}

interface Sealing {
  readonly algorithm: 'AES256' | 'aws:kms';
  readonly kmsKey?: string;
}

/** Every way in which declared buckets encrypt, and the default key. */
function sealings({ kms }: Manifest, buckets: readonly ManifestBucket[]): readonly Sealing[] {
  const found = buckets.flatMap(({ encryption }): Sealing[] =>
    encryption
      ? [{ algorithm: encryption.algorithm, ...(encryption.kmsKeyId && { kmsKey: encryption.kmsKeyId }) }]
      : [],
  );
  const all: Sealing[] = [...found, ...(kms ? [{ algorithm: 'aws:kms' as const, kmsKey: kms.defaultKey }] : [])];
  return [...new Map(all.map((sealing) => [JSON.stringify(sealing), sealing])).values()];
}

const digest = (content: string) => createHash('sha256').update(content).digest('hex');

/** When the server that has been up longest was started, in milliseconds since 1970 (`uptime` is in whole seconds). */
async function startedAt(session: Session): Promise<number | undefined> {
  const request = { method: 'GET', path: '/rustfs/admin/v3/info' };
  interface Info {
    readonly servers?: readonly { readonly uptime?: number }[];
  }
  const answer = jsonOf<Info & { readonly info?: Info }>(request, await ask(session, request));
  const uptimes = ((answer.info ?? answer).servers ?? []).map(({ uptime }) => uptime);
  const known = uptimes.filter((uptime) => uptime !== undefined);
  if (known.length === 0 || known.length < uptimes.length) return undefined;
  return Date.now() - Math.max(...known) * 1000;
}

export function proveRestart(
  session: Session,
  buckets: readonly ManifestBucket[],
  phase: 'before' | 'after',
): Promise<RestartResult> {
  return phase === 'before' ? leaveMarkers(session, buckets) : readMarkers(session);
}

/** Key of a marker: when it was written, its content's digest and how it is encrypted. */
const markerKey = ({ algorithm, kmsKey }: Sealing, content: string) =>
  `${Date.now()}/${digest(content)}/${algorithm === 'AES256' ? 'sse-s3' : `sse-kms-${kmsKey ?? ''}`}`;

async function leaveMarkers(session: Session, buckets: readonly ManifestBucket[]): Promise<RestartResult> {
  const { wire, root, manifest } = session;
  await createBucketClient(wire, root).create(RESTART_BUCKET, false);
  await sweep(session, RESTART_BUCKET, '', false);
  const keys = manifest.kms ? (await createKmsClient(wire, root).state()).keys : undefined;
  const findings: Finding[] = [];
  let objects = 0;
  for (const sealing of sealings(manifest, buckets)) {
    const kmsKey = sealing.kmsKey && (manifest.kms ? currentKey(sealing.kmsKey, keys) : sealing.kmsKey);
    const content = randomBytes(16).toString('hex');
    const request: WireRequest = {
      method: 'PUT',
      path: `/${RESTART_BUCKET}/${markerKey(sealing, content)}`,
      headers: encryptionHeaders(sealing.algorithm, kmsKey),
      body: content,
    };
    const response = await ask(session, request);
    if (response.status === 200) objects += 1;
    else
      findings.push(
        finding(session, request, 'no object could be written to be read after a restart', answerOf(response)),
      );
  }
  return { proof: { phase: 'before', objects }, findings };
}

function finding({ wire }: Session, request: WireRequest, what: string, answer: string): Finding {
  const message = `root: ${what} (${answer})`;
  return rootFinding('access', 'restart', message, answer, asCurl(request, wire.endpoint), RESTART_BUCKET);
}

/** Reads what was left, and removes it when all of it was there after a restart. */
async function readMarkers(session: Session): Promise<RestartResult> {
  const list: WireRequest = { method: 'GET', path: `/${RESTART_BUCKET}`, query: { 'list-type': '2' } };
  const listing = await ask(session, list);
  if (listing.status !== 200 && listing.status !== 404) throw refusal(list, listing);
  const keys = [...listing.body.toString('utf8').matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key = '']) => key);
  const cannotTell = (why: string) => {
    const message = `root: whether encrypted objects survive a restart cannot be told: ${why}`;
    return rootFinding('error', 'restart', message, why, asCurl(list, session.wire.endpoint));
  };
  if (keys.length === 0) {
    const why = 'there are no objects from before it; run verify --before-restart, and restart RustFS';
    return { proof: { phase: 'after', objects: 0 }, findings: [cannotTell(why)] };
  }
  const started = await startedAt(session);
  const isOlder = (key: string) => started !== undefined && Number(key.split('/')[0]) < started;
  if (!keys.every(isOlder)) {
    const why =
      started === undefined
        ? 'the server does not tell how long it has been up'
        : 'the server has not been restarted since verify --before-restart; restart it';
    return { proof: { phase: 'after', objects: 0 }, findings: [cannotTell(why)] };
  }
  const findings: Finding[] = [];
  for (const key of keys) {
    const request: WireRequest = { method: 'GET', path: `/${RESTART_BUCKET}/${key}` };
    const response = await ask(session, request);
    if (response.status === 200 && digest(response.body.toString('utf8')) === key.split('/')[1]) continue;
    const answer = response.status === 200 ? 'other content' : answerOf(response);
    const how = key.split('/')[2];
    findings.push(
      finding(session, request, `an object encrypted with ${how} does not read back after a restart`, answer),
    );
  }
  if (findings.length === 0) await removeProbeBucket(session, RESTART_BUCKET);
  return { proof: { phase: 'after', objects: keys.length - findings.length }, findings };
}

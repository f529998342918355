import type { Manifest, ManifestBucket } from '../../manifest/index.js';
import type { AccessRequest, S3OperationName } from '../../policies/index.js';
import { type Credentials, encodeKey, type WireRequest } from '../wire.js';
import type { Outcome, Probe } from './model.js';
import { type Predict, predictOperation } from './predict.js';

/** Everything that probes write lies below this prefix and is removed afterwards. */
export const PROBE_PREFIX = '.cdktf-rustfs-probe/';

/** One credential under test. */
export interface Subject {
  /** Access key name, or `anonymous`. */
  readonly who: string;
  readonly credentials: Credentials | 'anonymous';
  readonly predict: Predict;
  /** Bucket that the subject may write to, for copies out of other buckets. */
  readonly writable?: string;
}

export interface ProbeContext {
  readonly manifest: Manifest;
  /** Random, so that runs do not meet. */
  readonly run: string;
}

const both = (...outcomes: readonly Outcome[]): Outcome =>
  outcomes.every((outcome) => outcome === 'allowed') ? 'allowed' : 'refused';

/** Retention would keep a probe object for good. */
export function keepsObjects(bucket: ManifestBucket): boolean {
  return bucket.objectLock?.defaultRetention !== undefined;
}

/**
 * With a quota, RustFS 1.0.1 answers authorized writes with 503 until its scanner knows the usage (reference: quota), which
 * proves the right as well as a written object.
 */
const quotaCodes = ({ quotaBytes }: ManifestBucket): readonly string[] =>
  quotaBytes === undefined ? [] : ['ServiceUnavailable'];

/**
 * The probes of one credential on one bucket, in order. All are harmless even when they are allowed against the
 * prediction: they read, write and delete only below the probe prefix, or they are requests that an authorized caller gets
 * refused as invalid (a policy that is no JSON, creating a bucket that exists).
 */
export function bucketProbes(
  { manifest, run }: ProbeContext,
  subject: Subject,
  bucket: ManifestBucket,
): readonly Probe[] {
  const { who, credentials, predict } = subject;
  const key = `${PROBE_PREFIX}${run}/${who}`;
  const object = `/${bucket.name}/${encodeKey(key)}`;
  const predicted = (operation: S3OperationName, target: Omit<AccessRequest, 'action' | 'bucket'> = {}) =>
    predictOperation(manifest, predict, operation, { bucket: bucket.name, ...target });
  const probe = (title: string, outcome: Outcome, request: WireRequest, ...authorizedCodes: string[]): Probe => ({
    title,
    who,
    bucket: bucket.name,
    credentials,
    predicted: outcome,
    request,
    authorizedCodes,
  });
  const list = { prefix: PROBE_PREFIX, 'max-keys': '1' };
  const anonymous = credentials === 'anonymous';
  return [
    probe(
      'list objects',
      predicted('ListObjectsV2', { conditions: { 's3:prefix': list.prefix, 's3:max-keys': list['max-keys'] } }),
      { method: 'GET', path: `/${bucket.name}`, query: { 'list-type': '2', ...list } },
    ),
    ...(keepsObjects(bucket)
      ? []
      : [
          probe(
            'put object',
            predicted('PutObject', { key }),
            { method: 'PUT', path: object, body: 'probe' },
            ...quotaCodes(bucket),
          ),
        ]),
    probe('get object', predicted('GetObject', { key }), { method: 'GET', path: object }, 'NoSuchKey'),
    ...copyProbes(manifest, subject, bucket, key, probe),
    ...(anonymous
      ? []
      : [
          probe(
            'get bucket policy',
            predicted('GetBucketPolicy'),
            { method: 'GET', path: `/${bucket.name}`, query: { policy: '' } },
            'NoSuchBucketPolicy',
          ),
          probe(
            'put bucket policy (invalid on purpose)',
            predicted('PutBucketPolicy'),
            { method: 'PUT', path: `/${bucket.name}`, query: { policy: '' }, body: 'no policy' },
            'MalformedPolicy',
            'InvalidArgument',
            'InvalidRequest',
          ),
        ]),
    probe('delete object', predicted('DeleteObject', { key }), { method: 'DELETE', path: object }),
  ];
}

type MakeProbe = (title: string, outcome: Outcome, request: WireRequest, ...codes: string[]) => Probe;

/** Reading through a copy into a bucket of one's own. */
function copyProbes(
  manifest: Manifest,
  { predict, writable, credentials }: Subject,
  bucket: ManifestBucket,
  key: string,
  probe: MakeProbe,
): readonly Probe[] {
  if (writable === undefined || writable === bucket.name || credentials === 'anonymous') return [];
  const copy = `${key}-copy`;
  const outcome = both(
    predictOperation(manifest, predict, 'GetObject', { bucket: bucket.name, key }),
    predictOperation(manifest, predict, 'PutObject', { bucket: writable, key: copy }),
  );
  const headers = { 'x-amz-copy-source': `/${bucket.name}/${encodeKey(key)}` };
  return [
    probe(
      'copy object out of the bucket',
      outcome,
      { method: 'PUT', path: `/${writable}/${encodeKey(copy)}`, headers },
      'NoSuchKey',
      ...manifest.buckets.filter(({ name }) => name === writable).flatMap(quotaCodes),
    ),
  ];
}

/** Buckets whose names ListBuckets shows to the credential (source: bucket_usecase.rs; recorded: 06-access list-buckets). */
function visibleBuckets(manifest: Manifest, { predict }: Subject): readonly string[] {
  if (predict({ action: 's3:ListAllMyBuckets' }) === 'allowed') return manifest.buckets.map(({ name }) => name);
  return manifest.buckets
    .map(({ name }) => name)
    .filter((bucket) =>
      ['s3:ListBucket', 's3:GetBucketLocation'].some((action) => predict({ action, bucket }) === 'allowed'),
    );
}

/** The probes of one credential that are not about a single bucket. */
export function accountProbes({ manifest, run }: ProbeContext, subject: Subject): readonly Probe[] {
  const { who, credentials, predict } = subject;
  const visible = visibleBuckets(manifest, subject);
  const probe = (title: string, predicted: Outcome, request: WireRequest, ...authorizedCodes: string[]): Probe => ({
    title,
    who,
    credentials,
    predicted,
    request,
    authorizedCodes,
  });
  const names = (body: string) => [...body.matchAll(/<Name>([^<]+)<\/Name>/g)].map(([, name = '']) => name);
  const seesExactly = (body: string): Outcome => {
    const seen = new Set(names(body));
    return seen.size === visible.length && visible.every((name) => seen.has(name)) ? 'allowed' : 'refused';
  };
  const leaks = (body: string): Outcome =>
    names(body).every((name) => visible.includes(name)) ? 'refused' : 'allowed';
  const [anyBucket] = manifest.buckets;
  return [
    visible.length === 0
      ? probe('list buckets', 'refused', { method: 'GET', path: '/' })
      : { ...probe('list exactly its own buckets', 'allowed', { method: 'GET', path: '/' }), judge: seesExactly },
    ...(visible.length === 0 || predict({ action: 's3:ListAllMyBuckets' }) === 'allowed'
      ? []
      : [{ ...probe('see the buckets of others', 'refused', { method: 'GET', path: '/' }), judge: leaks }]),
    ...(anyBucket
      ? [
          probe(
            'create a bucket (that exists)',
            predict({ action: 's3:CreateBucket', bucket: anyBucket.name }),
            { method: 'PUT', path: `/${anyBucket.name}` },
            'BucketAlreadyExists',
            'BucketAlreadyOwnedByYou',
          ),
        ]
      : []),
    probe('list users', predict({ action: 'admin:ListUsers' }), { method: 'GET', path: '/rustfs/admin/v3/list-users' }),
    probe(
      'delete a user (that does not exist)',
      predict({ action: 'admin:DeleteUser' }),
      { method: 'DELETE', path: '/rustfs/admin/v3/remove-user', query: { accessKey: `probe-${run}` } },
      'NoSuchResource',
      'InternalError',
    ),
    ...(credentials === 'anonymous'
      ? []
      : [
          {
            ...probe('use the key with a wrong secret', 'refused', { method: 'GET', path: '/' }),
            who: `${who} with a wrong secret`,
            credentials: { accessKeyId: credentials.accessKeyId, secretAccessKey: `wrong-${run}-${run}-${run}` },
          },
        ]),
  ];
}

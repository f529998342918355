import { createHash } from 'node:crypto';
import { notImplemented, s3Error } from '../../errors.js';
import type { Kms } from '../../kms/service.js';
import { defaultEncryptionOf } from '../bucket-config/index.js';
import type { KeyRequest, S3Context } from '../context.js';
import type { ObjectEncryption, StoredVersion } from './model.js';

const HEADER = 'x-amz-server-side-encryption';
const CUSTOMER = `${HEADER}-customer-`;
/** Key that SSE-S3 wraps with where it has one of its own. */
const SSE_S3_KEY = 'default';

type Headers = KeyRequest['headers'];
type Asked = Pick<KeyRequest, 'headers' | 'bucket'>;

/** Encryption asked for, or that the bucket has by default. @throws EmulatorError */
export async function requestEncryption(context: S3Context, request: Asked): Promise<ObjectEncryption | undefined> {
  const { headers } = request;
  const bucket = context.buckets.get(request.bucket);
  const byDefault = bucket && defaultEncryptionOf(bucket);
  const asked = headers[HEADER] || undefined;
  const { kms } = context;
  if (hasCustomerKey(headers)) {
    if (asked ?? (kms.profile.pinsProvider ? byDefault : undefined)) {
      throw s3Error('InvalidArgument', 'The SSE-C and managed server-side encryption headers cannot be used together.');
    }
    return { algorithm: 'AES256', sealedBy: 'customer', material: customerKeyOf(headers) };
  }
  const algorithm = asked ?? byDefault?.algorithm;
  if (algorithm === undefined) return undefined;
  if (algorithm === 'AES256') return sealSseS3(kms);
  if (algorithm !== 'aws:kms' && algorithm !== 'aws:kms:dsse') {
    throw s3Error(
      'InvalidArgument',
      'The SSE algorithm specified is not supported. The valid values are AES256 or aws:kms.',
    );
  }
  return sealSseKms(kms, headers[`${HEADER}-aws-kms-key-id`] || byDefault?.kmsKeyId || kms.config?.defaultKeyId);
}

/** For writes that the emulator knows without SSE-C only. @throws EmulatorError */
export function refuseCustomerKey({ headers }: Asked): void {
  if (!hasCustomerKey(headers)) return;
  customerKeyOf(headers);
  throw notImplemented('SSE-C is not emulated for copies and multipart uploads');
}

const hasCustomerKey = (headers: Headers) => Object.keys(headers).some((name) => name.startsWith(CUSTOMER));

/** MD5 of the client's key, which stands for it. @throws EmulatorError InvalidRequest */
function customerKeyOf(headers: Headers): string {
  const [algorithm, key, md5] = ['algorithm', 'key', 'key-md5'].map((name) => headers[`${CUSTOMER}${name}`]);
  const refused = (message: string) => s3Error('InvalidRequest', message);
  if (!algorithm || !key || !md5) {
    throw refused('Missing SSE-C parameters. Algorithm, customer key and customer key MD5 are all required.');
  }
  if (algorithm !== 'AES256') throw refused('Unsupported SSE-C algorithm. Only AES256 is supported.');
  const bytes = Buffer.from(key, 'base64');
  if (bytes.length !== 32) throw refused(`SSE-C key must be 32 bytes (256 bits), got ${bytes.length} bytes.`);
  if (createHash('md5').update(bytes).digest('base64') !== md5) {
    throw refused('The calculated MD5 hash of the key did not match the hash that was provided.');
  }
  return md5;
}

const MASTER_KEY_NEEDED =
  'SSE-S3 requires RUSTFS_SSE_S3_MASTER_KEY to be set to a base64-encoded 32-byte key when KMS is not configured';

async function sealSseS3(kms: Kms): Promise<ObjectEncryption> {
  const algorithm = 'AES256';
  const withMasterKey = { algorithm, sealedBy: 'master-key', material: kms.masterKey } as const;
  if (!usesKms(kms)) {
    if (kms.profile.needsMasterKey && !kms.hasMasterKey) throw s3Error('InvalidRequest', MASTER_KEY_NEEDED);
    return withMasterKey;
  }
  if (kms.profile.sseS3UsesDefaultKey) return sealWith(kms, algorithm, kms.config?.defaultKeyId ?? SSE_S3_KEY);
  requireRunning(kms);
  if (kms.key(SSE_S3_KEY) === undefined) await kms.create(SSE_S3_KEY, null, {});
  return sealWith(kms, algorithm, SSE_S3_KEY);
}

function sealSseKms(kms: Kms, keyId: string | undefined): ObjectEncryption {
  const unconfigured = () => s3Error('InvalidRequest', 'SSE-KMS requires a configured and running KMS service');
  const algorithm = 'aws:kms';
  if (kms.profile.pinsProvider) {
    if (keyId === undefined) throw unconfigured();
    if (!usesKms(kms)) return { algorithm, keyId, sealedBy: 'master-key', material: kms.masterKey };
    requireRunning(kms);
  } else if (!kms.running) {
    throw kms.status === 'NotConfigured' ? unconfigured() : unavailable();
  }
  if (keyId === undefined) {
    throw s3Error(
      'InvalidRequest',
      'SSE-KMS requires a KMS key id: the request named none and the KMS service has no default key',
    );
  }
  return sealWith(kms, algorithm, keyId);
}

/** Whether data keys are wrapped by the KMS now; the first question decides for the process where the version pins that. */
function usesKms(kms: Kms): boolean {
  if (!kms.profile.pinsProvider) return kms.running;
  kms.pinned ??= kms.running ? 'kms' : 'local';
  return kms.pinned === 'kms';
}

const unavailable = () => s3Error('ServiceUnavailable', 'The service is unavailable. Please retry.');

const NO_DATA_KEY = 'Io error: Failed to create data key: Io error: ';

/** @throws EmulatorError InternalError in the words of the version that pins a provider */
function requireRunning(kms: Kms): void {
  if (!kms.running) throw s3Error('InternalError', `${NO_DATA_KEY}KMS encryption service is not initialized`);
}

function sealWith(kms: Kms, algorithm: ObjectEncryption['algorithm'], keyId: string): ObjectEncryption {
  const key = kms.key(keyId);
  if (key === undefined) {
    throw kms.profile.pinsProvider
      ? s3Error('InternalError', `${NO_DATA_KEY}Failed to create data key: Key not found: ${keyId}`)
      : s3Error('KMS.NotFoundException', `KMS key not found: ${keyId}`);
  }
  if (key.state !== 'Enabled') {
    const state = key.state === 'Disabled' ? 'disabled' : 'pending deletion';
    throw s3Error('InvalidRequest', `Invalid operation: Key ${keyId} is ${state}: data key generation is not allowed`);
  }
  return { algorithm, keyId, sealedBy: 'kms', material: key.material };
}

const MESSAGES = {
  stored:
    'The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.',
  other: 'The provided encryption parameters did not match the ones used originally to encrypt the object.',
  none: 'The object was stored without SSE-C. The correct SSE-C parameters must not be provided.',
} as const;

/** Whether the client has the key that an object was stored with, if it needs one. @throws EmulatorError InvalidRequest */
export function checkCustomerKey(headers: Headers, { encryption }: StoredVersion): void {
  const given = hasCustomerKey(headers);
  if (encryption?.sealedBy !== 'customer') {
    if (given) throw s3Error('InvalidRequest', MESSAGES.none);
    return;
  }
  if (!given) throw s3Error('InvalidRequest', MESSAGES.stored);
  if (customerKeyOf(headers) !== encryption.material) throw s3Error('InvalidRequest', MESSAGES.other);
}

/** Whether the server can still unwrap the key of an object. @throws EmulatorError */
export function checkReadable({ kms }: S3Context, { encryption }: StoredVersion): void {
  if (encryption === undefined || encryption.sealedBy === 'customer') return;
  const { pinsProvider } = kms.profile;
  const broken = (why: string) => s3Error('InternalError', `Io error: ${why}`);
  const undecryptable = broken('failed to decrypt managed data key: Cryptographic error in decrypt: aead::Error');
  if (encryption.sealedBy === 'master-key') {
    // beta.7 gives every wrapped key to the KMS once that runs.
    if (pinsProvider && kms.running) {
      throw broken('failed to decrypt managed data key: Serialization error: expected value at line 1 column 1');
    }
    if (!pinsProvider && !kms.hasMasterKey) throw s3Error('InvalidRequest', MASTER_KEY_NEEDED);
    if (encryption.material !== kms.masterKey) throw undecryptable;
    return;
  }
  if (!kms.running) throw pinsProvider ? broken('invalid managed DEK format') : unavailable();
  const { keyId = '', material } = encryption;
  const key = kms.key(keyId);
  if (key === undefined && !pinsProvider) throw s3Error('KMS.NotFoundException', `KMS key not found: ${keyId}`);
  if (key?.material !== material) throw undecryptable;
}

/** Headers that tell the encryption of an object, in the answer to a write or to a read. */
export function encryptionHeaders(
  { kms }: S3Context,
  encryption: ObjectEncryption | undefined,
  answer: 'write' | 'read',
): Record<string, string> {
  if (encryption === undefined) return {};
  const { algorithm, keyId, sealedBy, material = '' } = encryption;
  if (sealedBy === 'customer') {
    return { [HEADER]: algorithm, [`${CUSTOMER}algorithm`]: algorithm, [`${CUSTOMER}key-md5`]: material };
  }
  const showsKey = algorithm === 'aws:kms' || (answer === 'read' && kms.profile.showsSseS3Key);
  return { [HEADER]: algorithm, ...(showsKey && keyId && { [`${HEADER}-aws-kms-key-id`]: keyId }) };
}

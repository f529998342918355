import { DEFAULT_RUSTFS_VERSION, type RustFsVersion } from './model.js';

const AWS =
  'SourceIp SecureTransport CurrentTime EpochTime UserAgent Referer username userid principaltype groups SourceAccount SourceArn';
const S3 =
  'prefix delimiter max-keys x-amz-acl x-amz-copy-source x-amz-metadata-directive x-amz-server-side-encryption ' +
  'x-amz-server-side-encryption-customer-algorithm x-amz-storage-class x-amz-content-sha256 x-amz-grant-full-control x-amz-grant-read ' +
  'x-amz-grant-read-acp x-amz-grant-write x-amz-grant-write-acp LocationConstraint authType signatureAge signatureversion ' +
  'object-lock-mode object-lock-legal-hold object-lock-retain-until-date versionid VersionId ExistingObjectTag RequestObjectTag RequestObjectTagKeys';
const JWT =
  'sub iss aud jti upn name groups roles given_name family_name middle_name nickname preferred_username profile picture website email gender ' +
  'birthdate phone_number address scope client_id';

/** What only one version knows (source: `key_name.rs` of both). */
const ONLY_IN: ReadonlyMap<string, RustFsVersion> = new Map([
  ['s3:object-lock-mode', '1.0.1'],
  ['s3:object-lock-legal-hold', '1.0.1'],
  ['s3:VersionId', '1.0.1'],
]);

const qualify = (prefix: string, names: string) => names.split(' ').map((name) => `${prefix}:${name}`);

/** Condition keys that some RustFS version parses, without a `/variable` part (source: rustfs-policy `function/key_name.rs`). */
export const CONDITION_KEYS: ReadonlySet<string> = new Set([
  ...qualify('aws', AWS),
  ...qualify('s3', S3),
  ...qualify('jwt', JWT),
  ...qualify('ldap', 'user username groups'),
  'sts:DurationSeconds',
  'svc:DurationSeconds',
]);

/** True for a key that `version` knows, with or without a variable part such as `s3:ExistingObjectTag/team`. */
export function isKnownConditionKey(key: string, version: RustFsVersion = DEFAULT_RUSTFS_VERSION): boolean {
  const slash = key.indexOf('/');
  const name = slash < 0 ? key : key.slice(0, slash);
  return CONDITION_KEYS.has(name) && (ONLY_IN.get(name) ?? version) === version;
}

/** Values a request gives for a key; two spellings of the version key mean the same. */
export function canonicalConditionKey(key: string): string {
  return key === 's3:VersionId' ? 's3:versionid' : key;
}

import type { VersionRules } from './model.js';

/** Encryption, KMS, quotas and bucket configuration. */
export const STORAGE_RULES = {
  'sse-s3-key': {
    title: 'SSE-S3 without KMS and without RUSTFS_SSE_S3_MASTER_KEY',
    does: { '1.0.0-beta.7': 'encrypts with a key of zeros', '1.0.1': 'refuses to write (400)' },
    value: { '1.0.0-beta.7': false, '1.0.1': true },
    to: {
      '1.0.1': {
        severity: 'breaks-clients',
        fix: 'set RUSTFS_SSE_S3_MASTER_KEY (base64 of 32 bytes), or configure a KMS, with the upgrade',
      },
      '1.0.0-beta.7': {
        severity: 'loses-data',
        fix: 'keep RUSTFS_SSE_S3_MASTER_KEY set: without it beta.7 encrypts with zeros and says nothing',
      },
    },
    source: 'recorded: 07-buckets put-object-sse-default',
    byHand:
      'see whether the server has RUSTFS_SSE_S3_MASTER_KEY (--server-env), and whether clients send x-amz-server-side-encryption: AES256',
  },
  'zero-key-objects': {
    title: 'objects that beta.7 encrypted with the key of zeros',
    does: {
      '1.0.0-beta.7': 'reads them',
      '1.0.1': 'cannot read them (400) unless RUSTFS_SSE_S3_MASTER_KEY is the key of zeros',
    },
    to: {
      '1.0.1': {
        severity: 'loses-data',
        fix: 'copy the objects out before the upgrade and in again after it; or upgrade with RUSTFS_SSE_S3_MASTER_KEY = base64 of 32 zero bytes, which protects nothing, until they are copied',
      },
    },
    source: 'storage/sse.rs of both versions',
    byHand:
      'preflight --objects all looks at every object; those with x-amz-server-side-encryption: AES256 that were written while no KMS ran are meant',
  },
  'sse-downgrade': {
    title: 'objects that 1.0.1 encrypted',
    does: { '1.0.0-beta.7': 'nothing says that it reads their envelope', '1.0.1': 'reads both envelopes' },
    to: {
      '1.0.0-beta.7': {
        severity: 'loses-data',
        fix: 'copy encrypted objects out before the downgrade and in again after it',
      },
    },
    source: 'storage/sse.rs of 1.0.1; upstream: no mixed versions, no rollback',
  },
  'kms-not-running': {
    title: 'SSE-KMS while the KMS does not run',
    does: {
      '1.0.0-beta.7': 'writes are 500',
      '1.0.1': 'writes are 503, or 400 without configuration; there is no other key to fall back to',
    },
    to: { '1.0.1': { severity: 'breaks-clients', fix: 'start the KMS, or take the default encryption away' } },
    source: 'recorded: 12-kms-first put-while-stopped',
  },
  'kms-default-key': {
    title: 'default encryption aws:kms without a key id',
    does: {
      '1.0.0-beta.7': 'is stored as it is',
      '1.0.1': 'is stored with the default key of the KMS, and 500 if there is none',
    },
    to: {
      '1.0.1': { severity: 'note', fix: 'name the key in the stack, so that what is read back is what was declared' },
    },
    source: 'app/bucket_usecase.rs of 1.0.1',
  },
  'kms-create-existing': {
    title: 'creating a KMS key that exists',
    does: { '1.0.0-beta.7': 'replaces it: what it encrypted cannot be read any more', '1.0.1': 'is refused (409)' },
    value: { '1.0.0-beta.7': true, '1.0.1': false },
    to: {
      '1.0.0-beta.7': {
        severity: 'loses-data',
        fix: 'look whether a key exists before creating it, in scripts of your own too',
      },
    },
    source: 'recorded: 12-kms-first create-key-again, get-after-key-overwrite',
    byHand: 'look for calls of kms/keys in scripts of your own',
  },
  'kms-late': {
    title: 'KMS configured after the first SSE-S3 request',
    does: { '1.0.0-beta.7': 'SSE-KMS writes succeed and cannot be read until a restart', '1.0.1': 'works' },
    value: { '1.0.0-beta.7': true, '1.0.1': false },
    to: {
      '1.0.0-beta.7': {
        severity: 'loses-data',
        fix: 'configure the KMS before the first encrypted request, or restart after it',
      },
    },
    source: 'recorded: 10-kms get-object',
    byHand: 'restart beta.7 after the KMS was configured, then read an encrypted object back',
  },
  'kms-local-master-key': {
    title: 'local KMS without a master key',
    does: {
      '1.0.0-beta.7': 'keeps keys in plain text; RUSTFS_KMS_LOCAL_MASTER_KEY has no effect',
      '1.0.1': 'from the environment: does not start; through the API: refused; a stored configuration is still taken',
    },
    to: {
      '1.0.1': {
        severity: 'blocks-start',
        fix: 'set RUSTFS_KMS_LOCAL_MASTER_KEY with the upgrade (old key files are still read), and back up .master-key.salt beside the keys',
      },
      '1.0.0-beta.7': {
        severity: 'loses-data',
        fix: 'beta.7 cannot read key files that a master key encrypted: stay, or copy the objects out',
      },
    },
    source:
      'recorded: 10-kms reconfigure-local; observed on a running 1.0.1: "Local KMS requires a master key", exit 1',
    byHand:
      'see whether RUSTFS_KMS_ENABLE=true with RUSTFS_KMS_BACKEND=local is set (--server-env) or the KMS was configured through the API',
  },
  'kms-vault-http': {
    title: 'Vault over http, with skip-verify or the token "dev-token"',
    does: { '1.0.0-beta.7': 'accepted', '1.0.1': 'from the environment: does not start; stored: the KMS is in error' },
    to: {
      '1.0.1': {
        severity: 'blocks-start',
        fix: 'give Vault TLS and a real token; RUSTFS_KMS_ALLOW_INSECURE_DEV_DEFAULTS=true is for development',
      },
    },
    source:
      'recorded: 10-kms configure-vault-unreachable; observed on a running 1.0.1: "requires HTTPS", "default dev-token is not allowed", exit 1',
    byHand:
      "look at the address and the token of Vault in the server's environment (--server-env) or in what configured the KMS",
  },
  'kms-variables': {
    title: 'RUSTFS_KMS_* beyond backend, address, token, mount and key',
    does: {
      '1.0.0-beta.7': 'have no effect',
      '1.0.1': 'take effect: KV mount and prefix, namespace, certificates, AppRole',
    },
    to: {
      '1.0.1': {
        severity: 'changes-meaning',
        fix: 'check that the values are what beta.7 used (KV mount secret, prefix rustfs/kms/keys), else keys are not found',
      },
      '1.0.0-beta.7': {
        severity: 'breaks-clients',
        fix: 'beta.7 only knows a token, KV mount secret and prefix rustfs/kms/keys',
      },
    },
    source: 'init.rs of beta.7, kms/config.rs of 1.0.1',
    byHand: "look at the RUSTFS_KMS_* of the server's environment (--server-env)",
  },
  'quota-usage': {
    title: 'quotas while the usage of the bucket is unknown',
    does: {
      '1.0.0-beta.7': 'count as empty',
      '1.0.1': 'reading the quota and writing objects are 503 until the first scan',
    },
    value: { '1.0.0-beta.7': false, '1.0.1': true },
    to: {
      '1.0.1': {
        severity: 'breaks-clients',
        fix: 'wait for GET quota/<bucket> to answer 200 before clients come back, or lift the quota over the upgrade',
      },
    },
    source: 'recorded: 07-buckets quota-get',
  },
  'quota-bucket': {
    title: 'quota for a bucket that does not exist',
    does: { '1.0.0-beta.7': 'accepted', '1.0.1': 'refused (500)' },
    value: { '1.0.0-beta.7': false, '1.0.1': true },
    to: { '1.0.1': { severity: 'note', fix: 'create the bucket first: apply does' } },
    source: 'recorded: 07-buckets quota-missing-bucket',
    byHand: 'look for quota/ calls before the bucket exists in scripts of your own',
  },
  'lifecycle-days': {
    title: 'lifecycle rules with 0 days, or with several predicates',
    does: { '1.0.0-beta.7': 'accepted', '1.0.1': 'refused (400), so the configuration cannot be written again' },
    value: { '1.0.0-beta.7': false, '1.0.1': true },
    to: { '1.0.1': { severity: 'note', fix: 'give the rule at least one day before the upgrade' } },
    source: 'recorded: 07-buckets put-lifecycle-bad',
  },
  'notification-order': {
    title: 'a bucket notification whose target is refused',
    does: { '1.0.0-beta.7': 'is stored all the same, and the rules before it are gone', '1.0.1': 'is not stored' },
    value: { '1.0.0-beta.7': true, '1.0.1': false },
    to: { '1.0.1': { severity: 'note', fix: 'bring the target online, or remove the notification: it sends nothing' } },
    source: 'recorded: 14-notify; app/bucket_usecase.rs of both versions',
  },
  'website-delete': {
    title: 'deleting a website configuration',
    does: { '1.0.0-beta.7': 'needs s3:GetBucketPolicy', '1.0.1': 'needs s3:PutBucketPolicy' },
    value: { '1.0.0-beta.7': false, '1.0.1': true },
    to: { '1.0.1': { severity: 'note', fix: 'grant s3:PutBucketPolicy to whom deletes website configurations' } },
    source: 'app/bucket_usecase.rs of both versions',
    byHand: 'look for who deletes website configurations; most estates have none',
  },
} as const satisfies VersionRules;

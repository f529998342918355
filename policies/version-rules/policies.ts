import type { VersionRules } from './model.js';

/** The policy language: what a stored document may say, and what it means. */
export const POLICY_RULES = {
  'policy-actions': {
    title: 'actions in stored policies',
    does: {
      '1.0.0-beta.7': 'knows admin:KMSCreateKey and admin:KMSKeyStatus; of kms: only kms:*; not s3:ForceDeleteObject',
      '1.0.1':
        'knows kms:<name>, s3:ForceDeleteObject and five more admin: names; not admin:KMSCreateKey, admin:KMSKeyStatus',
    },
    to: {
      '1.0.1': {
        severity: 'blocks-start',
        fix: 'take the action out before the upgrade; after it, grant kms:Configure (create keys) and kms:DescribeKey (key status) by name',
      },
      '1.0.0-beta.7': {
        severity: 'blocks-start',
        fix: 'take the action out before the downgrade; beta.7 checks KMS calls by admin:KMSCreateKey, admin:KMSKeyStatus and admin:ServerInfo',
      },
    },
    source:
      'recorded: 03-policies kms-named; observed on a running 1.0.1: one stored policy with admin:KMSCreateKey, and S3 and admin API answer 503 for ever; iam/store/object.rs of both versions',
  },
  'policy-condition-keys': {
    title: 'condition keys in stored policies',
    does: {
      '1.0.0-beta.7': 'does not know s3:object-lock-mode, s3:object-lock-legal-hold, s3:VersionId',
      '1.0.1': 'knows s3:object-lock-mode, s3:object-lock-legal-hold, and s3:VersionId for s3:versionid',
    },
    to: {
      '1.0.0-beta.7': {
        severity: 'blocks-start',
        fix: 'write s3:versionid for s3:VersionId; statements with the other keys have to go, which no tool should decide',
      },
    },
    source: 'policy/function/key_name.rs of both versions',
  },
  'policy-resources': {
    title: 'resources in stored policies',
    does: {
      '1.0.0-beta.7': 'takes arn:aws:s3::: only',
      '1.0.1': 'also takes arn:aws:kms::: in statements on kms actions alone',
    },
    value: { '1.0.0-beta.7': false, '1.0.1': true },
    to: {
      '1.0.0-beta.7': {
        severity: 'blocks-start',
        fix: 'leave the resources of KMS statements out before the downgrade',
      },
    },
    source: 'policy/resource.rs of 1.0.1',
  },
  'embedded-policies': {
    title: 'policies of access keys that the version cannot read',
    does: {
      '1.0.0-beta.7': 'refuses every request of the key',
      '1.0.1': 'refuses every request of the key',
    },
    to: {
      '1.0.1': {
        severity: 'breaks-clients',
        fix: 'change the embedded policy in the stack, and apply, before the upgrade',
      },
      '1.0.0-beta.7': {
        severity: 'breaks-clients',
        fix: 'change the embedded policy in the stack, and apply, before the downgrade',
      },
    },
    source: 'iam/sys.rs of 1.0.1',
  },
  'bucket-policies': {
    title: 'stored bucket policies that the version cannot read',
    does: {
      '1.0.0-beta.7': 'ignores them: no statement of theirs applies',
      '1.0.1': 'fails every request on the bucket, those of root too',
    },
    to: { '1.0.1': { severity: 'breaks-clients', fix: 'correct or delete the bucket policy before the upgrade' } },
    source: 'ecstore/bucket/policy_sys.rs of both versions',
  },
  'date-conditions': {
    title: 'Date… conditions',
    does: {
      '1.0.0-beta.7': 'compares the policy with the request, so DateLessThan holds after the time',
      '1.0.1': 'compares the request with the policy, so DateLessThan holds before the time',
    },
    value: { '1.0.0-beta.7': true, '1.0.1': false },
    to: {
      '1.0.1': {
        severity: 'changes-meaning',
        fix: 'decide what is meant; to keep what beta.7 does, swap Less and Greater right after the upgrade, before clients come back',
      },
      '1.0.0-beta.7': {
        severity: 'changes-meaning',
        fix: 'swap Less and Greater right after the downgrade, before clients come back',
      },
    },
    source: 'policy/function/date.rs of both versions',
  },
  'set-conditions': {
    title: 'ForAllValues and ForAnyValue conditions',
    does: {
      '1.0.0-beta.7': 'judges absent keys and negated operators otherwise than 1.0.1',
      '1.0.1': 'ForAllValues is true for an absent key; negated operators negate each value',
    },
    to: {
      '1.0.1': {
        severity: 'changes-meaning',
        fix: 'add a Null condition where an absent key must not count, and verify after the upgrade',
      },
      '1.0.0-beta.7': { severity: 'changes-meaning', fix: 'read the statement again, and verify after the downgrade' },
    },
    source: 'policy/function.rs, function/string.rs of 1.0.1',
  },
  'force-delete': {
    title: 'deleting a bucket with everything in it (x-rustfs-force-delete)',
    does: { '1.0.0-beta.7': 's3:* allows it', '1.0.1': 's3:ForceDeleteBucket has to be named; s3:* does not allow it' },
    value: { '1.0.0-beta.7': true, '1.0.1': false },
    to: {
      '1.0.1': { severity: 'note', fix: 'name s3:ForceDeleteBucket where it is really wanted' },
      '1.0.0-beta.7': { severity: 'changes-meaning', fix: 'deny s3:ForceDeleteBucket to whom s3:* is allowed' },
    },
    source: 'policy/action.rs of both versions',
  },
  'list-versions': {
    title: 'listing versions',
    does: {
      '1.0.0-beta.7': 's3:ListBucket allows ListObjectVersions',
      '1.0.1': 'ListObjectVersions needs s3:ListBucketVersions',
    },
    value: { '1.0.0-beta.7': true, '1.0.1': false },
    to: {
      '1.0.1': { severity: 'breaks-clients', fix: 'add s3:ListBucketVersions to the statement (--keep-rights does)' },
      '1.0.0-beta.7': {
        severity: 'changes-meaning',
        fix: 'deny s3:ListBucketVersions to whom versions must not be shown',
      },
    },
    source: 'recorded: 06-access rw-list-versions',
  },
  'versioned-reads': {
    title: 'reading a version by its id',
    does: { '1.0.0-beta.7': 's3:GetObject allows it', '1.0.1': 'needs s3:GetObjectVersion' },
    value: { '1.0.0-beta.7': false, '1.0.1': true },
    to: {
      '1.0.1': { severity: 'breaks-clients', fix: 'add s3:GetObjectVersion to the statement (--keep-rights does)' },
      '1.0.0-beta.7': {
        severity: 'changes-meaning',
        fix: 'old versions can be read by whoever may read: delete what must not be',
      },
    },
    source: 'storage/access.rs of 1.0.1',
  },
  'version-deletes': {
    title: 'deleting a version by its id',
    does: {
      '1.0.0-beta.7': 'needs s3:DeleteObject and s3:DeleteObjectVersion',
      '1.0.1': 'needs s3:DeleteObjectVersion alone',
    },
    value: { '1.0.0-beta.7': true, '1.0.1': false },
    to: {
      '1.0.1': {
        severity: 'changes-meaning',
        fix: 'take s3:DeleteObjectVersion away from whom only s3:DeleteObject was kept from',
      },
      '1.0.0-beta.7': { severity: 'breaks-clients', fix: 'add s3:DeleteObject to the statement' },
    },
    source: 'storage/access.rs of both versions',
  },
  'bucket-policy-listing': {
    title: 'ListBuckets and bucket policies',
    does: {
      '1.0.0-beta.7': 'shows a bucket to whom its policy lets list or locate it',
      '1.0.1': 'looks at IAM policies alone',
    },
    value: { '1.0.0-beta.7': true, '1.0.1': false },
    to: {
      '1.0.1': {
        severity: 'changes-meaning',
        fix: 'grant s3:ListBucket in an IAM policy to clients that look for the bucket in ListBuckets',
      },
    },
    source: 'app/bucket_usecase.rs of both versions',
  },
} as const satisfies VersionRules;

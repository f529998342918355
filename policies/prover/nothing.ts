import { S3_ARN_PREFIX } from '../compile.js';
import type { NamedPolicy } from '../model.js';
import type { Subject } from './model.js';

/** Somebody who may do nothing: what is contained in it allows nothing. */
export const NOTHING: Subject = { principal: { kind: 'anonymous', accessKey: '', policies: [] } };

/** The subject without any right on these buckets, also not by their policies. */
export function withoutBuckets({ principal, bucketPolicies = {} }: Subject, buckets: readonly string[]): Subject {
  if (buckets.length === 0) return { principal, bucketPolicies };
  const deny: NamedPolicy = {
    name: 'deny',
    document: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Action: ['s3:*'],
          Resource: buckets.flatMap((bucket) => [`${S3_ARN_PREFIX}${bucket}`, `${S3_ARN_PREFIX}${bucket}/*`]),
        },
      ],
    },
  };
  return {
    principal: { ...principal, policies: [...principal.policies, deny] },
    bucketPolicies: Object.fromEntries(Object.entries(bucketPolicies).filter(([name]) => !buckets.includes(name))),
  };
}

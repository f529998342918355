import type { Manifest } from '../../manifest/index.js';
import {
  type AccessRequest,
  evaluate,
  type NamedPolicy,
  type Principal,
  S3_OPERATIONS,
  type S3OperationName,
} from '../../policies/index.js';
import type { Outcome } from './model.js';

export const ANONYMOUS: Principal = { kind: 'anonymous', accessKey: '', policies: [] };

/** The rights of an access key as the manifest declares them: those of its user and the user's groups, narrowed by its own policy. */
export function principalOf(manifest: Manifest, keyName: string, accessKeyId: string): Principal {
  const key = manifest.accessKeys.find(({ name }) => name === keyName);
  const user = manifest.users.find(({ name }) => name === key?.user);
  if (!key || !user) throw new Error(`access key ${keyName} has no user in the manifest`);
  const groups = manifest.groups.filter(({ members }) => members.includes(user.name));
  // One disabled group takes away all policies (source: manager.rs of both versions).
  const attached =
    !user.enabled || groups.some(({ enabled }) => !enabled)
      ? []
      : [...user.policies, ...groups.flatMap(({ policies }) => policies)];
  const declared = new Map(manifest.policies.map(({ name, document }) => [name, document]));
  return {
    kind: 'service-account',
    accessKey: accessKeyId,
    parentUser: user.name,
    policies: [...new Set(attached)].flatMap((name): NamedPolicy[] => {
      const document = declared.get(name);
      return document ? [{ name, document }] : [];
    }),
    ...(key.policy ? { embeddedPolicy: { name: `policy of access key ${keyName}`, document: key.policy } } : {}),
  };
}

export type Predict = (request: AccessRequest) => Outcome;

/** Predicts with the declared bucket policies taken into account. */
export function predictor(manifest: Manifest, principal: Principal): Predict {
  const bucketPolicies = new Map(manifest.buckets.map(({ name, policy }) => [name, policy]));
  return (request) => {
    const bucketPolicy = request.bucket === undefined ? undefined : bucketPolicies.get(request.bucket);
    const options = { version: manifest.server.rustfsVersion, ...(bucketPolicy ? { bucketPolicy } : {}) };
    return evaluate(principal, request, options).allowed ? 'allowed' : 'refused';
  };
}

/** What one S3 operation needs; any of its actions is enough. */
export function predictOperation(
  manifest: Manifest,
  predict: Predict,
  operation: S3OperationName,
  target: Omit<AccessRequest, 'action'>,
): Outcome {
  const { actions } = S3_OPERATIONS[manifest.server.rustfsVersion][operation];
  return actions.some((action) => predict({ ...target, action }) === 'allowed') ? 'allowed' : 'refused';
}

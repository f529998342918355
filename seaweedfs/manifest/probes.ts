import { asList } from '../../policies/index.js';
import type { NamedPolicyConfig, RoleConfig } from '../config/model.js';
import { type Statement, verdict } from '../policy/evaluate.js';
import type { FleetProbe } from './schema.js';

const OBJECT_ACTIONS = ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'] as const;

/** Keys that the proof uses have this in their name, so that it can't meet anybody's object. */
export const PROBE_KEY = '.cdktf-rustfs-fleet-probe';
const ARN = 'arn:aws:s3:::';

/** A bucket that nobody was given: what a wildcard too many would open. */
export const FOREIGN_BUCKET = 'cdktf-rustfs-fleet-foreign';

interface Place {
  readonly bucket: string;
  readonly key: string;
}

const withoutWildcards = (text: string) => text.replace(/[*?]+/g, PROBE_KEY);

/** One object for each resource that a policy speaks of, besides one at the top of each bucket. */
function placesOf(policies: readonly NamedPolicyConfig[]): readonly Place[] {
  const resources = policies.flatMap(({ document }) => document.Statement.flatMap(({ Resource }) => asList(Resource)));
  const places = resources
    .filter((resource) => resource.startsWith(ARN))
    .map((resource) => resource.slice(ARN.length).split('/'))
    .filter(([bucket = '']) => /^[a-z0-9][a-z0-9.-]+$/.test(bucket))
    .flatMap(([bucket = '', ...key]) => [
      { bucket, key: PROBE_KEY },
      ...(key.length > 0 ? [{ bucket, key: withoutWildcards(key.join('/')) }] : []),
    ]);
  const unique = new Map(
    [...places, { bucket: FOREIGN_BUCKET, key: PROBE_KEY }].map((one) => [`${one.bucket}/${one.key}`, one]),
  );
  return [...unique.values()].sort((a, b) => (`${a.bucket}/${a.key}` < `${b.bucket}/${b.key}` ? -1 : 1));
}

/** What a session of each role may do and may not, for every place that any policy speaks of. */
export function fleetProbes(
  roles: readonly RoleConfig[],
  policies: readonly NamedPolicyConfig[],
): readonly FleetProbe[] {
  const places = placesOf(policies);
  const buckets = [...new Set(places.map(({ bucket }) => bucket))];
  return roles.flatMap((role) => {
    const statements = policies
      .filter(({ name }) => role.policies.includes(name))
      .flatMap(({ document }) => document.Statement as unknown as readonly Statement[]);
    const allowed = (action: string, resource: string) =>
      verdict(statements, { action, resource: `${ARN}${resource}`, context: new Map() }) === 'allow';
    return [
      ...places.flatMap(({ bucket, key }) =>
        OBJECT_ACTIONS.map((action) => ({
          role: role.name,
          action,
          bucket,
          key,
          allowed: allowed(action, `${bucket}/${key}`),
        })),
      ),
      ...buckets.map((bucket) => ({
        role: role.name,
        action: 's3:ListBucket' as const,
        bucket,
        allowed: allowed('s3:ListBucket', bucket),
      })),
    ];
  });
}

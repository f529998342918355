import type { Manifest } from '../../manifest/index.js';
import { proveManifest } from '../../proofs/index.js';
import type { Estate } from '../estate.js';
import type { Unmanaged } from '../plan/model.js';
import { isBroad, REVIEW } from './statements.js';

/** Where a user may do more than is declared, with the reason that somebody has to replace. */
export interface Exception {
  readonly bucket: string;
  readonly reason: string;
}

/** The manifest with what is adopted, as far as it gives rights. */
function withAdopted(manifest: Manifest, estate: Estate, adopted: readonly Unmanaged[]): Manifest {
  const names = (kind: Unmanaged['kind']) => adopted.filter((object) => object.kind === kind).map(({ name }) => name);
  const version = manifest.server.rustfsVersion;
  return {
    ...manifest,
    policies: [
      ...manifest.policies,
      ...names('policy').flatMap((name) => {
        const document = estate.policies.get(name) as Manifest['policies'][number]['document'] | undefined;
        if (!document) return [];
        return [{ name, document, ...(isBroad(document, name, version) ? { broadReason: REVIEW } : {}) }];
      }),
    ],
    users: [
      ...manifest.users,
      ...names('user').flatMap((name) => {
        const user = estate.users.get(name);
        return user ? [{ name, enabled: user.enabled, policies: [...user.policies] }] : [];
      }),
    ],
    groups: [
      ...manifest.groups,
      ...names('group').flatMap((name) => {
        const group = estate.groups.get(name);
        return group
          ? [{ name, enabled: group.enabled, members: [...group.members], policies: [...group.policies] }]
          : [];
      }),
    ],
    buckets: [
      ...manifest.buckets,
      ...names('bucket').map((name) => {
        const policy = estate.buckets.get(name)?.policy as Manifest['buckets'][number]['policy'];
        return { name, removalPolicy: 'retain' as const, ...(policy ? { policy } : {}) };
      }),
    ],
  };
}

/** The exceptions that users need, adopted and declared ones, so that the synthesis accepts what they may do by what is adopted. */
export function exceptionsFor(
  manifest: Manifest,
  estate: Estate,
  adopted: readonly Unmanaged[],
): ReadonlyMap<string, readonly Exception[]> {
  const { buckets, account } = proveManifest(withAdopted(manifest, estate, adopted));
  const exceptions = new Map<string, Exception[]>();
  const open = [...account.map((proof) => ({ ...proof, bucket: '*' })), ...buckets].filter(
    ({ result, accepted }) => result !== 'proved' && accepted === undefined,
  );
  for (const { user, bucket } of open) {
    const known = exceptions.get(user) ?? [];
    if (!known.some((exception) => exception.bucket === '*')) known.push({ bucket, reason: REVIEW });
    exceptions.set(user, known);
  }
  return exceptions;
}

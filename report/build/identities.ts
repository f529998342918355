import type { Manifest, ManifestUser } from '../../manifest/index.js';
import type { PolicyDocument } from '../../policies/index.js';
import { policiesOfUser } from '../../proofs/index.js';
import type { ReportIdentity } from '../model.js';

export const ANONYMOUS = 'anonymous';

/** A policy document of the estate, under the id that reports refer to it by. */
export interface NamedDocument {
  readonly id: string;
  readonly name: string;
  readonly kind: 'policy' | 'key-policy' | 'bucket-policy';
  readonly text: PolicyDocument;
}

/** A row of the matrix with what decides over it. A request needs an Allow of `rights`, and one of `narrowedBy` if there is one. */
export interface Identity extends ReportIdentity {
  readonly rights: readonly NamedDocument[];
  readonly narrowedBy?: NamedDocument;
}

function policyDocuments(manifest: Manifest, { name: user }: ManifestUser): readonly NamedDocument[] {
  return policiesOfUser(manifest, user)
    .map(({ name, document }) => ({ id: `policy ${name}`, name, kind: 'policy' as const, text: document }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Why a user may do nothing at all. One disabled group takes away all policies (source: manager.rs of both versions). */
function powerlessness(manifest: Manifest, user: ManifestUser): string | undefined {
  if (!user.enabled) return `user ${user.name} is declared as disabled`;
  const disabled = manifest.groups.find(({ enabled, members }) => !enabled && members.includes(user.name));
  return disabled && `group ${disabled.name} is declared as disabled, which takes all policies from its members`;
}

function identityOf(manifest: Manifest, user: ManifestUser, keyName?: string): Identity {
  const key = manifest.accessKeys.find(({ name }) => name === keyName);
  const component = manifest.components.find((one) =>
    keyName === undefined ? one.user === user.name : one.accessKey === keyName,
  );
  const powerless = powerlessness(manifest, user);
  const rights = policyDocuments(manifest, user);
  const narrowedBy: NamedDocument | undefined = key?.policy && {
    id: `key ${key.name}`,
    name: `policy of access key ${key.name}`,
    kind: 'key-policy',
    text: key.policy,
  };
  return {
    id: keyName ?? `user ${user.name}`,
    kind: keyName === undefined ? 'user' : 'access-key',
    user: user.name,
    ...(component ? { component: component.name } : {}),
    documents: [...rights, ...(narrowedBy ? [narrowedBy] : [])].map(({ id }) => id),
    ...(powerless === undefined ? {} : { powerless }),
    rights,
    ...(narrowedBy ? { narrowedBy } : {}),
  };
}

/** The rows: access keys by component, then those of no component, users without a key, and whoever does not sign. */
export function identitiesOf(manifest: Manifest): readonly Identity[] {
  const rows = manifest.users.flatMap((user) => {
    const keys = manifest.accessKeys.filter((key) => key.user === user.name);
    return keys.length === 0 ? [identityOf(manifest, user)] : keys.map(({ name }) => identityOf(manifest, user, name));
  });
  const order = ({ component, kind, id }: Identity) => `${component ?? '\uffff'}\0${kind}\0${id}`;
  return [
    ...rows.sort((a, b) => (order(a) < order(b) ? -1 : 1)),
    { id: ANONYMOUS, kind: 'anonymous', documents: [], rights: [] },
  ];
}

/** The columns: buckets by owner, then those of no component. */
export function bucketsOf(manifest: Manifest): readonly { readonly name: string; readonly owner?: string }[] {
  const owners = new Map(manifest.components.flatMap(({ name, buckets }) => buckets.map((bucket) => [bucket, name])));
  const order = ({ name, owner }: { name: string; owner?: string }) => `${owner ?? '\uffff'}\0${name}`;
  return manifest.buckets
    .map(({ name }) => {
      const owner = owners.get(name);
      return { name, ...(owner === undefined ? {} : { owner }) };
    })
    .sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

import type { Manifest, ManifestUser } from '../manifest/index.js';

/**
 * The manifest with a user for each way to sign in by a token: who comes with a declared claim value, and who comes with any
 * token of a provider that has role policies. What is proved of users is thereby proved of them.
 */
export function withSignIns(manifest: Manifest): Manifest {
  const signIns = (manifest.oidc?.providers ?? []).flatMap(({ id, mapping, claims }): ManifestUser[] => [
    ...(mapping.rolePolicies.length > 0
      ? [{ name: `sign-in at ${id}`, enabled: true, policies: mapping.rolePolicies }]
      : []),
    ...claims.map(({ value, ...rights }) => ({ name: `sign-in at ${id} as ${value}`, enabled: true, ...rights })),
  ]);
  return signIns.length === 0 ? manifest : { ...manifest, users: [...manifest.users, ...signIns] };
}

/** How a user of such a manifest is called: `user ops`, `sign-in at keycloak as obs`. No declared user's name holds a space. */
export function describeUser(name: string): string {
  return name.startsWith('sign-in ') ? name : `user ${name}`;
}

import { BUILTIN_POLICIES, claimedRights, isClaimablePolicyName } from '../policies/index.js';
import type { Manifest, ManifestOidcProvider } from './schema.js';

/** What a token with exactly this value in the mapped claim gives by itself, and what an IAM group of that name makes of it. */
export function policiesOfClaims(
  { server, groups }: Pick<Manifest, 'server' | 'groups'>,
  { mapping }: ManifestOidcProvider,
  claims: Readonly<Record<string, unknown>>,
): readonly string[] {
  const claimed = claimedRights(mapping, claims, server.rustfsVersion);
  const named = groups.filter(({ name, enabled }) => enabled && claimed.groups.includes(name));
  const ofGroups = named.flatMap(({ policies }) => policies);
  return [...new Set(ofGroups.length > 0 ? ofGroups : claimed.policies)];
}

/** The claim that carries a provider's values. */
export function mappedClaim({ mapping }: ManifestOidcProvider): string {
  return mapping.groupsClaim || mapping.rolesClaim || mapping.claimName;
}

function providerProblems(manifest: Manifest, provider: ManifestOidcProvider): string[] {
  const { id, issuer, discoveryUrl, mapping, claims } = provider;
  const { rustfsVersion } = manifest.server;
  const who = `OIDC provider ${id}`;
  const problems: string[] = [];
  if (discoveryUrl !== undefined && rustfsVersion === '1.0.0-beta.7')
    problems.push(
      `${who}: RustFS 1.0.0-beta.7 reads discovery only below the issuer ${issuer}; leave discoveryUrl out`,
    );
  if (mapping.rolePolicies.length > 0 && claims.length > 0 && rustfsVersion === '1.0.1')
    problems.push(`${who}: RustFS 1.0.1 ignores claims when there are role policies; declare one or the other`);
  if (mapping.rolePolicies.length === 0 && claims.length === 0)
    problems.push(`${who} gives nobody any right; declare claim values, or role policies that everybody gets`);
  for (const { value, policies } of claims) {
    const given = policiesOfClaims(manifest, provider, { [mappedClaim(provider)]: [value] });
    if ([...given].sort().join() !== [...policies].sort().join())
      problems.push(
        `claim value ${value} of ${who} is declared to give ${policies.join(', ')}, but RustFS will make ${given.join(', ')} of it; name the policy ${mapping.claimPrefix}${value}, or declare a group ${value} with these policies`,
      );
  }
  const known = new Set([
    ...manifest.policies.map(({ name }) => name),
    ...Object.keys(BUILTIN_POLICIES[rustfsVersion]),
  ]);
  for (const name of new Set([...mapping.rolePolicies, ...claims.flatMap(({ policies }) => policies)]))
    if (!known.has(name))
      problems.push(`${who} gives policy ${name}, which is neither declared nor built into RustFS ${rustfsVersion}`);
    else if (!isClaimablePolicyName(name))
      problems.push(
        `policy ${name} of ${who} can never be found: RustFS takes letters, digits, "_", ":", "." and "-" in names from claims`,
      );
  return problems;
}

/** What RustFS would make of the declared providers, where that is not what was declared. */
export function oidcProblems(manifest: Manifest): string[] {
  const providers = manifest.oidc?.providers ?? [];
  const repeated = (what: string, values: readonly string[]) =>
    values
      .filter((value, index) => values.indexOf(value) !== index)
      .map((value) => `two OIDC providers have the ${what} ${value}; RustFS tells providers apart by it`);
  return [
    ...repeated(
      'id',
      providers.map(({ id }) => id),
    ),
    ...repeated(
      'issuer',
      providers.map(({ issuer }) => issuer.replace(/\/$/, '')),
    ),
    ...providers.flatMap((provider) => providerProblems(manifest, provider)),
  ];
}

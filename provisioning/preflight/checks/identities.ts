import { BUILTIN_POLICIES, type RuleId } from '../../../policies/index.js';
import { allowedActions, documentsOf } from '../documents.js';
import type { Check, Found, PreflightEstate } from '../model.js';
import { naming } from './policies.js';

const NO_SERVER = 'no server was asked';
const listed = (names: readonly string[]) =>
  names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');

/** Users with a policy, none of which allows sessions. */
function usersWithoutSessions({ manifest, server, from }: PreflightEstate): readonly string[] {
  const { estate } = server ?? {};
  const documents = new Map([
    ...Object.entries(BUILTIN_POLICIES[from]),
    ...(manifest?.policies ?? []).map(({ name, document }) => [name, document] as const),
    ...(estate?.policies ?? []),
  ]);
  const users = estate
    ? [...estate.users].map(([name, { policies, groups }]) => ({
        name,
        policies: [...policies, ...groups.flatMap((group) => estate.groups.get(group)?.policies ?? [])],
      }))
    : (manifest?.users ?? []);
  const allows = (policy: string) => {
    const document = documents.get(policy);
    const allowed = document === undefined ? new Set<string>() : allowedActions(document);
    return allowed.has('sts:AssumeRole') || allowed.has('sts:*');
  };
  return users.filter(({ policies }) => policies.length > 0 && !policies.some(allows)).map(({ name }) => name);
}

const assumeRole: Check = (estate) => {
  const users = usersWithoutSessions(estate);
  const found = `${users.length} ${users.length === 1 ? 'user has' : 'users have'} a policy, but no Allow of sts:AssumeRole: ${listed(users)}`;
  return { found: users.length > 0 ? [{ object: 'users', found }] : [] };
};

const names = (estate: PreflightEstate) =>
  documentsOf(estate).flatMap(({ kind, name, object }) => (kind === 'iam' ? [{ name, object }] : []));

const spacesInNames: Check = (estate) => ({
  found: names(estate)
    .filter(({ name }) => /\s/.test(name))
    .map(({ object }) => ({ object, found: 'has white space in its name' })),
});

const builtinNames: Check = (estate) => ({
  found: names(estate)
    .filter(({ name }) => Object.hasOwn(BUILTIN_POLICIES[estate.to], name))
    .map(({ object }) => ({ object, found: `has the name of a policy that is built in in ${estate.to}` })),
});

interface Provider {
  readonly object: string;
  readonly rolePolicies: readonly string[];
  readonly claims: boolean;
  readonly splitDiscovery: boolean;
}

/** Providers of the manifest, and those that only the server knows. */
function providersOf({ manifest, server }: PreflightEstate): readonly Provider[] {
  const declared = manifest?.oidc?.providers ?? [];
  const known = server && 'seen' in server.providers ? server.providers.seen : [];
  return [
    ...declared.map(({ id, issuer, discoveryUrl, mapping, claims }) => ({
      object: `OIDC provider ${id}`,
      rolePolicies: mapping.rolePolicies,
      claims: claims.length > 0,
      splitDiscovery: discoveryUrl !== undefined && new URL(discoveryUrl).origin !== new URL(issuer).origin,
    })),
    ...known
      .filter(({ id }) => !declared.some((one) => one.id === id))
      .map(({ id, rolePolicies }) => ({
        object: `OIDC provider ${id}`,
        rolePolicies,
        claims: true,
        splitDiscovery: false,
      })),
  ];
}

function providers(describe: (provider: Provider) => string | undefined): Check {
  return (estate) => {
    const found = providersOf(estate).flatMap((provider): Found[] => {
      const text = describe(provider);
      return text === undefined ? [] : [{ object: provider.object, found: text }];
    });
    const asked = estate.server?.providers;
    const unseen = asked === undefined ? NO_SERVER : 'unseen' in asked ? asked.unseen : undefined;
    return { found, ...(unseen === undefined ? {} : { unseen }) };
  };
}

/** Keys whose parent is neither root nor a user: of sessions by OpenID token, or of deleted users. */
const oidcKeys: Check = ({ server }) => {
  if (server === undefined) return { found: [], unseen: NO_SERVER };
  const { estate, rootAccessKey } = server;
  const orphans = [...estate.accessKeys.values()].filter(
    ({ parent }) => parent !== rootAccessKey && !estate.users.has(parent),
  );
  return {
    found: orphans.map(({ accessKeyId, parent }) => ({
      object: `access key ${accessKeyId}`,
      found: `its parent ${parent} is no user of the server: a session by OpenID token made it`,
    })),
    ...(estate.notes.length > 0 ? { unseen: estate.notes.join('; ') } : {}),
  };
};

/** What the provider sends, only tokens tell. */
const unknownPolicies: Check = (estate) =>
  providersOf(estate).length > 0 ? { found: [], unseen: 'claims are in the tokens' } : { found: [] };

export const IDENTITY_CHECKS = {
  'assume-role': assumeRole,
  'spaces-in-names': spacesInNames,
  'builtin-names': builtinNames,
  'kms-permissions': naming('admin:ServerInfo'),
  'keys-for-others': naming('admin:CreateServiceAccount'),
  'oidc-parents': providers(() => 'signs users in'),
  'oidc-unknown-policies': unknownPolicies,
  'oidc-role-policies': providers(({ rolePolicies, claims }) =>
    rolePolicies.length > 0 && claims ? `has role policies (${listed(rolePolicies)}) beside claims` : undefined,
  ),
  'oidc-issuer': providers(({ splitDiscovery }) =>
    splitDiscovery ? 'reads its discovery document elsewhere than at the issuer' : undefined,
  ),
  'oidc-access-keys': oidcKeys,
} as const satisfies Partial<Record<RuleId, Check>>;

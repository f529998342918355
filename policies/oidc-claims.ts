import { createHash } from 'node:crypto';
import type { RustFsVersion } from './model.js';

/** Which claims of an ID token name policies: the mapping part of RUSTFS_IDENTITY_OPENID_*. */
export interface ClaimMapping {
  /** RUSTFS_IDENTITY_OPENID_GROUPS_CLAIM; empty: none. */
  readonly groupsClaim: string;
  /** RUSTFS_IDENTITY_OPENID_ROLES_CLAIM; empty: none. */
  readonly rolesClaim: string;
  /** RUSTFS_IDENTITY_OPENID_CLAIM_NAME; empty: none. */
  readonly claimName: string;
  /** RUSTFS_IDENTITY_OPENID_CLAIM_PREFIX: stands before a value to form a policy name. */
  readonly claimPrefix: string;
  /** RUSTFS_IDENTITY_OPENID_ROLE_POLICY: policies that everybody gets who signs in. */
  readonly rolePolicies: readonly string[];
}

/** What RustFS 1.0.0-beta.7 and 1.0.1 set by default. */
export const DEFAULT_CLAIM_MAPPING: ClaimMapping = {
  groupsClaim: 'groups',
  rolesClaim: '',
  claimName: 'groups',
  claimPrefix: '',
  rolePolicies: [],
};

export type Claims = Readonly<Record<string, unknown>>;

/** What a token says of rights, before anything is looked up. */
export interface ClaimedRights {
  /** Names of policies. */
  readonly policies: readonly string[];
  /** Values of the groups and roles claims, without prefix: an IAM group of such a name decides instead of the policies. */
  readonly groups: readonly string[];
}

/** A claim by its name, else the only one that differs in case alone (source: iam/oidc.rs `get_claim_case_insensitive`). */
function claimNamed(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  const alike = Object.keys(claims).filter((key) => key.toLowerCase() === name.toLowerCase());
  return alike.length === 1 ? claims[alike[0] ?? ''] : undefined;
}

/** Names in a claim: a list, or text with commas. Nested claims and other types name nothing (seen on a running 1.0.1). */
function namesIn(claims: Claims, name: string): readonly string[] {
  const value = name === '' ? undefined : claimNamed(claims, name);
  const names = typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value;
  if (!Array.isArray(names)) return [];
  return names.filter((item): item is string => typeof item === 'string' && item !== '');
}

/**
 * Policies and groups that a token names. On 1.0.1 role policies replace what the claims say; on beta.7 they are added
 * (source: `map_claims_to_policies` in iam/oidc.rs of both versions).
 */
export function claimedRights(mapping: ClaimMapping, claims: Claims, version: RustFsVersion): ClaimedRights {
  const { groupsClaim, rolesClaim, claimName, claimPrefix, rolePolicies } = mapping;
  const groups = [...namesIn(claims, groupsClaim), ...namesIn(claims, rolesClaim)];
  const named = [...groups, ...namesIn(claims, claimName)].map((value) => claimPrefix + value);
  const policies = version === '1.0.1' && rolePolicies.length > 0 ? rolePolicies : [...rolePolicies, ...named];
  return { policies: [...new Set(policies)], groups: [...new Set(groups)] };
}

/** Characters that RustFS takes in a policy name from a claim; a name with others is never found. */
export function isClaimablePolicyName(name: string): boolean {
  return /^[A-Za-z0-9_:.-]+$/.test(name);
}

/**
 * Identity behind a session by web identity on 1.0.1, and so `${aws:username}` there: no IAM user can have it (source:
 * iam/federation/model.rs `oidc_virtual_parent`).
 */
export function webIdentityParent(issuer: string, subject: string): string {
  const counted = (text: string) => {
    const bytes = Buffer.from(text);
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(bytes.length));
    return Buffer.concat([length, bytes]);
  };
  return createHash('sha256').update('openid:').update(counted(subject)).update(counted(issuer)).digest('base64url');
}

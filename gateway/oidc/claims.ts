import type { Account } from '../auth/account.js';
import type { OidcConfig } from './config.js';

/** Claims by the scope that asks for them. */
export const CLAIMS = {
  openid: ['sub'],
  profile: ['name', 'preferred_username'],
  email: [],
  groups: ['groups', 'roles', 'policy'],
};

/**
 * Claims of an identity: `groups` are its alknet scopes, `roles` what follows the colon of those of S3, `policy` the RustFS policies
 * that the configuration gives for its scopes. The user name is the id, which no IAM user is called by accident.
 */
export function claimsOf({ id, name, scopes }: Account, policies: OidcConfig['policies']) {
  return {
    sub: id,
    name,
    preferred_username: id,
    groups: [...scopes],
    roles: scopes.filter((scope) => scope.startsWith('s3:')).map((scope) => scope.slice('s3:'.length)),
    policy: [...new Set(scopes.flatMap((scope) => (Object.hasOwn(policies, scope) ? (policies[scope] ?? []) : [])))],
  };
}

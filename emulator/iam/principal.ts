import { type ClaimedRights, isClaimablePolicyName, type NamedPolicy, type Principal } from '../../policies/index.js';
import type { EmulatorProfile, Fault } from '../profile.js';
import { allNamed, claimedPolicyNames, effectivePolicies, existing } from './lookup.js';
import type { IamState } from './model.js';
import { isExpired, isSameToken } from './sessions.js';

export interface RootCredentials {
  readonly accessKey: string;
  readonly secretKey: string;
}

/** What authentication needs to know of a server. */
export interface IamContext {
  readonly iam: IamState;
  readonly root: RootCredentials;
  readonly profile: EmulatorProfile;
}

/**
 * What is known of an access key: the secret that its signatures are checked with, and, once the signature is right, who
 * signed, or why the key may not be used.
 */
export interface ResolvedKey {
  readonly secretKey: string;
  readonly outcome: { readonly principal: Principal } | { readonly fault: Fault };
}

/** Rights of root as a policy, for what root's keys with an embedded policy are narrowed from. */
const ROOT_RIGHTS: NamedPolicy = {
  name: 'root',
  document: {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: ['admin:*'] },
      { Effect: 'Allow', Action: ['kms:*'] },
      { Effect: 'Allow', Action: ['sts:*'] },
      { Effect: 'Allow', Action: ['s3:*', 's3:ForceDeleteBucket'], Resource: ['arn:aws:s3:::*'] },
    ],
  },
};

const INVALID_KEY: Fault = { code: 'InvalidRequest', message: 'check key failed' };

/**
 * Looks an access key up: root, users, service accounts, sessions. `undefined` if there is none (which RustFS answers
 * with InvalidAccessKeyId). Signature first, then status, expiration and token: in this order RustFS answers.
 */
export function resolvePrincipal(
  context: IamContext,
  accessKey: string,
  sessionToken?: string,
): ResolvedKey | undefined {
  const { iam, root, profile } = context;
  if (accessKey === root.accessKey) {
    const principal: Principal = { kind: 'root', accessKey, policies: [] };
    return { secretKey: root.secretKey, outcome: tokenFault(sessionToken, undefined) ?? { principal } };
  }
  const account = iam.serviceAccounts.get(accessKey);
  if (account !== undefined) {
    const { secretKey, parentUser, policy } = account;
    if (!account.enabled) return { secretKey, outcome: { fault: profile.disabledKey } };
    if (isExpired(account.expiration)) return { secretKey, outcome: { fault: INVALID_KEY } };
    const embedded = policy && { name: accessKey, document: policy };
    return { secretKey, outcome: { principal: derived(context, 'service-account', accessKey, parentUser, embedded) } };
  }
  const user = iam.users.get(accessKey);
  if (user !== undefined) {
    if (!user.enabled) return { secretKey: user.secretKey, outcome: { fault: profile.disabledKey } };
    const policies = effectivePolicies(iam, profile.version, accessKey);
    const principal: Principal = { kind: 'user', accessKey, policies };
    return { secretKey: user.secretKey, outcome: tokenFault(sessionToken, undefined) ?? { principal } };
  }
  const session = iam.sessions.get(accessKey);
  if (session === undefined) return undefined;
  const { secretKey, parentUser, policy } = session;
  if (isExpired(session.expiration)) return { secretKey, outcome: { fault: INVALID_KEY } };
  const embedded = policy && { name: accessKey, document: policy };
  return {
    secretKey,
    outcome: tokenFault(sessionToken, session.sessionToken) ?? {
      principal: derived(context, 'session', accessKey, parentUser, embedded),
    },
  };
}

/** A service account or session: rights of its parent, narrowed by its own policy. */
function derived(
  { iam, root, profile }: IamContext,
  kind: 'service-account' | 'session',
  accessKey: string,
  parentUser: string,
  embeddedPolicy: NamedPolicy | undefined,
): Principal {
  const ofRoot = parentUser === root.accessKey;
  if (ofRoot && embeddedPolicy === undefined) return { kind: 'root', accessKey, parentUser, policies: [] };
  const claimed = iam.sessions.get(accessKey)?.claimed;
  const policies = ofRoot
    ? [ROOT_RIGHTS]
    : claimed
      ? claimedPolicies(iam, profile, parentUser, claimed)
      : effectivePolicies(iam, profile.version, parentUser);
  return { kind, accessKey, parentUser, policies, ...(embeddedPolicy && { embeddedPolicy }) };
}

/**
 * Policies of a session by web identity. 1.0.1 fixed their names when it was issued, and a missing one takes all away; beta.7
 * looks first for an IAM user of the token's user name, then for what the token says (recorded: 13-oidc).
 */
function claimedPolicies(
  iam: IamState,
  { version, oidc }: EmulatorProfile,
  parentUser: string,
  claimed: ClaimedRights,
): readonly NamedPolicy[] {
  if (oidc.resolvedAtIssue) return allNamed(iam, version, claimed.policies);
  const own = effectivePolicies(iam, version, parentUser);
  return own.length > 0 ? own : existing(iam, version, claimedPolicyNames(iam, claimed).filter(isClaimablePolicyName));
}

/** RustFS wraps what is wrong with a session token in an internal error (recorded: 09-sts). */
function tokenFault(given: string | undefined, expected: string | undefined): { fault: Fault } | undefined {
  const token = given ?? '';
  if (expected === undefined) return token === '' ? undefined : { fault: invalidToken(2) };
  if (token === '') return { fault: invalidToken(1) };
  return isSameToken(token, expected) ? undefined : { fault: invalidToken(3) };
}

function invalidToken(number: number): Fault {
  return {
    code: 'InternalError',
    message: `check claims failed S3Error { code: InvalidRequest, message: "invalid token${number}", .. }`,
  };
}

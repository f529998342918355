import type { JWTPayload } from 'jose';
import { decodeJwt } from 'jose/jwt/decode';
import { type Manifest, type ManifestOidcProvider, policiesOfClaims } from '../../manifest/index.js';
import { BUILTIN_POLICIES, type NamedPolicy, type Principal, webIdentityParent } from '../../policies/index.js';
import { policiesOfUser } from '../../proofs/index.js';
import { ProvisioningError } from '../errors.js';
import type { SessionCredentials } from '../sts/sign-in.js';
import type { Rights } from './rights.js';
import type { KeySubject } from './subjects.js';

/** A session that somebody signed in for, with the rights that the manifest gives who signed in. */
export interface SignIn {
  /** Such as `sign-in of web-svc`, `sign-in at keycloak of wanda`. */
  readonly who: string;
  /** Such as `web-svc`, `wanda at keycloak`. */
  readonly name: string;
  readonly by: 'AssumeRole' | 'web identity';
  readonly credentials: SessionCredentials;
  readonly parentUser: string;
  readonly policies: readonly NamedPolicy[];
}

/** What a token says, and whose it is by the manifest. Its signature is not checked: that is the server's to do. */
export interface ReadToken {
  readonly claims: JWTPayload;
  readonly provider: ManifestOidcProvider;
  /** Names of the policies that RustFS will make of it. */
  readonly policies: readonly string[];
}

/** @throws ProvisioningError if it is no token of a declared provider */
export function readToken(manifest: Manifest, token: string): ReadToken {
  let claims: JWTPayload;
  try {
    claims = decodeJwt(token);
  } catch {
    throw new ProvisioningError('this is not a JSON Web Token: expected three parts in base64url, joined by dots');
  }
  const providers = manifest.oidc?.providers ?? [];
  const provider = providers.find(({ issuer }) => issuer === claims.iss);
  if (provider === undefined) {
    const known = providers.map(({ issuer }) => issuer).join(', ') || 'none';
    throw new ProvisioningError(
      `the token was issued by ${claims.iss ?? 'nobody'}, but the manifest declares these issuers: ${known}`,
    );
  }
  return { claims, provider, policies: policiesOfClaims(manifest, provider, claims) };
}

/** Policies by name, declared or built in; names without a policy are left out. */
export function policyDocuments(manifest: Manifest, names: readonly string[]): readonly NamedPolicy[] {
  return names.flatMap((name) => {
    const declared = manifest.policies.find((policy) => policy.name === name)?.document;
    const document = declared ?? BUILTIN_POLICIES[manifest.server.rustfsVersion][name];
    return document ? [{ name, document }] : [];
  });
}

export function tokenSignIn(manifest: Manifest, token: string, credentials: SessionCredentials): SignIn {
  const { claims, provider, policies } = readToken(manifest, token);
  const { iss = '', sub = '' } = claims;
  return {
    who: `sign-in at ${provider.id} of ${sub}`,
    name: `${sub} at ${provider.id}`,
    by: 'web identity',
    credentials,
    parentUser: manifest.server.rustfsVersion === '1.0.1' ? webIdentityParent(iss, sub) : sub,
    policies: policyDocuments(manifest, policies),
  };
}

export function userSignIn(manifest: Manifest, user: string, credentials: SessionCredentials): SignIn {
  return {
    who: `sign-in of ${user}`,
    name: user,
    by: 'AssumeRole',
    credentials,
    parentUser: user,
    policies: policiesOfUser(manifest, user),
  };
}

/** Sessions as subjects of the access proof. */
export function signInSubjects(
  signIns: readonly SignIn[],
  rightsOf: (principal: Principal) => Rights,
): readonly KeySubject[] {
  return signIns.map(({ who, credentials, parentUser, policies }) => {
    const { accessKeyId } = credentials;
    const principal = { kind: 'session', accessKey: accessKeyId, parentUser, policies } as const;
    return { who, accessKey: who, accessKeyId, credentials, rights: rightsOf(principal) };
  });
}

import type { OneOrMany, PolicyDocument } from '../../policies/index.js';

/**
 * The name of an entry in the fleet's secret store. An entry is a pair: `accessKeyId` and `secretAccessKey`. A credential
 * uses both; a signing key or a password uses only the second. A declaration never holds the value.
 */
export interface SecretReference {
  readonly secret: string;
}

/** A length of time as Go writes it: `15m`, `1h30m`. A number would be nanoseconds [start.duration-number.none]. */
export type GoDuration = string;

/** The security token service that every gateway runs. Sessions are JWTs that it signs; no gateway keeps any. */
export interface StsConfig {
  /** `iss` of the session tokens. The same on every gateway, and no provider's issuer [start.sts-issuer-equals-provider.none]. */
  readonly issuer: string;
  /**
   * HS256 key: padded standard base64 of at least 32 random bytes. Made at the first deployment if the entry is missing.
   * @default - the entry `<fleet>-signing-key`
   */
  readonly signingKey?: SecretReference;
  /** How long a session lives that doesn't ask for a duration: 15m to 12h. @default 1h */
  readonly tokenDuration?: GoDuration;
  /**
   * The longest session of a web identity: at least `tokenDuration`, at most 12h. AssumeRole with a static key ignores it
   * (reference: durations).
   * @default 12h
   */
  readonly maxSessionLength?: GoDuration;
  /** 12 digits. Changes only what GetCallerIdentity calls Account, never the ARN of a user. @default 000000000000 */
  readonly accountId?: string;
}

interface ProviderBase {
  /** What `Federated` in a trust policy names. */
  readonly name: string;
  /** SeaweedFS takes an omitted `enabled` for false [start.provider-enabled-omitted.none], so it is always rendered. @default true */
  readonly enabled?: boolean;
}

/** An OpenID Connect provider. Tokens are RS* or ES* with a `kid` (reference: services, iam.config). */
export interface OidcProviderConfig extends ProviderBase {
  readonly type: 'oidc';
  /** Exactly the tokens' `iss`. Unique among the providers [start.provider-duplicate-issuer.none]. */
  readonly issuer: string;
  /** The tokens' `aud` or `azp` has to be one of these. */
  readonly clientIds: readonly string[];
  /** @default - from the issuer's discovery document */
  readonly jwksUri?: string;
  /** Path in the container of a CA certificate; `caCertificates` of the fleet mounts it. @default - the image's CAs */
  readonly tlsCaCert?: string;
  /** Rights of OIDC tokens used directly as Bearer. Does not restrict AssumeRoleWithWebIdentity. @default - none */
  readonly roleMapping?: {
    readonly rules: readonly { readonly claim: string; readonly value: string; readonly role: string }[];
    readonly defaultRole?: string;
  };
  /** No effect on STS: only userinfo requests would use them. Rendered, with a warning. @default - none */
  readonly claimsMapping?: Readonly<Record<string, string>>;
  /** No effect on STS. Rendered, with a warning. @default - none */
  readonly scopes?: readonly string[];
}

/** An LDAP directory. SeaweedFS has the type; what it does with it was not observed (reference: "Not run"). */
export interface LdapProviderConfig extends ProviderBase {
  readonly type: 'ldap';
  /** `host:port` or an `ldap(s)://` URL. */
  readonly server: string;
  readonly baseDN: string;
  /** Has to contain `%s`. */
  readonly userFilter: string;
  readonly bindDN?: string;
  readonly bindPassword?: SecretReference;
  readonly groupFilter?: string;
  readonly groupBaseDN?: string;
  readonly attributes?: { readonly [Name in 'email' | 'displayName' | 'groups' | 'uid']?: string };
  /** @default true */
  readonly useTLS?: boolean;
}

/**
 * Named for a clear error: the source document has `mock`, SeaweedFS does not [start.provider-mock.none], and `saml` is
 * not implemented [start.provider-saml.none].
 */
export interface UnsupportedProviderConfig extends ProviderBase {
  readonly type: 'mock' | 'saml';
  readonly [setting: string]: unknown;
}

export type ProviderConfig = OidcProviderConfig | LdapProviderConfig | UnsupportedProviderConfig;

/** The actions that a trust policy may have: with any other, SeaweedFS drops the role [start.role-foreign-action.none]. */
export const TRUST_ACTIONS = [
  'sts:AssumeRole',
  'sts:AssumeRoleWithWebIdentity',
  'sts:AssumeRoleWithCredentials',
] as const;
export type TrustAction = (typeof TRUST_ACTIONS)[number];

/** Condition operators that were seen to match, and to fail closed (recorded: trust.*). */
export const TRUST_OPERATORS = [
  'StringEquals',
  'StringLike',
  'Bool',
  'NumericLessThanEquals',
  'ForAnyValue:StringEquals',
  'ForAllValues:StringEquals',
] as const;
export type TrustOperator = (typeof TRUST_OPERATORS)[number];

/** Condition keys that SeaweedFS fills in: a claim, the subject, the duration asked for. Bare claim names never match. */
export type TrustConditionKey = `oidc:${string}` | 'aws:userid' | 'sts:DurationSeconds';

export type TrustConditions = {
  readonly [Operator in TrustOperator]?: { readonly [Key in TrustConditionKey]?: OneOrMany<string> };
};

/** Who may assume a role: users of a provider (by the provider's *name*), or static identities (by their name). */
export type TrustPrincipal = { readonly provider: OneOrMany<string> } | { readonly identity: OneOrMany<string> };

export interface TrustStatement {
  /** @default Allow */
  readonly effect?: 'Allow' | 'Deny';
  readonly principal: TrustPrincipal;
  /** @default - sts:AssumeRoleWithWebIdentity for a provider, sts:AssumeRole for an identity */
  readonly actions?: readonly TrustAction[];
  /** @default - none: everybody whom the provider knows */
  readonly conditions?: TrustConditions;
}

export interface RoleConfig {
  readonly name: string;
  readonly trust: readonly TrustStatement[];
  /** Names of declared policies, at least one: a session of a role without policies can do nothing. */
  readonly policies: readonly string[];
  readonly description?: string;
  /** Seconds, 3600 to 43200. SeaweedFS does not enforce it: a warning says so. @default - none */
  readonly maxSessionDuration?: number;
}

export interface NamedPolicyConfig {
  readonly name: string;
  readonly document: PolicyDocument;
}

export const IDENTITY_ACTIONS = ['Admin', 'Read', 'List', 'Write', 'Tagging', 'ReadAcp', 'WriteAcp'] as const;
export type IdentityAction = (typeof IDENTITY_ACTIONS)[number];

/** A static key. At least one per fleet: without any, a refused configuration makes the gateways open to everybody. */
export interface IdentityConfig {
  readonly name: string;
  /** Access key and secret key; made at the first deployment if the entry is missing. @default - the entry `<fleet>-<name>` */
  readonly credential?: SecretReference;
  /** `Read` for every bucket, `Read:logs` or `Read:logs/2026` for a part. */
  readonly actions: readonly (IdentityAction | `${IdentityAction}:${string}`)[];
}

/** Everything that one iam.config says. `policy.defaultEffect` is always Deny and `policy.storeType` always memory. */
export interface FleetIamConfig {
  readonly sts: StsConfig;
  /** @default - none: only static keys */
  readonly providers?: readonly ProviderConfig[];
  /** @default - none */
  readonly roles?: readonly RoleConfig[];
  /** @default - none */
  readonly policies?: readonly NamedPolicyConfig[];
  readonly identities: readonly IdentityConfig[];
}

/** A secret's place in a template; the renderer puts the value there. */
export interface SecretPlaceholder {
  readonly $secret: string;
  readonly field: 'accessKeyId' | 'secretAccessKey';
}

/** What is wrong with a configuration (`error`), or in it without effect or safe only in part (`warning`). */
export interface ConfigFinding {
  readonly severity: 'error' | 'warning';
  /** JSON path, such as `$.sts.providers[0].type`. */
  readonly path: string;
  /** What was expected, and what SeaweedFS does otherwise. */
  readonly rule: string;
  /** The way out. */
  readonly fix: string;
  /** Where the rule comes from: the id of a recorded answer in brackets, or a section of a reference. */
  readonly source: string;
  /** Path, value (masked where secret), rule and fix in one line. */
  readonly message: string;
}

/** RustFS versions whose behaviour this toolkit knows. `1.0.1` is the default everywhere. */
export const RUSTFS_VERSIONS = ['1.0.1', '1.0.0-beta.7'] as const;
export type RustFsVersion = (typeof RUSTFS_VERSIONS)[number];
export const DEFAULT_RUSTFS_VERSION: RustFsVersion = '1.0.1';

export type OneOrMany<T> = T | readonly T[];

/** Operator → condition key → value(s), as written in a policy document. */
export type ConditionBlock = Readonly<Record<string, Readonly<Record<string, OneOrMany<string | number | boolean>>>>>;

/** Who a bucket policy statement speaks of. RustFS compares the values with the raw access key, not with ARNs. */
export type PolicyPrincipal = '*' | { readonly AWS: OneOrMany<string> } | { readonly Service: OneOrMany<string> };

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: OneOrMany<string>;
  readonly NotAction?: OneOrMany<string>;
  readonly Resource?: OneOrMany<string>;
  readonly NotResource?: OneOrMany<string>;
  /** Bucket policies only. */
  readonly Principal?: PolicyPrincipal;
  readonly Condition?: ConditionBlock;
}

/** An IAM policy (`ID`) or a bucket policy (`Id`, statements with `Principal`). */
export interface PolicyDocument {
  readonly ID?: string;
  readonly Id?: string;
  readonly Version: string;
  readonly Statement: readonly PolicyStatement[];
}

export interface NamedPolicy {
  readonly name: string;
  readonly document: PolicyDocument;
}

/**
 * The identity behind a request, with everything that decides its rights already looked up:
 * `policies` is the union of what is attached to the user (of a service account or session: to its parent) and to the
 * groups that count for it. Whoever builds a principal applies RustFS' group rule (one disabled group in the membership
 * takes away all policies).
 */
export interface Principal {
  readonly kind: 'anonymous' | 'root' | 'user' | 'service-account' | 'session';
  /** The access key that signed. Empty for anonymous. */
  readonly accessKey: string;
  /** User whose rights a service account or session has; `${aws:username}` is this, or `accessKey` if absent. */
  readonly parentUser?: string;
  readonly policies: readonly NamedPolicy[];
  /** Embedded policy of a service account, or the session policy of an STS session: can only narrow. */
  readonly embeddedPolicy?: NamedPolicy;
}

/** One request as the policy language sees it. */
export interface AccessRequest {
  /** Exact action name, for instance `s3:GetObject` or `admin:ListUsers`. */
  readonly action: string;
  /** Bucket name; absent for actions without a bucket (`s3:ListAllMyBuckets`, `admin:*`). */
  readonly bucket?: string;
  /** Object key, without leading slash; absent for bucket-level actions. */
  readonly key?: string;
  /** Condition keys as a policy names them (`aws:SourceIp`, `s3:prefix`), each with the request's value(s). */
  readonly conditions?: Readonly<Record<string, OneOrMany<string>>>;
}

/** The statement that decided. `index` counts from 0 within the policy's `Statement`. */
export interface StatementRef {
  readonly policy: string;
  readonly index: number;
  readonly sid?: string;
}

export interface Decision {
  readonly allowed: boolean;
  /**
   * `owner`: root, or a root service account without embedded policy. `iam-allow` and `bucket-policy-allow`: the
   * statement allowed. `explicit-deny`: the statement denied. `implicit-deny`: nothing allowed.
   */
  readonly reason: 'owner' | 'iam-allow' | 'bucket-policy-allow' | 'explicit-deny' | 'implicit-deny';
  readonly statement?: StatementRef;
}

import {
  asList,
  globMatches,
  type NamedPolicy,
  type OneOrMany,
  POLICY_PROFILES,
  type PolicyDocument,
  type PolicyStatement,
  parsePolicy,
  S3_ARN_PREFIX,
} from '../../policies/index.js';
import { s3Error } from '../errors.js';
import { findPolicy, groupsOf, mappedNames } from '../iam/lookup.js';
import type { IamContext } from '../iam/principal.js';
import type { EmulatorProfile } from '../profile.js';
import { JsonError, type JsonSource, type JsonValue, parseJsonSource } from './json-source.js';
import { type PolicyRefusal, refusalOf } from './policy-problems.js';

/** RustFS refuses the document, for the reason given. */
class RefusedPolicy extends Error {
  readonly refusal: PolicyRefusal;

  constructor(refusal: PolicyRefusal) {
    super(refusal.reason);
    this.name = 'RefusedPolicy';
    this.refusal = refusal;
  }
}

/**
 * Reads the body of `add-canned-policy`. The document may still have no version (`''`) or no statements, which RustFS
 * refuses later and in other words. @throws EmulatorError
 */
export function parseIamPolicy(bytes: Uint8Array, profile: EmulatorProfile): PolicyDocument {
  return orRefusal(
    () => readPolicy(parseJsonSource(bytes), 'iam', profile),
    ({ reason, at }) => s3Error('InvalidRequest', at ? `io error: ${reason} at ${place(at)}` : reason),
  );
}

/**
 * Reads the policy of a service account: an object, or one as a string. Nothing, `null` or `{}` is no policy; one with
 * a version but without statements denies everything when a key is created. @throws EmulatorError
 */
export function embeddedPolicy(
  given: JsonValue | undefined,
  profile: EmulatorProfile,
  use: 'create' | 'update',
): PolicyDocument | undefined {
  if (given === undefined) return undefined;
  const text = typeof given === 'string' ? given : JSON.stringify(given);
  const document = orRefusal(
    () => readPolicy(parseJsonSource(Buffer.from(text)), 'iam', profile),
    ({ reason, at }) => {
      if (at) return s3Error('InvalidArgument', UNREADABLE_POLICY);
      const told = reason === "'Resource' is empty" ? 'Resource is empty' : reason;
      return s3Error('InvalidArgument', `invalid service account policy: ${told}`);
    },
  );
  if (use === 'update') return document;
  if (document.Statement.length > 0) return { ...document, Version: document.Version || VERSION };
  return document.Version === '' && document.ID === undefined ? undefined : DENY_ALL;
}

const VERSION = '2012-10-17';
const UNREADABLE_POLICY =
  'Policy format is invalid. Please check the JSON structure and ensure it follows the IAM policy format.';
const DENY_ALL: PolicyDocument = {
  Version: VERSION,
  Statement: [{ Effect: 'Deny', Action: ['s3:*'], Resource: ['arn:aws:s3:::*'] }],
};
const LONGEST_SESSION_POLICY = 2048;

/** Reads the session policy of AssumeRole. @throws EmulatorError */
export function sessionPolicy(text: string, profile: EmulatorProfile): PolicyDocument {
  const document = orRefusal(
    () => readPolicy(parseJsonSource(Buffer.from(text)), 'iam', profile),
    ({ reason, at }) =>
      s3Error(
        'InvalidRequest',
        `Failed to parse session policy: ${at ? `io error: ${reason} at ${place(at)}` : reason}. Please check that ` +
          'the policy is valid JSON format with standard brackets [] for arrays.',
      ),
  );
  if (document.Version === '') throw s3Error('InvalidRequest', 'invalid policy');
  if (Buffer.byteLength(JSON.stringify(echoPolicy(document, profile))) > LONGEST_SESSION_POLICY) {
    throw s3Error('InvalidRequest', 'policy too large');
  }
  return document;
}

/** Checks a bucket policy; RustFS stores its text as it came. @throws EmulatorError */
export function parseBucketPolicy(bytes: Uint8Array, profile: EmulatorProfile): PolicyDocument {
  return orRefusal(
    () => readPolicy(parseJsonSource(bytes), 'bucket', profile),
    ({ reason, at }) => {
      if (!at) return s3Error('MalformedPolicy');
      const quoted = reason.replace(/["\\]/g, (character) => `\\${character}`);
      return s3Error(
        'InvalidArgument',
        `parse policy failed Error("${quoted}", line: ${at.line}, column: ${at.column})`,
      );
    },
  );
}

function orRefusal(read: () => PolicyDocument, answer: (refusal: PolicyRefusal) => Error): PolicyDocument {
  try {
    return read();
  } catch (error) {
    if (error instanceof RefusedPolicy) throw answer(error.refusal);
    if (error instanceof JsonError) throw answer({ reason: error.reason, at: error });
    throw error;
  }
}

function place(at: { readonly line: number; readonly column: number }): string {
  return `line ${at.line} column ${at.column}`;
}

function readPolicy(source: JsonSource, kind: 'iam' | 'bucket', profile: EmulatorProfile): PolicyDocument {
  const { value, duplicate } = source;
  if (typeof value !== 'object' || value === null) {
    const shown = typeof value === 'string' ? `string ${JSON.stringify(value)}` : JSON.stringify(value);
    const reason = `invalid type: ${shown}, expected struct Policy`;
    throw new RefusedPolicy({ reason, at: source.describe(source.place([])?.end ?? 0) });
  }
  if (duplicate) {
    throw new RefusedPolicy({ reason: `duplicate field \`${duplicate.key}\``, at: source.describe(duplicate.keyEnd) });
  }
  const knowsKmsArns = kind === 'iam' && POLICY_PROFILES[profile.version].kmsResources;
  const result = parsePolicy(value, { kind, version: profile.version });
  const refusal = result.ok
    ? undefined
    : refusalOf(result.problems, { source, kind, version: profile.version, knowsKmsArns });
  if (refusal) throw new RefusedPolicy(refusal);
  return normalized(value as unknown as Partial<PolicyDocument>);
}

/** The document as RustFS keeps it: lists instead of single strings, without repetitions and empty fields. */
function normalized({ ID, Version, Statement }: Partial<PolicyDocument>): PolicyDocument {
  return {
    ...(ID && { ID }),
    Version: Version ?? '',
    Statement: (Statement ?? []).map(({ Sid, Effect, Condition, ...rest }) => {
      const lists = (['Action', 'NotAction', 'Resource', 'NotResource'] as const).flatMap((field) => {
        const items = [...new Set(asList(rest[field]))];
        return items.length === 0 ? [] : [[field, items] as const];
      });
      return {
        ...(Sid && { Sid }),
        Effect,
        ...(rest.Principal !== undefined && { Principal: rest.Principal }),
        ...Object.fromEntries(lists),
        ...(Condition && Object.keys(Condition).length > 0 && { Condition: singleValues(Condition) }),
      };
    }),
  };
}

/** Condition values: a list of one is written as its value. */
function singleValues(condition: NonNullable<PolicyStatement['Condition']>): NonNullable<PolicyStatement['Condition']> {
  type Value = OneOrMany<string | number | boolean>;
  const single = (value: Value): Value => (Array.isArray(value) && value.length === 1 ? (value[0] as Value) : value);
  return Object.fromEntries(
    Object.entries(condition).map(([operator, keys]) => [
      operator,
      Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, single(value)])),
    ]),
  );
}

/** A document as the admin API shows it. */
export function echoPolicy(document: PolicyDocument, profile: EmulatorProfile): object {
  if (!profile.admin.emptyPolicyFields) return document;
  return {
    ID: document.ID ?? '',
    Version: document.Version,
    Statement: document.Statement.map(({ Sid, Condition, ...rest }) => ({
      Sid: Sid ?? '',
      ...rest,
      Condition: Condition ?? {},
    })),
  };
}

/** A document as text inside the description of a key. */
export function printPolicy(document: PolicyDocument, profile: EmulatorProfile): string {
  return JSON.stringify(echoPolicy(document, profile), undefined, profile.admin.indentedPolicies ? 2 : undefined);
}

/** Several policies as one, statements that occur twice once; without any policy, one without version. */
export function mergedPolicy(policies: readonly NamedPolicy[]): PolicyDocument {
  const statements = policies.flatMap(({ document }) => document.Statement);
  const seen = new Set<string>();
  const distinct = statements.filter((statement) => {
    const text = JSON.stringify(statement);
    return !seen.has(text) && seen.add(text);
  });
  return { Version: policies[0]?.document.Version ?? '', Statement: distinct };
}

/** Whether a statement's resource could be the bucket (`list-canned-policies?bucket=`). */
export function namesBucket(document: PolicyDocument, bucket: string): boolean {
  return document.Statement.some(({ Resource }) =>
    asList(Resource).some(
      (arn) => arn.startsWith(S3_ARN_PREFIX) && globMatches(arn.slice(S3_ARN_PREFIX.length), bucket),
    ),
  );
}

/** Names of a user's policies, its groups' included, that speak of a bucket (`list-users?bucket=`). */
export function policiesNaming({ iam, profile }: IamContext, user: string, bucket: string): string[] {
  const own = iam.userMappings.get(user);
  if (own === undefined) return [];
  const names = [own, ...groupsOf(iam, user).map((group) => iam.groupMappings.get(group))].flatMap(mappedNames);
  return names.filter((name) => {
    const document = findPolicy(iam, profile.version, name);
    return document !== undefined && namesBucket(document, bucket);
  });
}

import { z } from 'zod';
import { S3_ACTIONS } from '../../policies/index.js';
import { ROLE_POLICIES, ROLE_TABLE } from './roles.js';

const file = z.string().min(1);
const name = z.string().min(1);

const authUrl = z
  .url({ protocol: /^https?$/, error: 'expected a URL such as https://keystone:5000/v3' })
  .transform((text, context): string => {
    const url = new URL(text);
    const path = url.pathname.replace(/\/+$/, '');
    const refuse = (message: string) => {
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    };
    if (/\/v2(\.0)?(\/|$)/.test(path))
      return refuse('Identity API v2.0 is not spoken: OpenStack removed it from Keystone in Queens (2018); use /v3');
    if (url.search || url.hash || url.username) return refuse('expected a URL without user, query and fragment');
    return `${url.origin}${/\/v3$/.test(path) ? path : `${path}/v3`}`;
  });

const serviceUser = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('password'),
    username: name,
    user_domain: name.default('Default'),
    password_file: file,
    project: name.default('service'),
    project_domain: name.default('Default'),
  }),
  z.strictObject({ type: z.literal('application_credential'), id: name, secret_file: file }),
]);

const role = z.union(
  [
    z.enum(ROLE_POLICIES),
    z
      .array(z.string())
      .min(1)
      // An action on no bucket, s3:ListAllMyBuckets, would show the buckets of every project.
      .refine((actions) => actions.every((action) => isTenantAction(action)), {
        error: 'expected exact S3 actions on buckets or objects, such as s3:GetObject',
      }),
  ],
  { error: `expected ${ROLE_POLICIES.join(', ')} or a list of S3 actions` },
);

function isTenantAction(action: string): boolean {
  const known = S3_ACTIONS.get(action);
  return known !== undefined && known.level !== 'account';
}

const accessKeyPattern = z
  .string()
  .refine(isAnchored, 'expected a regular expression that begins with ^ and ends with $');

function isAnchored(text: string): boolean {
  try {
    new RegExp(text);
    return text.startsWith('^') && text.endsWith('$');
  } catch {
    return false;
  }
}

/** Keystone as a way to sign in: section `keystone` of the static configuration. */
export const keystoneSchema = z.strictObject({
  /** Identity API v3; `/v3` may be left out. */
  auth_url: authUrl,
  /** PEM file with the authority of an https Keystone. @default the system's authorities */
  ca_file: file.optional(),
  /** Who validates tokens and signatures: needs the role `service` (or admin) in its project. Its secret file is read at every renewal. */
  service_user: serviceUser,
  /** RustFS user that sessions are assumed from; its policy bounds what any tenant can get. */
  credential: z.strictObject({ access_key_file: file, secret_key_file: file }),
  region: name.default('us-east-1'),
  /** Between project id and bucket name; the document's colon is illegal in bucket names. */
  separator: z.enum(['-', '--', '.']).default('-'),
  /** Keystone role → rights in the project's own buckets. Names are compared exactly. Added to the document's table. */
  roles: z
    .record(name, role.nullable())
    .default({})
    .transform((roles) => ({ ...ROLE_TABLE, ...roles })),
  token_cache: z
    .strictObject({
      size: z.int().min(1).max(1_000_000).default(10_000),
      /** Longest time that a revoked token or a changed role still counts. */
      ttl_secs: z.number().positive().max(3600).default(300),
    })
    .prefault({}),
  /** Lifetime of the RustFS sessions, which never leave the gateway. RustFS 1.0.1 gives 15 minutes to 12 hours. */
  session_secs: z.int().min(900).max(43_200).default(3600),
  timeout_secs: z.number().positive().max(60).default(5),
  /** After Keystone failed, how long requests that need it are refused at once; also their Retry-After. */
  retry_after_secs: z.number().positive().max(300).default(2),
  /** Requests signed with EC2 credentials of Keystone. `false` leaves them to RustFS. */
  ec2: z
    .union([
      z.literal(false),
      z.strictObject({
        /** Access keys that are Keystone's; all others are RustFS'. */
        access_key_pattern: accessKeyPattern.default('^[0-9a-f]{32}$'),
        verify_at: z.enum(['s3tokens', 'ec2tokens']).default('s3tokens'),
      }),
    ])
    .prefault({}),
  /** Create a bucket when something is first written to it. Whoever may write may then create buckets. */
  implicit_tenants: z.boolean().default(false),
});

export type KeystoneConfig = z.output<typeof keystoneSchema>;

/** With every path made absolute. */
export function anchoredKeystone(config: KeystoneConfig, at: (path: string) => string): KeystoneConfig {
  const { service_user: user, credential } = config;
  return {
    ...config,
    ...(config.ca_file !== undefined && { ca_file: at(config.ca_file) }),
    service_user:
      user.type === 'password'
        ? { ...user, password_file: at(user.password_file) }
        : { ...user, secret_file: at(user.secret_file) },
    credential: {
      access_key_file: at(credential.access_key_file),
      secret_key_file: at(credential.secret_key_file),
    },
  };
}

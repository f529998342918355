import * as z from 'zod';
import { eventTargetSchema } from './event-targets.js';
import { kmsSection } from './kms.js';
import { sessionsSchema } from './sessions.js';

/** Version of the manifest format. A manifest of another version is refused, never guessed at. */
export const MANIFEST_VERSION = 1;

const name = z.string().min(1);
const reason = z.string().trim().min(1);
/** Exact S3 actions, on all keys or on those that begin with `prefix`. */
const access = {
  actions: z.array(name).min(1),
  prefix: z.string().optional(),
};
const duration = z.strictObject({
  mode: z.enum(['GOVERNANCE', 'COMPLIANCE']),
  days: z.int().positive().optional(),
  years: z.int().positive().optional(),
});

const policyDocument = z.strictObject({
  ID: z.string().optional(),
  Id: z.string().optional(),
  Version: z.string(),
  Statement: z.array(
    z.strictObject({
      Sid: z.string().optional(),
      Effect: z.enum(['Allow', 'Deny']),
      Action: z.union([z.string(), z.array(z.string())]).optional(),
      NotAction: z.union([z.string(), z.array(z.string())]).optional(),
      Resource: z.union([z.string(), z.array(z.string())]).optional(),
      NotResource: z.union([z.string(), z.array(z.string())]).optional(),
      Principal: z
        .union([
          z.literal('*'),
          z.strictObject({ AWS: z.union([z.string(), z.array(z.string())]) }),
          z.strictObject({ Service: z.union([z.string(), z.array(z.string())]) }),
        ])
        .optional(),
      Condition: z
        .record(
          z.string(),
          z.record(
            z.string(),
            z.union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number(), z.boolean()]))]),
          ),
        )
        .optional(),
    }),
  ),
});

const lifecycleRule = z.strictObject({
  id: name.meta({
    description: 'Rule ID. Always written: RustFS invents one for a rule without, which would look like drift.',
  }),
  enabled: z.boolean(),
  prefix: z.string().optional(),
  expireAfterDays: z.int().positive().optional(),
  expireNoncurrentAfterDays: z.int().positive().optional(),
  abortIncompleteMultipartAfterDays: z.int().positive().optional(),
  expiredObjectDeleteMarker: z.boolean().optional(),
});

const corsRule = z.strictObject({
  id: z.string().optional(),
  allowedMethods: z.array(z.enum(['GET', 'PUT', 'HEAD', 'POST', 'DELETE'])).min(1),
  allowedOrigins: z.array(z.string()).min(1),
  allowedHeaders: z.array(z.string()).optional(),
  exposeHeaders: z.array(z.string()).optional(),
  maxAgeSeconds: z.int().nonnegative().optional(),
});

const notification = z.strictObject({
  id: name,
  targetArn: z.string().meta({ description: 'arn:rustfs:sqs:<region>:<id>:<type>' }),
  events: z.array(z.string()).min(1),
  prefix: z.string().optional(),
  suffix: z.string().optional(),
});

const bucket = z.strictObject({
  name,
  versioning: z.enum(['Enabled', 'Suspended']).optional(),
  objectLock: z.strictObject({ defaultRetention: duration.optional() }).optional(),
  lifecycle: z.array(lifecycleRule).optional(),
  encryption: z.strictObject({ algorithm: z.enum(['AES256', 'aws:kms']), kmsKeyId: z.string().optional() }).optional(),
  cors: z.array(corsRule).optional(),
  tags: z.record(z.string(), z.string()).optional(),
  quotaBytes: z.int().positive().optional(),
  policy: policyDocument.optional(),
  publicAccessReason: reason
    .optional()
    .meta({ description: 'Why everybody may do what the bucket policy says. Without it, public access is an error.' }),
  publicAccessBlock: z
    .strictObject({
      blockPublicAcls: z.boolean(),
      ignorePublicAcls: z.boolean(),
      blockPublicPolicy: z.boolean(),
      restrictPublicBuckets: z.boolean(),
    })
    .optional(),
  notifications: z.array(notification).optional(),
  removalPolicy: z.enum(['retain', 'destroy']),
});

const server = z.strictObject({
  id: name,
  endpoint: z.url({ protocol: /^https?$/ }),
  region: name,
  clientEndpoint: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta({
      description:
        'Where applications reach the server, written down with their access keys. Absent: where provisioning does.',
    }),
  rustfsVersion: z.enum(['1.0.1', '1.0.0-beta.7']),
  target: z.enum(['external', 'docker']),
  accessKeyFile: z
    .string()
    .optional()
    .meta({ description: 'File with the root access key, relative to the project directory. The environment wins.' }),
  secretKeyFile: z
    .string()
    .optional()
    .meta({ description: 'File with the root secret key, relative to the project directory. The environment wins.' }),
  caFile: z.string().optional().meta({
    description: 'PEM of the authority of its certificate, the only one that is trusted. The environment wins.',
  }),
  clientCertificateFile: z
    .string()
    .optional()
    .meta({ description: 'Certificate (PEM) that clients show, for a server that asks for one.' }),
  clientKeyFile: z.string().optional().meta({ description: 'Key (PEM) of that certificate.' }),
});

const secretStore = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('directory'), directory: name }),
    z.strictObject({
      type: z.literal('sops'),
      file: name,
      ageRecipients: z
        .array(z.string().regex(/^age1[0-9a-z]+$/, 'expected an age public key, age1…'))
        .optional()
        .meta({ description: 'Public keys for which the file is encrypted when it is created.' }),
    }),
    z.strictObject({ type: z.literal('dotenv'), file: name }),
    z.strictObject({ type: z.literal('environment') }),
  ])
  .meta({ description: 'Where secrets are kept; paths are relative to the project directory.' });

/** Entry of the secret store for the root credentials, so no access key can have this name. */
export const ROOT_ENTRY = 'rustfs-root';
/** Intent beside policies: what was granted on single buckets, and what more is accepted. */
const intent = {
  grants: z
    .array(z.strictObject({ bucket: name, ...access }))
    .optional()
    .meta({
      description: 'Intent: what was granted on single buckets. The rights themselves are in the policies.',
    }),
  exceptions: z
    .array(z.strictObject({ bucket: name, reason }))
    .optional()
    .meta({ description: 'Buckets on which more than the declared access is accepted; "*" accepts everything.' }),
};

const oidcProvider = z.strictObject({
  id: z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/)
    .meta({ description: 'Id of the provider at RustFS.' }),
  issuer: z.url({ protocol: /^https?$/ }),
  discoveryUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta({ description: 'Where RustFS reads the discovery document, if that is not below the issuer.' }),
  clientId: name,
  scopes: z.array(name).min(1),
  otherAudiences: z.array(name).optional(),
  hidden: z.boolean().optional().meta({ description: 'Not listed by the server, so that nobody can wait for it.' }),
  mapping: z.strictObject({
    groupsClaim: z.string(),
    rolesClaim: z.string(),
    claimName: z.string(),
    claimPrefix: z.string(),
    rolePolicies: z.array(name),
  }),
  claims: z
    .array(z.strictObject({ value: name, policies: z.array(name).min(1), ...intent }))
    .meta({ description: 'Values that the mapped claims may have, with the policies that each of them gives.' }),
});

export const manifestSchema = z
  .strictObject({
    version: z.literal(MANIFEST_VERSION),
    stack: name,
    server,
    secretStore,
    buckets: z.array(bucket),
    policies: z.array(
      z.strictObject({
        name,
        document: policyDocument,
        broadReason: reason
          .optional()
          .meta({ description: 'Why this policy may be wider than the linter and the proofs let pass.' }),
      }),
    ),
    users: z.array(
      z.strictObject({
        name,
        enabled: z.boolean(),
        policies: z.array(name),
        ...intent,
      }),
    ),
    groups: z.array(z.strictObject({ name, enabled: z.boolean(), members: z.array(name), policies: z.array(name) })),
    accessKeys: z.array(
      z.strictObject({
        name: name.meta({
          description: 'Name of the service account on the server and of the entry in the secret store.',
        }),
        user: name.meta({ description: 'Parent user.' }),
        policy: policyDocument
          .optional()
          .meta({ description: 'Embedded policy: can only narrow what the parent may do.' }),
      }),
    ),
    components: z.array(
      z.strictObject({
        name,
        user: name,
        policy: name,
        accessKey: name,
        buckets: z.array(name),
        access: z.strictObject(access).optional().meta({
          description: 'Intent: what the component may do on its buckets. Absent: everything, on these alone.',
        }),
        shareWith: z.array(name).optional().meta({ description: 'Components that may reach these buckets too.' }),
      }),
    ),
    kms: kmsSection.optional().meta({ description: 'Key management of the server.' }),
    oidc: z
      .strictObject({ providers: z.array(oidcProvider).min(1) })
      .optional()
      .meta({ description: 'OpenID providers whose users may sign in.' }),
    sessions: sessionsSchema,
    eventTargets: z.array(eventTargetSchema).min(1).optional().meta({ description: 'Where RustFS sends events.' }),
  })
  .meta({ title: 'cdktf-rustfs manifest', description: 'What one RustFS server should hold. Contains no secret.' });

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestSecretStore = Manifest['secretStore'];
export type ManifestBucket = Manifest['buckets'][number];
export type ManifestPolicy = Manifest['policies'][number];
export type ManifestUser = Manifest['users'][number];
export type ManifestGroup = Manifest['groups'][number];
export type ManifestAccessKey = Manifest['accessKeys'][number];
export type ManifestComponent = Manifest['components'][number];
export type ManifestSessions = NonNullable<Manifest['sessions']>[number];
export type ManifestOidcProvider = NonNullable<Manifest['oidc']>['providers'][number];
export type LifecycleRule = NonNullable<ManifestBucket['lifecycle']>[number];
export type CorsRule = NonNullable<ManifestBucket['cors']>[number];
export type BucketNotification = NonNullable<ManifestBucket['notifications']>[number];

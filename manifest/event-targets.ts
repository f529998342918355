import * as z from 'zod';
import type { Manifest } from './schema.js';

/** The kinds of targets that RustFS sends events to; both profiles have all of them. */
export const EVENT_TARGET_TYPES = [
  'webhook',
  'kafka',
  'amqp',
  'mqtt',
  'nats',
  'redis',
  'postgres',
  'mysql',
  'pulsar',
] as const;
export type EventTargetType = (typeof EVENT_TARGET_TYPES)[number];

interface TypeFields {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** Never in the manifest: read from where `secrets` says. */
  readonly secret: readonly string[];
  /** Exist since 1.0.1. */
  readonly since101?: readonly string[];
}

const QUEUE = ['queue_dir', 'queue_limit'];
const CLIENT_TLS = ['tls_ca', 'tls_client_cert', 'tls_client_key'];

/**
 * Keys of the server's own configuration by type: in the admin API as they are, in the environment as
 * `RUSTFS_{NOTIFY|AUDIT}_<TYPE>_<KEY>_<INSTANCE>` (as a running 1.0.1 lists them in `v4/plugins/catalog`).
 */
export const EVENT_TARGET_FIELDS: Readonly<Record<EventTargetType, TypeFields>> = {
  webhook: {
    required: ['endpoint'],
    optional: ['client_ca', 'client_cert', 'client_key', 'skip_tls_verify', ...QUEUE],
    secret: ['auth_token'],
  },
  kafka: {
    required: ['brokers', 'topic'],
    optional: ['acks', 'tls_enable', ...CLIENT_TLS, 'sasl_enable', 'sasl_mechanism', 'sasl_username', ...QUEUE],
    secret: ['sasl_password'],
  },
  amqp: {
    required: ['url', 'exchange', 'routing_key'],
    optional: ['mandatory', 'persistent', 'username', ...CLIENT_TLS, ...QUEUE],
    secret: ['password'],
  },
  mqtt: {
    required: ['broker', 'topic'],
    optional: [
      ...['qos', 'username', 'reconnect_interval', 'keep_alive_interval', 'tls_policy', ...CLIENT_TLS],
      ...['tls_trust_leaf_as_ca', 'ws_path_allowlist', ...QUEUE],
    ],
    secret: ['password'],
  },
  nats: {
    required: ['address', 'subject'],
    optional: ['username', 'credentials_file', ...CLIENT_TLS, 'tls_required', ...QUEUE],
    secret: ['password', 'token'],
    since101: ['jetstream_enable', 'jetstream_stream_name', 'jetstream_ack_timeout_secs'],
  },
  redis: {
    required: ['url', 'channel'],
    optional: [
      ...['username', 'keep_alive_interval', 'max_retry_attempts', 'reconnect_retry_attempts', 'min_retry_delay'],
      ...['max_retry_delay', 'connection_timeout', 'response_timeout', 'pipeline_buffer_size'],
      ...['tls_policy', ...CLIENT_TLS, 'tls_allow_insecure', ...QUEUE],
    ],
    secret: ['password'],
  },
  postgres: {
    required: ['table', 'format'],
    optional: ['tls_required', ...CLIENT_TLS, ...QUEUE],
    secret: ['dsn_string'],
  },
  mysql: {
    required: ['table', 'format'],
    optional: ['max_open_connections', ...CLIENT_TLS, ...QUEUE],
    secret: ['dsn_string'],
  },
  pulsar: {
    required: ['broker', 'topic'],
    optional: ['username', 'tls_ca', 'tls_allow_insecure', 'tls_hostname_verification', ...QUEUE],
    secret: ['auth_token', 'password'],
  },
};

const name = z.string().min(1);

export const eventTargetSchema = z.strictObject({
  purpose: z.enum(['notify', 'audit']).meta({ description: 'Events of buckets, or a record of every request.' }),
  type: z.enum(EVENT_TARGET_TYPES),
  id: z
    .string()
    .regex(/^[a-z][a-z0-9]{0,62}$/, 'expected a lower-case letter, then up to 62 lower-case letters and digits')
    .meta({ description: 'Instance at RustFS, which makes it lower case.' }),
  managedBy: z.enum(['environment', 'api']).meta({
    description: "Whether the server's environment or this tool's apply sets it; RustFS refuses both at once.",
  }),
  settings: z.record(name, z.string()).meta({ description: "Keys and values in RustFS' own terms, without secrets." }),
  secrets: z
    .record(
      name,
      z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('file'), file: name }),
        z.strictObject({ type: z.literal('store'), entry: name }),
      ]),
    )
    .meta({
      description: 'Where each secret is: a file of the project, or an entry of the secret store (its secret key).',
    }),
  eventsUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta({ description: 'Where verify reads what a webhook received (server-sent events, with the bearer token).' }),
});

export type ManifestEventTarget = z.infer<typeof eventTargetSchema>;

/** How messages and plans name a target; the form of the admin API. */
export function eventTargetName({ purpose, type, id }: Pick<ManifestEventTarget, 'purpose' | 'type' | 'id'>): string {
  return `${purpose}_${type}/${id}`;
}

/** ARN that bucket notifications name a target by. */
export function eventTargetArn(region: string, { type, id }: Pick<ManifestEventTarget, 'type' | 'id'>): string {
  return `arn:rustfs:sqs:${region}:${id}:${type}`;
}

/** What is wrong with a target, beyond its form. */
function targetProblems(target: ManifestEventTarget, version: string): string[] {
  const { required, optional, secret, since101 = [] } = EVENT_TARGET_FIELDS[target.type];
  const who = `event target ${eventTargetName(target)}`;
  const problems: string[] = [];
  for (const key of required) if (!target.settings[key]) problems.push(`${who} has no ${key}`);
  for (const [key, value] of Object.entries(target.settings)) {
    if (secret.includes(key)) problems.push(`${who}: ${key} is a secret, which a manifest never contains`);
    else if (since101.includes(key) && version !== '1.0.1')
      problems.push(`${who}: ${key} has no effect in RustFS ${version}; it exists since 1.0.1`);
    else if (![...required, ...optional, ...since101].includes(key))
      problems.push(`${who}: RustFS knows no ${key} for ${target.type}`);
    if (/["\\\r\n]/.test(value)) problems.push(`${who}: ${key} has a quote, backslash or line break`);
  }
  for (const key of Object.keys(target.secrets))
    if (!secret.includes(key)) problems.push(`${who}: ${key} is no secret of ${target.type}`);
  if (target.eventsUrl !== undefined && target.type !== 'webhook')
    problems.push(`${who} has an eventsUrl, which only webhooks can have`);
  return problems;
}

/** What is wrong with the event targets, and with notifications that name them. */
export function eventTargetProblems({ eventTargets = [], server }: Manifest): string[] {
  const names = eventTargets.map(eventTargetName);
  return [
    ...names
      .filter((each, index) => names.indexOf(each) !== index)
      .map((each) => `event target ${each} is declared twice; ids have to be unique`),
    ...eventTargets.flatMap((target) => targetProblems(target, server.rustfsVersion)),
  ];
}

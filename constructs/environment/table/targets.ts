import { boolean, integer, type Section, type Variable } from '../model.js';

const QUEUE = ['QUEUE_DIR', 'QUEUE_LIMIT'];
const CLIENT_TLS = ['TLS_CA', 'TLS_CLIENT_CERT', 'TLS_CLIENT_KEY'];
const LOGIN = ['USERNAME', 'PASSWORD'];

/** Fields of each kind of target; the same for notification and audit. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  WEBHOOK: ['ENDPOINT', 'AUTH_TOKEN', 'CLIENT_CERT', 'CLIENT_KEY', 'CLIENT_CA', 'SKIP_TLS_VERIFY'],
  KAFKA: [
    'BROKERS',
    'TOPIC',
    'ACKS',
    'TLS_ENABLE',
    ...CLIENT_TLS,
    'SASL_ENABLE',
    'SASL_MECHANISM',
    'SASL_USERNAME',
    'SASL_PASSWORD',
  ],
  AMQP: ['URL', 'EXCHANGE', 'ROUTING_KEY', 'MANDATORY', 'PERSISTENT', ...LOGIN, ...CLIENT_TLS],
  MQTT: [
    'BROKER',
    'TOPIC',
    'QOS',
    ...LOGIN,
    'RECONNECT_INTERVAL',
    'KEEP_ALIVE_INTERVAL',
    'TLS_POLICY',
    ...CLIENT_TLS,
    'TLS_TRUST_LEAF_AS_CA',
    'WS_PATH_ALLOWLIST',
  ],
  NATS: [
    'ADDRESS',
    'SUBJECT',
    ...LOGIN,
    'TOKEN',
    'CREDENTIALS_FILE',
    ...CLIENT_TLS,
    'TLS_REQUIRED',
    'JETSTREAM_ENABLE',
    'JETSTREAM_STREAM_NAME',
    'JETSTREAM_ACK_TIMEOUT_SECS',
  ],
  PULSAR: ['BROKER', 'TOPIC', 'AUTH_TOKEN', ...LOGIN, 'TLS_CA', 'TLS_ALLOW_INSECURE', 'TLS_HOSTNAME_VERIFICATION'],
  REDIS: [
    'URL',
    'CHANNEL',
    ...LOGIN,
    'KEEP_ALIVE_INTERVAL',
    'MAX_RETRY_ATTEMPTS',
    'RECONNECT_RETRY_ATTEMPTS',
    'MIN_RETRY_DELAY',
    'MAX_RETRY_DELAY',
    'CONNECTION_TIMEOUT',
    'RESPONSE_TIMEOUT',
    'PIPELINE_BUFFER_SIZE',
    'TLS_POLICY',
    ...CLIENT_TLS,
    'TLS_ALLOW_INSECURE',
  ],
  MYSQL: ['DSN_STRING', 'TABLE', 'FORMAT', ...CLIENT_TLS, 'MAX_OPEN_CONNECTIONS'],
  POSTGRES: ['DSN_STRING', 'TABLE', 'FORMAT', 'TLS_REQUIRED', ...CLIENT_TLS],
};

const EFFECTS: Readonly<Record<string, string>> = {
  ENABLE: 'Makes the target; only instances with an id exist',
  QUEUE_DIR: 'Where undelivered events wait; the default cannot be created by the user of the image',
  QUEUE_LIMIT: 'Most events that wait',
  SKIP_TLS_VERIFY: 'Accepts every certificate',
  TLS_ALLOW_INSECURE: 'Accepts every certificate',
};

const INSECURE = ['SKIP_TLS_VERIFY', 'TLS_ALLOW_INSECURE', 'TLS_TRUST_LEAF_AS_CA'];

/** Whether a value contains credentials; a DSN and an AMQP or Redis URL may. */
const isSecret = (field: string) => /PASSWORD|TOKEN$|DSN_STRING/.test(field);

function target(type: string, field: string): Variable {
  return {
    name: `RUSTFS_{NOTIFY,AUDIT}_${type}_${field}[_<ID>]`,
    effect: EFFECTS[field] ?? `${field} of the target`,
    ...(INSECURE.includes(field)
      ? { not: 'gives up checking certificates; give the authority of the target' }
      : { prop: 'eventTargets, auditTargets' }),
    ...(isSecret(field) ? { secret: true as const } : {}),
    ...(field.startsWith('JETSTREAM') ? { only: '1.0.1' as const } : {}),
    ...(field === 'QUEUE_LIMIT' ? { default: '100000' } : {}),
    ...(field === 'QUEUE_DIR' ? { default: '/opt/rustfs/events, /opt/rustfs/audit' } : {}),
  };
}

export const targets: Section = {
  title: 'Notification and audit',
  source: 'crates/config/src/notify, crates/config/src/audit, crates/targets/src/config/loader.rs',
  variables: [
    { name: 'RUSTFS_NOTIFY_ENABLE', prop: 'eventTargets', default: 'false', effect: 'Switches notification on' },
    { name: 'RUSTFS_AUDIT_ENABLE', prop: 'auditTargets', default: 'false', effect: 'Switches audit on' },
    {
      name: 'RUSTFS_NOTIFY_SEND_CONCURRENCY',
      setting: 'events.sendConcurrency',
      value: integer(1),
      default: '64',
      effect: 'Events that are sent at the same time',
    },
    {
      name: 'RUSTFS_NOTIFY_TARGET_STREAM_CONCURRENCY',
      setting: 'events.targetConcurrency',
      value: integer(1),
      default: '20',
      effect: 'Events that are sent to one target at the same time',
    },
    {
      name: 'RUSTFS_TARGET_STORE_COMPRESS',
      setting: 'events.compressQueue',
      value: boolean,
      default: 'true',
      effect: 'Compresses events that wait',
    },
    ...Object.entries(FIELDS).flatMap(([type, fields]) =>
      ['ENABLE', ...fields, ...QUEUE].map((field) => target(type, field)),
    ),
  ],
};

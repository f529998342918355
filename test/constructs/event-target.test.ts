import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { provider } from '@cdktf/provider-docker';
import { TerraformStack, Testing } from 'cdktf';
import { describe, expect, test } from 'vitest';
import { Bucket, EventSecret, EventTarget, RustFs, type RustFsProps } from '../../constructs/index.js';
import { synthesize, written } from './fixture.js';

function deployed(props: RustFsProps, declare: (stack: TerraformStack, server: RustFs) => void = () => {}) {
  const app = Testing.app({ fakeCdktfJsonPath: false });
  const stack = new TerraformStack(app, 'test');
  new provider.DockerProvider(stack, 'docker');
  declare(stack, new RustFs(stack, 'rustfs', props));
  const { manifest, terraform } = written(app, 'test');
  const { resource } = JSON.parse(terraform) as {
    resource: {
      docker_container: Record<
        string,
        { name: string; env?: string[]; entrypoint?: string[]; upload?: object[]; volumes: object[] }
      >;
      docker_volume: Record<string, { name: string; lifecycle: object }>;
    };
  };
  const containers = Object.values(resource.docker_container);
  const server = containers.find(({ name }) => name === 'test-rustfs');
  const env = (server?.env ?? []).filter((line) => /^RUSTFS_(NOTIFY|AUDIT|OUTBOUND)/.test(line));
  return { manifest, terraform, server, env, volumes: Object.values(resource.docker_volume), containers };
}

/** Variables of a container with this one target, without switch and queue. */
function environmentOf(target: EventTarget): string[] {
  const common = /^RUSTFS_(NOTIFY_ENABLE=true|NOTIFY_[A-Z]+_ENABLE_T=on|NOTIFY_[A-Z]+_QUEUE_DIR_T=\/events\/notify)$/;
  const { env } = deployed({ eventTargets: [target] });
  expect(env.filter((line) => common.test(line))).toHaveLength(3);
  return env.filter((line) => !common.test(line)).sort();
}

const login = { username: 'rustfs', password: EventSecret.file('secrets/password') };

describe('every kind of target, as the variables of the container', () => {
  test.each<[string, EventTarget, string[]]>([
    [
      'webhook',
      EventTarget.webhook('t', {
        endpoint: 'http://hook:3020/in',
        authToken: EventSecret.file('secrets/token'),
        tls: { caFile: '/etc/ca.pem' },
      }),
      [
        'RUSTFS_NOTIFY_WEBHOOK_CLIENT_CA_T=/etc/ca.pem',
        'RUSTFS_NOTIFY_WEBHOOK_ENDPOINT_T=http://hook:3020/in',
        'RUSTFS_OUTBOUND_ALLOW_ORIGINS=http://hook:3020',
      ],
    ],
    [
      'kafka',
      EventTarget.kafka('t', {
        brokers: ['k1:9092', 'k2:9092'],
        topic: 'events',
        acks: 'all',
        tls: true,
        sasl: { mechanism: 'SCRAM-SHA-512', ...login },
      }),
      [
        'RUSTFS_NOTIFY_KAFKA_ACKS_T=all',
        'RUSTFS_NOTIFY_KAFKA_BROKERS_T=k1:9092,k2:9092',
        'RUSTFS_NOTIFY_KAFKA_SASL_ENABLE_T=true',
        'RUSTFS_NOTIFY_KAFKA_SASL_MECHANISM_T=SCRAM-SHA-512',
        'RUSTFS_NOTIFY_KAFKA_SASL_USERNAME_T=rustfs',
        'RUSTFS_NOTIFY_KAFKA_TLS_ENABLE_T=true',
        'RUSTFS_NOTIFY_KAFKA_TOPIC_T=events',
      ],
    ],
    [
      'amqp',
      EventTarget.amqp('t', {
        url: 'amqps://rabbit:5671/%2f',
        exchange: 'storage',
        routingKey: 'rustfs',
        mandatory: true,
        persistent: false,
        login,
      }),
      [
        'RUSTFS_NOTIFY_AMQP_EXCHANGE_T=storage',
        'RUSTFS_NOTIFY_AMQP_MANDATORY_T=true',
        'RUSTFS_NOTIFY_AMQP_PERSISTENT_T=false',
        'RUSTFS_NOTIFY_AMQP_ROUTING_KEY_T=rustfs',
        'RUSTFS_NOTIFY_AMQP_URL_T=amqps://rabbit:5671/%2f',
        'RUSTFS_NOTIFY_AMQP_USERNAME_T=rustfs',
      ],
    ],
    [
      'mqtt',
      EventTarget.mqtt('t', {
        broker: 'mqtts://mqtt:8883',
        topic: 'rustfs/events',
        qos: 2,
        keepAliveInterval: 20,
        tls: { caFile: '/ca.pem', clientCertFile: '/c.pem', clientKeyFile: '/k.pem' },
      }),
      [
        'RUSTFS_NOTIFY_MQTT_BROKER_T=mqtts://mqtt:8883',
        'RUSTFS_NOTIFY_MQTT_KEEP_ALIVE_INTERVAL_T=20',
        'RUSTFS_NOTIFY_MQTT_QOS_T=2',
        'RUSTFS_NOTIFY_MQTT_TLS_CA_T=/ca.pem',
        'RUSTFS_NOTIFY_MQTT_TLS_CLIENT_CERT_T=/c.pem',
        'RUSTFS_NOTIFY_MQTT_TLS_CLIENT_KEY_T=/k.pem',
        'RUSTFS_NOTIFY_MQTT_TLS_POLICY_T=custom_ca',
        'RUSTFS_NOTIFY_MQTT_TOPIC_T=rustfs/events',
      ],
    ],
    [
      'nats',
      EventTarget.nats('t', {
        address: 'nats://nats:4222',
        subject: 'rustfs.events',
        auth: { token: EventSecret.file('secrets/nats') },
        jetStream: { streamName: 'RUSTFS', ackTimeoutSeconds: 5 },
      }),
      [
        'RUSTFS_NOTIFY_NATS_ADDRESS_T=nats://nats:4222',
        'RUSTFS_NOTIFY_NATS_JETSTREAM_ACK_TIMEOUT_SECS_T=5',
        'RUSTFS_NOTIFY_NATS_JETSTREAM_ENABLE_T=true',
        'RUSTFS_NOTIFY_NATS_JETSTREAM_STREAM_NAME_T=RUSTFS',
        'RUSTFS_NOTIFY_NATS_SUBJECT_T=rustfs.events',
      ],
    ],
    [
      'redis',
      EventTarget.redis('t', { url: 'redis://redis:6379', channel: 'events', login }),
      [
        'RUSTFS_NOTIFY_REDIS_CHANNEL_T=events',
        'RUSTFS_NOTIFY_REDIS_URL_T=redis://redis:6379',
        'RUSTFS_NOTIFY_REDIS_USERNAME_T=rustfs',
      ],
    ],
    [
      'postgres',
      EventTarget.postgres('t', { dsn: EventSecret.file('secrets/dsn'), table: 'events', tlsRequired: true }),
      [
        'RUSTFS_NOTIFY_POSTGRES_FORMAT_T=namespace',
        'RUSTFS_NOTIFY_POSTGRES_TABLE_T=events',
        'RUSTFS_NOTIFY_POSTGRES_TLS_REQUIRED_T=true',
      ],
    ],
    [
      'mysql',
      EventTarget.mysql('t', { dsn: EventSecret.file('secrets/dsn'), table: 'events', maxOpenConnections: 4 }),
      [
        'RUSTFS_NOTIFY_MYSQL_FORMAT_T=access',
        'RUSTFS_NOTIFY_MYSQL_MAX_OPEN_CONNECTIONS_T=4',
        'RUSTFS_NOTIFY_MYSQL_TABLE_T=events',
      ],
    ],
    [
      'pulsar',
      EventTarget.pulsar('t', {
        broker: 'pulsar+ssl://pulsar:6651',
        topic: 'events',
        auth: { token: EventSecret.file('secrets/pulsar') },
        tlsHostnameVerification: true,
      }),
      [
        'RUSTFS_NOTIFY_PULSAR_BROKER_T=pulsar+ssl://pulsar:6651',
        'RUSTFS_NOTIFY_PULSAR_TLS_HOSTNAME_VERIFICATION_T=true',
        'RUSTFS_NOTIFY_PULSAR_TOPIC_T=events',
      ],
    ],
  ])('%s', (_, target, expected) => {
    expect(environmentOf(target)).toEqual(expected);
  });
});

test('a webhook with a token and a CA: files by path, a volume for the queue, and a notification by ARN', () => {
  const hook = EventTarget.webhook('alknet', {
    endpoint: 'https://gateway:3020/webhook',
    authToken: EventSecret.file('secrets/webhook-token'),
    tls: { caFile: 'tls/ca.pem' },
    queueLimit: 500,
  });
  const audit = EventTarget.webhook('log', { endpoint: 'http://logs:8080', queueDirectory: '' });
  const { manifest, server, env, volumes, containers } = deployed(
    { eventTargets: [hook], auditTargets: [audit], region: 'eu-central-1' },
    (stack, rustfs) => {
      const bucket = new Bucket(stack, 'reports', { server: rustfs });
      bucket.notify(hook, { events: ['s3:ObjectCreated:*'], prefix: 'in/' });
      bucket.notify(hook, { id: 'gone', events: ['s3:ObjectRemoved:*'] });
    },
  );
  expect(env.sort()).toEqual([
    'RUSTFS_AUDIT_ENABLE=true',
    'RUSTFS_AUDIT_WEBHOOK_ENABLE_LOG=on',
    'RUSTFS_AUDIT_WEBHOOK_ENDPOINT_LOG=http://logs:8080',
    'RUSTFS_AUDIT_WEBHOOK_QUEUE_DIR_LOG=',
    'RUSTFS_NOTIFY_ENABLE=true',
    'RUSTFS_NOTIFY_WEBHOOK_CLIENT_CA_ALKNET=/etc/rustfs/events/notify-webhook-alknet-client_ca',
    'RUSTFS_NOTIFY_WEBHOOK_ENABLE_ALKNET=on',
    'RUSTFS_NOTIFY_WEBHOOK_ENDPOINT_ALKNET=https://gateway:3020/webhook',
    'RUSTFS_NOTIFY_WEBHOOK_QUEUE_DIR_ALKNET=/events/notify',
    'RUSTFS_NOTIFY_WEBHOOK_QUEUE_LIMIT_ALKNET=500',
    'RUSTFS_OUTBOUND_ALLOW_ORIGINS=https://gateway:3020,http://logs:8080',
  ]);
  expect(server?.entrypoint?.[2]).toBe(
    'export RUSTFS_SSE_S3_MASTER_KEY="$(cat /etc/rustfs/sse-s3-master-key)" && export RUSTFS_NOTIFY_WEBHOOK_AUTH_TOKEN_ALKNET="$(cat /etc/rustfs/events/notify-webhook-alknet-auth_token)" && exec /entrypoint.sh "$@"',
  );
  for (const [file, source] of [
    ['auth_token', 'secrets/webhook-token'],
    ['client_ca', 'tls/ca.pem'],
  ])
    expect(server?.upload).toContainEqual({
      file: `/etc/rustfs/events/notify-webhook-alknet-${file}`,
      permissions: '0444',
      source: expect.stringMatching(new RegExp(`^\\$\\{path\\.module\\}/.*/${source}$`)),
    });
  expect(volumes.map(({ name, lifecycle }) => [name, lifecycle])).toEqual([
    ['test-rustfs-data', { prevent_destroy: true }],
    ['test-rustfs-events', { prevent_destroy: true }],
  ]);
  const mounts = [
    { container_path: '/data', volume_name: expect.stringContaining('Data') },
    { container_path: '/events', volume_name: expect.stringContaining('events') },
  ];
  expect(server?.volumes).toEqual(mounts);
  const prepare = containers.find(({ name }) => name === 'test-rustfs-prepare');
  expect([prepare?.entrypoint, prepare?.volumes]).toEqual([['/bin/chown', '10001:10001', '/data', '/events'], mounts]);
  expect(manifest.eventTargets).toEqual([
    {
      purpose: 'audit',
      type: 'webhook',
      id: 'log',
      managedBy: 'environment',
      settings: { endpoint: 'http://logs:8080', queue_dir: '' },
      secrets: {},
    },
    {
      purpose: 'notify',
      type: 'webhook',
      id: 'alknet',
      managedBy: 'environment',
      settings: {
        endpoint: 'https://gateway:3020/webhook',
        client_ca: '/etc/rustfs/events/notify-webhook-alknet-client_ca',
        queue_dir: '/events/notify',
        queue_limit: '500',
      },
      secrets: { auth_token: { type: 'file', file: 'secrets/webhook-token' } },
    },
  ]);
  const targetArn = 'arn:rustfs:sqs:eu-central-1:alknet:webhook';
  expect(manifest.buckets[0]?.notifications).toEqual([
    { id: 'gone', targetArn, events: ['s3:ObjectRemoved:*'] },
    { id: 'notification-1', targetArn, events: ['s3:ObjectCreated:*'], prefix: 'in/' },
  ]);
});

test('for a server that runs elsewhere the target is set through the API, with secrets from the store', () => {
  const app = Testing.app({ fakeCdktfJsonPath: false });
  const stack = new TerraformStack(app, 'test');
  const target = EventTarget.webhook('hook', {
    endpoint: 'http://127.0.0.1:3020/webhook',
    authToken: EventSecret.store('hook-token'),
  });
  RustFs.external(stack, 'rustfs', { endpoint: 'http://127.0.0.1:9000', eventTargets: [target] });
  const { manifest } = written(app, 'test');
  expect(readFileSync(join(app.outdir, 'stacks/test/rustfs.env'), 'utf8')).toBe(
    'RUSTFS_OUTBOUND_ALLOW_ORIGINS=http://127.0.0.1:3020\n',
  );
  expect(manifest.eventTargets).toEqual([
    {
      purpose: 'notify',
      type: 'webhook',
      id: 'hook',
      managedBy: 'api',
      settings: { endpoint: 'http://127.0.0.1:3020/webhook', queue_dir: '' },
      secrets: { auth_token: { type: 'store', entry: 'hook-token' } },
    },
  ]);
});

describe('what cannot work fails at synthesis, with the way out', () => {
  const endpoint = 'http://hook:3020';
  const dsn = EventSecret.file('secrets/dsn');
  test.each<[string, () => unknown, string]>([
    [
      'an id that RustFS would change',
      () => EventTarget.webhook('My-Hook', { endpoint }),
      'event target My-Hook has an invalid id; expected a lower-case letter, then up to 62 lower-case letters and digits',
    ],
    [
      'no URL',
      () => EventTarget.webhook('t', { endpoint: 'hook:3020' }),
      'event target t has endpoint hook:3020; expected http://, https:// and a host',
    ],
    [
      'credentials in a URL',
      () => EventTarget.amqp('t', { url: 'amqp://u:p@rabbit', exchange: 'e', routingKey: 'r' }),
      'event target t has credentials in its url, where everybody could read them; give them as EventSecret',
    ],
    [
      'a CA and no verification',
      () => EventTarget.webhook('t', { endpoint, tls: { caFile: '/ca.pem' }, skipTlsVerify: true }),
      'event target t has both caFile and skipTlsVerify, of which RustFS takes one',
    ],
    [
      'half a client certificate',
      () => EventTarget.mysql('t', { dsn, table: 'e', tls: { clientCertFile: '/c.pem' } }),
      'event target t has one of clientCertFile and clientKeyFile; RustFS needs both',
    ],
    [
      'SASL without TLS',
      () => EventTarget.kafka('t', { brokers: ['k:9092'], topic: 'e', sasl: { mechanism: 'PLAIN', ...login } }),
      'event target t has sasl without tls, which RustFS refuses; set tls: true',
    ],
    [
      'brokers without a port',
      () => EventTarget.kafka('t', { brokers: ['k'], topic: '' }),
      'event target t has an empty topic\nevent target t has broker k; expected host:port',
    ],
    [
      'a queue with QoS 0',
      () => EventTarget.mqtt('t', { broker: 'tcp://m:1883', topic: 'e', qos: 0, queueDirectory: '/q' }),
      'event target t has qos 0 with a queue, which RustFS refuses; use 1 or 2',
    ],
    [
      'a path at a broker that has none',
      () => EventTarget.pulsar('t', { broker: 'pulsar://p:6650/x', topic: 'e' }),
      'event target t has broker pulsar://p:6650/x; expected pulsar://, pulsar+ssl:// and a host, without a path',
    ],
    [
      'a relative queue directory',
      () => EventTarget.redis('t', { url: 'redis://r', channel: 'c', queueDirectory: 'queue', queueLimit: 0 }),
      "event target t has queueDirectory queue; expected an absolute path on the server, or '' for none\nevent target t has queueLimit 0; expected a whole number, at least 1",
    ],
    [
      'a container that should reach itself',
      () => deployed({ eventTargets: [EventTarget.webhook('t', { endpoint: 'http://127.0.0.1:3020' })] }),
      'event target t: RustFS in its container cannot reach http://127.0.0.1:3020, which is the container itself there; use a name that the container resolves, such as that of a container in its network, or host.docker.internal',
    ],
    [
      'a queue outside the volume',
      () => deployed({ eventTargets: [EventTarget.webhook('t', { endpoint, queueDirectory: '/data/q' })] }),
      "event target t has queueDirectory /data/q, but the container's volume for queues is at /events; choose a directory below it, or leave it out",
    ],
    [
      'a container and the secret store',
      () => deployed({ eventTargets: [EventTarget.webhook('t', { endpoint, authToken: EventSecret.store('x') })] }),
      "event target t: a container reads auth_token from a file; use EventSecret.file('secrets/…')",
    ],
    [
      'a container and the API',
      () => deployed({ eventTargets: [EventTarget.webhook('t', { endpoint, managedBy: 'api' })] }),
      'event target t is managedBy api, but a container gets its targets from its environment; leave it out',
    ],
    [
      'two of one name',
      () =>
        deployed({ eventTargets: [EventTarget.webhook('t', { endpoint }), EventTarget.webhook('t', { endpoint })] }),
      'event target "notify_webhook/t" is declared by test/rustfs, but test/rustfs already declares it; choose another name or share the first one',
    ],
    [
      'JetStream in beta.7',
      () =>
        deployed({
          version: '1.0.0-beta.7',
          eventTargets: [EventTarget.nats('t', { address: 'nats://n', subject: 's', jetStream: { streamName: 'S' } })],
        }),
      'jetstream_enable has no effect in RustFS 1.0.0-beta.7; it exists since 1.0.1',
    ],
    [
      'a target that the server does not declare',
      () =>
        synthesize((stack, server) => {
          const bucket = new Bucket(stack, 'reports', { server });
          bucket.notify(EventTarget.webhook('t', { endpoint }), { events: ['s3:ObjectCreated:*'] });
        }),
      "bucket reports notifies event target t, which its server does not declare; add it to the server's eventTargets",
    ],
    [
      'events that are none',
      () => {
        const t = EventTarget.webhook('t', { endpoint });
        deployed({ eventTargets: [t] }, (stack, server) =>
          new Bucket(stack, 'reports', { server }).notify(t, { events: ['ObjectCreated'], prefix: '../x' }),
        );
      },
      'notification of bucket reports has event ObjectCreated; expected one such as s3:ObjectCreated:*\nnotification of bucket reports filters by ../x, which RustFS refuses: no "\\", "." or ".." in it',
    ],
  ])('%s', (_, declare, message) => {
    expect(declare).toThrow(message);
  });
});

test('no secret value can be given: only where it is', () => {
  const { terraform, manifest } = deployed({
    eventTargets: [EventTarget.postgres('pg', { dsn: EventSecret.file('secrets/dsn'), table: 'events' })],
  });
  expect(terraform).toContain('secrets/dsn');
  expect(manifest.eventTargets?.[0]?.settings).toEqual({
    table: 'events',
    format: 'namespace',
    queue_dir: '/events/notify',
  });
});

import { type EventTargetType, eventTargetArn } from '../manifest/index.js';
import {
  checkAddress,
  checkBrokers,
  type FieldValue,
  loginFields,
  ServerPath,
  tlsFields,
} from './event-target-fields.js';
import type * as props from './event-target-props.js';

/**
 * Where RustFS sends events: given to a server as `eventTargets` (events of buckets, see `Bucket.notify`) or as `auditTargets` (a
 * record of every request). Ids are RustFS' instances: lower-case letters and digits.
 *
 * @throws Error that names the target, the value and what was expected
 */
export class EventTarget {
  /** HTTP POST. The only kind whose deliveries `verify` can prove. */
  static webhook(
    id: string,
    { endpoint, authToken, tls, skipTlsVerify, eventsUrl, ...rest }: props.WebhookTargetProps,
  ) {
    const { tls_ca, tls_client_cert, tls_client_key } = tlsFields(tls);
    const fields = {
      endpoint,
      auth_token: authToken,
      client_ca: tls_ca,
      client_cert: tls_client_cert,
      client_key: tls_client_key,
      skip_tls_verify: skipTlsVerify,
    };
    const problems = [
      ...checkAddress('endpoint', endpoint, ['http', 'https'], true),
      ...(eventsUrl === undefined ? [] : checkAddress('eventsUrl', eventsUrl, ['http', 'https'], true)),
      ...(tls?.caFile !== undefined && skipTlsVerify
        ? ['has both caFile and skipTlsVerify, of which RustFS takes one']
        : []),
    ];
    return new EventTarget('webhook', id, rest, fields, { problems, addresses: [endpoint], eventsUrl });
  }

  static kafka(id: string, { brokers, topic, acks, tls, sasl, ...rest }: props.KafkaTargetProps) {
    const fields = {
      brokers: brokers.join(','),
      topic,
      acks,
      tls_enable: tls === undefined ? undefined : true,
      ...tlsFields(tls === true ? undefined : tls),
      sasl_enable: sasl && true,
      sasl_mechanism: sasl?.mechanism,
      sasl_username: sasl?.username,
      sasl_password: sasl?.password,
    };
    const problems = [
      ...checkBrokers(brokers),
      ...(sasl && tls === undefined ? ['has sasl without tls, which RustFS refuses; set tls: true'] : []),
    ];
    return new EventTarget('kafka', id, rest, fields, { problems, addresses: brokers.map((one) => `kafka://${one}`) });
  }

  static amqp(id: string, props: props.AmqpTargetProps) {
    const { url, exchange, routingKey, mandatory, persistent, login, tls, ...rest } = props;
    const fields = {
      url,
      exchange,
      routing_key: routingKey,
      mandatory,
      persistent,
      ...loginFields(login),
      ...tlsFields(tls),
    };
    const problems = checkAddress('url', url, ['amqp', 'amqps'], true);
    return new EventTarget('amqp', id, rest, fields, { problems, addresses: [url] });
  }

  static mqtt(id: string, props: props.MqttTargetProps) {
    const { broker, topic, qos, login, reconnectInterval, keepAliveInterval, tls, webSocketPaths, ...rest } = props;
    const fields = {
      broker,
      topic,
      qos,
      ...loginFields(login),
      reconnect_interval: reconnectInterval,
      keep_alive_interval: keepAliveInterval,
      tls_policy: tls?.caFile === undefined ? undefined : 'custom_ca',
      ...tlsFields(tls),
      ws_path_allowlist: webSocketPaths?.join(','),
    };
    const schemes = ['tcp', 'mqtt', 'ssl', 'tls', 'tcps', 'mqtts', 'ws', 'wss'];
    const problems = [
      ...checkAddress('broker', broker, schemes, /^wss?:/.test(broker)),
      ...(qos === 0 && rest.queueDirectory ? ['has qos 0 with a queue, which RustFS refuses; use 1 or 2'] : []),
    ];
    const options = qos === 0 ? { ...rest, queueDirectory: '' } : rest;
    return new EventTarget('mqtt', id, options, fields, { problems, addresses: [broker] });
  }

  static nats(id: string, { address, subject, auth, tlsRequired, tls, jetStream, ...rest }: props.NatsTargetProps) {
    const fields = {
      address,
      subject,
      ...(auth && 'username' in auth ? loginFields(auth) : {}),
      token: auth && 'token' in auth ? auth.token : undefined,
      credentials_file: auth && 'credentialsFile' in auth ? new ServerPath(auth.credentialsFile) : undefined,
      ...tlsFields(tls),
      tls_required: tlsRequired,
      jetstream_enable: jetStream && true,
      jetstream_stream_name: jetStream?.streamName,
      jetstream_ack_timeout_secs: jetStream?.ackTimeoutSeconds,
    };
    const problems = [
      ...checkAddress('address', address, ['nats', 'tls'], false),
      ...(/\s/.test(subject) ? [`has subject "${subject}"; expected one without spaces`] : []),
    ];
    return new EventTarget('nats', id, rest, fields, { problems, addresses: [address] });
  }

  static redis(id: string, { url, channel, login, tls, ...rest }: props.RedisTargetProps) {
    const tls_policy = tls?.caFile === undefined ? undefined : 'custom_ca';
    const fields = { url, channel, ...loginFields(login), tls_policy, ...tlsFields(tls) };
    const problems = checkAddress('url', url, ['redis', 'rediss'], true);
    return new EventTarget('redis', id, rest, fields, { problems, addresses: [url] });
  }

  static postgres(id: string, props: props.PostgresTargetProps) {
    const { dsn, table, format = 'namespace', tlsRequired, tls, ...rest } = props;
    const fields = { dsn_string: dsn, table, format, tls_required: tlsRequired, ...tlsFields(tls) };
    return new EventTarget('postgres', id, rest, fields);
  }

  static mysql(id: string, { dsn, table, maxOpenConnections, tls, ...rest }: props.MysqlTargetProps) {
    const max_open_connections = maxOpenConnections;
    const fields = { dsn_string: dsn, table, format: 'access', max_open_connections, ...tlsFields(tls) };
    return new EventTarget('mysql', id, rest, fields);
  }

  static pulsar(id: string, props: props.PulsarTargetProps) {
    const { broker, topic, auth, tlsCaFile, tlsAllowInsecure, tlsHostnameVerification, ...rest } = props;
    const fields = {
      broker,
      topic,
      auth_token: auth && 'token' in auth ? auth.token : undefined,
      ...(auth && 'username' in auth ? loginFields(auth) : {}),
      tls_ca: tlsCaFile === undefined ? undefined : new ServerPath(tlsCaFile),
      tls_allow_insecure: tlsAllowInsecure,
      tls_hostname_verification: tlsHostnameVerification,
    };
    const problems = checkAddress('broker', broker, ['pulsar', 'pulsar+ssl'], false);
    return new EventTarget('pulsar', id, rest, fields, { problems, addresses: [broker] });
  }

  private constructor(
    readonly type: EventTargetType,
    readonly id: string,
    /** @internal */
    readonly _options: props.EventTargetOptions,
    /** By RustFS' own keys. @internal */
    readonly _fields: Readonly<Record<string, FieldValue | undefined>>,
    /** @internal */
    readonly _traits: {
      readonly problems?: readonly string[];
      /** URLs that RustFS connects to, as far as they are no secret. */
      readonly addresses?: readonly string[];
      readonly eventsUrl?: string | undefined;
    } = {},
  ) {
    const { queueDirectory = '', queueLimit } = _options;
    const texts = Object.entries(_fields).filter((field): field is [string, string] => typeof field[1] === 'string');
    const problems = [
      ...(/^[a-z][a-z0-9]{0,62}$/.test(id)
        ? []
        : ['has an invalid id; expected a lower-case letter, then up to 62 lower-case letters and digits']),
      ...texts.filter(([, text]) => text === '').map(([key]) => `has an empty ${key}`),
      ...texts
        .filter(([, text]) => /["\\\r\n]/.test(text))
        .map(([key]) => `has a quote, backslash or line break in ${key}`),
      ...(queueDirectory === '' || queueDirectory.startsWith('/')
        ? []
        : [`has queueDirectory ${queueDirectory}; expected an absolute path on the server, or '' for none`]),
      ...(queueLimit === undefined || (Number.isInteger(queueLimit) && queueLimit > 0)
        ? []
        : [`has queueLimit ${queueLimit}; expected a whole number, at least 1`]),
      ...(('client_cert' in _fields && (_fields.client_cert === undefined) !== (_fields.client_key === undefined)) ||
      (_fields.tls_client_cert === undefined) !== (_fields.tls_client_key === undefined)
        ? ['has one of clientCertFile and clientKeyFile; RustFS needs both']
        : []),
      ...(_traits.problems ?? []),
    ];
    if (problems.length > 0) throw new Error(problems.map((problem) => `event target ${id} ${problem}`).join('\n'));
  }

  /** What bucket notifications name it by. */
  arn(region: string): string {
    return eventTargetArn(region, this);
  }
}

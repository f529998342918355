import type { EventSecret } from './event-secret.js';

/** What every kind of target takes. */
export interface EventTargetOptions {
  /**
   * Where RustFS keeps events that could not be delivered yet: an absolute path on the server, or `''` for none (an event that the
   * target does not take is then lost). @default - for a container a volume of its own, at /events; for a server that runs elsewhere none
   */
  readonly queueDirectory?: string;
  /** Most events in the queue. @default 100000 */
  readonly queueLimit?: number;
  /**
   * Who sets the target: `environment`, whoever starts the server; `api`, apply. RustFS refuses to change through its API what the
   * environment sets. @default - `environment` for a container of this stack, `api` for a server that runs elsewhere
   */
  readonly managedBy?: 'environment' | 'api';
}

/** Certificates in PEM. Relative to the project directory: copied into the container. Absolute: there already, on the server. */
export interface EventTargetTls {
  /** Authority to trust beside the system's. */
  readonly caFile?: string;
  /** Only together with `clientKeyFile`. */
  readonly clientCertFile?: string;
  readonly clientKeyFile?: string;
}

export interface WebhookTargetProps extends EventTargetOptions {
  /**
   * Where RustFS posts to, as it reaches it. RustFS tells by `HEAD /` of its origin whether it is online; any answer will do, and
   * deliveries count as done with 2xx.
   */
  readonly endpoint: string;
  /** Sent as `Authorization: Bearer <token>`. @default - none */
  readonly authToken?: EventSecret;
  /** Not together with `skipTlsVerify`. */
  readonly tls?: EventTargetTls;
  /** Take any certificate. @default false */
  readonly skipTlsVerify?: boolean;
  /**
   * Where verify reads what arrived, as this machine reaches it: `GET` answers with server-sent events for the bearer token, as the
   * reference gateway and `cdktf-rustfs events receive` do. @default - `/events` at the endpoint's origin if that is this machine; else
   * verify says that delivery is not checked
   */
  readonly eventsUrl?: string;
}

export interface KafkaTargetProps extends EventTargetOptions {
  /** `host:port` of each. */
  readonly brokers: readonly string[];
  readonly topic: string;
  /** How many brokers have to have an event: none, the leader, all. @default 1 */
  readonly acks?: 0 | 1 | 'all';
  /** @default - plain TCP */
  readonly tls?: EventTargetTls | true;
  /** RustFS takes it over TLS alone. @default - none */
  readonly sasl?: {
    readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
    readonly username: string;
    readonly password: EventSecret;
  };
}

/** A user name and the password that goes with it. */
export interface EventTargetLogin {
  readonly username: string;
  readonly password: EventSecret;
}

export interface AmqpTargetProps extends EventTargetOptions {
  /** `amqp://host:port/vhost` or `amqps://…`, without credentials. */
  readonly url: string;
  readonly exchange: string;
  readonly routingKey: string;
  /** An event that no queue takes is an error. @default false */
  readonly mandatory?: boolean;
  /** Events survive a restart of the broker. @default false */
  readonly persistent?: boolean;
  readonly login?: EventTargetLogin;
  readonly tls?: EventTargetTls;
}

export interface MqttTargetProps extends EventTargetOptions {
  /** `tcp`, `mqtt`, `ssl`, `tls`, `tcps`, `mqtts`, `ws` or `wss`, without credentials; a path only for the last two. */
  readonly broker: string;
  readonly topic: string;
  /** At most once (only without a queue), at least once, exactly once. @default 1 */
  readonly qos?: 0 | 1 | 2;
  readonly login?: EventTargetLogin;
  /** Seconds. @default 5 */
  readonly reconnectInterval?: number;
  /** Seconds. @default 30 */
  readonly keepAliveInterval?: number;
  readonly tls?: EventTargetTls;
  /** Paths that WebSocket brokers may have. */
  readonly webSocketPaths?: readonly string[];
}

export interface NatsTargetProps extends EventTargetOptions {
  /** `nats://host:port` or `tls://host:port`, without credentials. */
  readonly address: string;
  readonly subject: string;
  /** One way of signing in at most. @default - none */
  readonly auth?: EventTargetLogin | { readonly token: EventSecret } | { readonly credentialsFile: string };
  /** @default false */
  readonly tlsRequired?: boolean;
  readonly tls?: EventTargetTls;
  /** Since 1.0.1. @default - core NATS */
  readonly jetStream?: { readonly streamName: string; readonly ackTimeoutSeconds?: number };
}

export interface RedisTargetProps extends EventTargetOptions {
  /** `redis://host:port` or `rediss://…`, without credentials. */
  readonly url: string;
  readonly channel: string;
  readonly login?: EventTargetLogin;
  readonly tls?: EventTargetTls;
}

/** Shared by the databases. */
interface DatabaseTargetProps extends EventTargetOptions {
  readonly table: string;
  readonly tls?: EventTargetTls;
}

export interface PostgresTargetProps extends DatabaseTargetProps {
  /** `postgres://user:password@host:port/database`. */
  readonly dsn: EventSecret;
  /** `namespace`: one row for each object; `access`: one for each event. @default namespace */
  readonly format?: 'namespace' | 'access';
  /** @default false */
  readonly tlsRequired?: boolean;
}

export interface MysqlTargetProps extends DatabaseTargetProps {
  /** `user:password@tcp(host:port)/database`. One row is written for each event: RustFS has no other format for MySQL. */
  readonly dsn: EventSecret;
  readonly maxOpenConnections?: number;
}

export interface PulsarTargetProps extends EventTargetOptions {
  /** `pulsar://host:port` or `pulsar+ssl://host:port`. */
  readonly broker: string;
  readonly topic: string;
  /** One way of signing in at most. @default - none */
  readonly auth?: EventTargetLogin | { readonly token: EventSecret };
  readonly tlsCaFile?: string;
  /** Take any certificate. @default false */
  readonly tlsAllowInsecure?: boolean;
  /** @default true */
  readonly tlsHostnameVerification?: boolean;
}

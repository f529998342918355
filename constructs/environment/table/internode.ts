import { boolean, choice, integer, type Section, seconds, size, type Variable } from '../model.js';

const PROTOS = 'crates/protos/src/lib.rs';
const HTTP = 'crates/rio/src/http_reader.rs';
const AUTH = 'crates/ecstore/src/cluster/rpc/http_auth.rs';
const DISK = 'crates/ecstore/src/cluster/rpc/remote_disk.rs';
/** Not in 1.0.0-beta.7, and without effect in a single server. */
const NEW = { only: '1.0.1', clusterOnly: true } as const;
const U32 = 4_294_967_295;
/** Largest window of HTTP/2. */
const WINDOW = size(1, 2_147_483_647);
const CONVERGED = 'Set it once no node runs 1.0.0-beta.7';

/** Also in 1.0.0-beta.7. */
const both: readonly Variable[] = [
  {
    name: 'RUSTFS_INTERNODE_CONNECT_TIMEOUT_SECS',
    setting: 'internode.connectTimeoutSeconds',
    value: seconds(1),
    clusterOnly: true,
    default: '3',
    effect: 'Longest attempt to connect to another node',
  },
  {
    name: 'RUSTFS_INTERNODE_RPC_TIMEOUT_SECS',
    setting: 'internode.requestTimeoutSeconds',
    value: seconds(1),
    clusterOnly: true,
    default: '30',
    betaDefault: '10',
    effect: 'Longest request to another node',
  },
  {
    name: 'RUSTFS_INTERNODE_TCP_KEEPALIVE_SECS',
    setting: 'internode.tcpKeepaliveSeconds',
    value: seconds(1),
    clusterOnly: true,
    default: '10',
    effect: 'Idle time after which TCP asks whether the other node is there',
  },
  {
    name: 'RUSTFS_INTERNODE_HTTP2_KEEPALIVE_INTERVAL_SECS',
    setting: 'internode.pingIntervalSeconds',
    value: seconds(1),
    clusterOnly: true,
    default: '5',
    effect: 'Between two HTTP/2 pings of another node',
  },
  {
    name: 'RUSTFS_INTERNODE_HTTP2_KEEPALIVE_TIMEOUT_SECS',
    setting: 'internode.pingTimeoutSeconds',
    value: seconds(1),
    clusterOnly: true,
    default: '20',
    betaDefault: '3',
    effect:
      'How long the answer to a ping may take before the connection is closed; too little breaks reads under load',
  },
];

const rpc: readonly Variable[] = [
  {
    name: 'RUSTFS_INTERNODE_RPC_TCP_NODELAY',
    setting: 'internode.noDelay',
    value: boolean,
    ...NEW,
    default: 'true',
    effect: 'Sends small messages at once',
  },
  {
    name: 'RUSTFS_INTERNODE_RPC_HTTP2_STREAM_WINDOW_SIZE',
    setting: 'internode.streamWindow',
    value: WINDOW,
    ...NEW,
    default: '1 MiB',
    effect: 'What one answer of another node may send ahead',
  },
  {
    name: 'RUSTFS_INTERNODE_RPC_HTTP2_CONN_WINDOW_SIZE',
    setting: 'internode.connectionWindow',
    value: WINDOW,
    ...NEW,
    default: '2 MiB',
    effect: 'The same for all answers of one connection; should not be less than streamWindow',
  },
  {
    name: 'RUSTFS_INTERNODE_RPC_MAX_MESSAGE_SIZE',
    setting: 'internode.maxMessage',
    value: size(),
    ...NEW,
    default: '100 MiB',
    effect: 'Largest message between nodes; metadata of an object with very many versions has to fit',
  },
  {
    name: 'RUSTFS_INTERNODE_RPC_LARGE_PAYLOAD_WARN_BYTES',
    setting: 'internode.largeMessage',
    value: size(),
    ...NEW,
    default: '8 MiB',
    effect: 'Size from which on an answer is counted in rustfs_system_network_internode_operation_large_payloads_total',
    source: 'crates/ecstore/src/cluster/rpc/runtime_sources.rs',
  },
  {
    name: 'RUSTFS_INTERNODE_RPC_MSGPACK_ONLY',
    setting: 'internode.msgpackOnly',
    value: boolean,
    ...NEW,
    switches: 'RUSTFS_INTERNODE_RPC_MSGPACK_ONLY_FLEET_CONFIRMED',
    default: 'false',
    effect: `Sends metadata between nodes without its second copy as JSON. ${CONVERGED}`,
  },
  {
    name: 'RUSTFS_INTERNODE_RPC_MSGPACK_ONLY_FLEET_CONFIRMED',
    derived: '`settings.internode.msgpackOnly`',
    only: '1.0.1',
    default: 'false',
    effect: 'Confirms that every node reads msgpack',
  },
  {
    name: 'RUSTFS_INTERNODE_CHANNEL_ISOLATION',
    derived: '`settings.internode.bulkConnections`',
    only: '1.0.1',
    default: 'false',
    effect: 'Sends large messages over connections of their own',
  },
  {
    name: 'RUSTFS_INTERNODE_BULK_CHANNELS',
    setting: 'internode.bulkConnections',
    value: integer(1),
    ...NEW,
    switches: 'RUSTFS_INTERNODE_CHANNEL_ISOLATION',
    default: 'none',
    effect: 'Connections to each node for large messages alone, so that locks do not wait for them',
  },
  {
    name: 'RUSTFS_INTERNODE_OFFLINE_FAILURE_THRESHOLD',
    setting: 'internode.offlineAfterFailures',
    value: integer(1, U32),
    ...NEW,
    default: '3',
    effect:
      'Failures in a row after which a node counts as offline, in metrics, for skipOffline and for health.requirePeers',
  },
];

const security: readonly Variable[] = [
  {
    name: 'RUSTFS_INTERNODE_RPC_SIGNATURE_STRICT',
    setting: 'internode.requireSignature',
    value: boolean,
    ...NEW,
    default: 'false',
    effect: `Refuses requests of nodes whose signature does not name their target. ${CONVERGED}`,
    source: AUTH,
  },
  {
    name: 'RUSTFS_INTERNODE_RPC_BODY_DIGEST_STRICT',
    setting: 'internode.requireDigest',
    value: boolean,
    ...NEW,
    default: 'false',
    effect: `Refuses changes by nodes whose signature does not cover the body. ${CONVERGED}`,
    source: AUTH,
  },
  {
    name: 'RUSTFS_INTERNODE_RPC_REPLAY_SCOPE_STRICT',
    setting: 'internode.requireReplayScope',
    value: boolean,
    ...NEW,
    default: 'false',
    effect: `Refuses requests of nodes that could be replayed, and the first ones after a start, which are repeated. ${CONVERGED}`,
    source: AUTH,
  },
  {
    name: 'RUSTFS_INTERNODE_RPC_REPLAY_CACHE_CAPACITY',
    setting: 'internode.replayCacheEntries',
    value: integer(1_048_576),
    ...NEW,
    default: '1048576 to 33554432, by CPUs and memory',
    effect:
      'Requests of the last 10 minutes that are remembered against replay; when it is full, requests of nodes are refused',
    source: AUTH,
  },
];

const peers: readonly Variable[] = [
  {
    name: 'RUSTFS_INTERNODE_PREWARM',
    setting: 'internode.prewarm',
    value: boolean,
    ...NEW,
    default: 'false',
    effect: 'Connects to every node at the start, not with the first request',
    source: DISK,
  },
  {
    name: 'RUSTFS_INTERNODE_OFFLINE_BYPASS',
    setting: 'internode.skipOffline',
    value: boolean,
    ...NEW,
    default: 'false',
    effect: 'Requests to a node that counts as offline fail at once, but for one every offlineRetrySeconds',
    source: DISK,
  },
  {
    name: 'RUSTFS_INTERNODE_OFFLINE_REPROBE_SECS',
    setting: 'internode.offlineRetrySeconds',
    value: seconds(1),
    ...NEW,
    default: '5',
    needs: 'internode.skipOffline',
    effect: 'How often skipOffline lets a request through',
    source: DISK,
  },
  {
    name: 'RUSTFS_INTERNODE_IDEMPOTENT_READ_RETRIES',
    setting: 'internode.readRetries',
    value: integer(0),
    ...NEW,
    default: '1',
    effect: 'How often a read from another node is repeated after a network error',
    source: DISK,
  },
  {
    name: 'RUSTFS_ADMIN_PEER_PROBE_TIMEOUT_SECS',
    setting: 'internode.adminProbeTimeoutSeconds',
    value: seconds(1, 60),
    ...NEW,
    default: '10',
    effect: 'How long the admin API waits for what another node says of itself',
    source: 'crates/ecstore/src/services/notification_sys.rs',
  },
];

const data: readonly Variable[] = [
  {
    name: 'RUSTFS_INTERNODE_DATA_TRANSPORT',
    not: 'both values that RustFS knows mean the same transport',
    default: 'tcp-http',
    effect: 'Transport of object data between nodes',
    source: 'crates/ecstore/src/cluster/rpc/internode_data_transport.rs',
  },
  {
    name: 'RUSTFS_INTERNODE_HTTP_TUNING_PROFILE',
    setting: 'internode.httpProfile',
    value: choice('legacy', 'balanced', 'throughput'),
    ...NEW,
    default: 'legacy',
    effect: 'Connections for object data: defaults of maxIdleConnections, idleTimeoutSeconds and proxy',
    source: HTTP,
  },
  {
    name: 'RUSTFS_INTERNODE_HTTP_POOL_MAX_IDLE_PER_HOST',
    setting: 'internode.maxIdleConnections',
    value: integer(0),
    ...NEW,
    default: 'no limit; 64 with httpProfile balanced, 256 with throughput',
    effect: 'Idle connections for object data that are kept for each node',
    source: HTTP,
  },
  {
    name: 'RUSTFS_INTERNODE_HTTP_POOL_IDLE_TIMEOUT_SECS',
    setting: 'internode.idleTimeoutSeconds',
    value: seconds(1),
    ...NEW,
    default: '90; 120 with httpProfile balanced, 300 with throughput',
    effect: 'How long an idle connection for object data is kept',
    source: HTTP,
  },
  {
    name: 'RUSTFS_INTERNODE_HTTP_PROXY',
    setting: 'internode.proxy',
    value: choice('legacy', 'off', 'system'),
    ...NEW,
    default: 'legacy; off with httpProfile balanced or throughput',
    effect:
      'Whether object data goes through the proxy of HTTP_PROXY: to all nodes but loopback ones (legacy), to none, to all',
    source: HTTP,
  },
  {
    name: 'RUSTFS_INTERNODE_HTTP2_{INITIAL_STREAM_WINDOW_SIZE,INITIAL_CONNECTION_WINDOW_SIZE,ADAPTIVE_WINDOW}',
    not: 'object data goes over HTTP/2 with TLS alone, and nodes of a RustFsCluster speak plain HTTP to each other',
    only: '1.0.1',
    effect: 'Windows of HTTP/2 for object data',
    source: HTTP,
  },
];

export const internode: Section = {
  title: 'Connections between nodes',
  source: PROTOS,
  variables: [...both, ...rpc, ...security, ...peers, ...data],
};

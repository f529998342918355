import { boolean, integer, milliseconds, type Section } from '../model.js';

export const health: Section = {
  title: 'Health',
  source: 'crates/config/src/constants/health.rs',
  variables: [
    {
      name: 'RUSTFS_HEALTH_ENDPOINT_ENABLE',
      not: 'the healthcheck of the container and provisioning need /health/ready',
      default: 'true',
      effect: 'Serves /health',
    },
    {
      name: 'RUSTFS_HEALTH_READINESS_CACHE_TTL_MS',
      setting: 'health.cacheMilliseconds',
      value: milliseconds(1),
      default: '1000',
      effect: 'How long an answer of /health/ready is repeated',
    },
    {
      name: 'RUSTFS_HEALTH_MINIMAL_RESPONSE_ENABLE',
      not: 'provisioning reads the version from /health/ready',
      default: 'false',
      effect: 'Leaves all but the status out of the answer',
    },
    {
      name: 'RUSTFS_HEALTH_COMPAT_BUSY_CHECK_ENABLE',
      derived: '`settings.health.busyAtRequests`',
      default: 'false',
      effect: 'Health checks answer 429 while too many requests are served',
    },
    {
      name: 'RUSTFS_HEALTH_COMPAT_BUSY_MAX_ACTIVE_REQUESTS',
      setting: 'health.busyAtRequests',
      value: integer(1),
      switches: 'RUSTFS_HEALTH_COMPAT_BUSY_CHECK_ENABLE',
      default: '0 (never)',
      effect: 'Requests at which health checks answer 429, which the healthcheck of the container takes for a failure',
    },
    {
      name: 'RUSTFS_HEALTH_COMPAT_KMS_READY_CHECK_ENABLE',
      not: 'provisioning configures the KMS once the server is healthy, so both would wait for each other',
      default: 'false',
      effect: 'Not ready while the KMS is not',
    },
    {
      name: 'RUSTFS_HEALTH_CLUSTER_TIMEOUT_MS',
      setting: 'health.clusterTimeoutMilliseconds',
      value: milliseconds(1),
      only: '1.0.1',
      default: '2000',
      effect: 'Timeout of /minio/health/cluster',
    },
    {
      name: 'RUSTFS_HEALTH_PEER_READY_CHECK_ENABLE',
      not: 'asks other nodes; a single server has none',
      only: '1.0.1',
      default: 'false',
      effect: 'Not ready while other nodes are not',
    },
    {
      name: 'RUSTFS_HEALTH_OBJECT_PROGRESS_ENABLE',
      setting: 'health.stalledIo',
      value: boolean,
      only: '1.0.1',
      default: 'true',
      effect: 'Not ready while object I/O stands still',
    },
    {
      name: 'RUSTFS_HEALTH_OBJECT_PROGRESS_TIMEOUT_MS',
      setting: 'health.stalledIoMilliseconds',
      value: milliseconds(1),
      only: '1.0.1',
      default: '30000',
      effect: 'How long object I/O may stand still',
    },
  ],
};

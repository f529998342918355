import { boolean, integer, milliseconds, type Section, seconds } from '../model.js';

const TIMEOUTS = 'crates/ecstore/src/services/tier/warm_backend.rs';

export const lifecycle: Section = {
  title: 'Lifecycle and tiers',
  source: 'crates/ecstore/src/bucket/lifecycle/bucket_lifecycle_ops.rs',
  variables: [
    {
      name: 'RUSTFS_MAX_EXPIRY_WORKERS',
      setting: 'lifecycle.expiryWorkers',
      value: integer(1),
      default: 'CPUs, at most 16',
      effect: 'Objects that expire at the same time',
    },
    {
      name: '_RUSTFS_ILM_EXPIRATION_WORKERS',
      prop: 'settings.lifecycle.expiryWorkers',
      only: '1.0.0-beta.7',
      effect: 'Goes before RUSTFS_MAX_EXPIRY_WORKERS',
    },
    {
      name: 'RUSTFS_MAX_TRANSITION_WORKERS',
      setting: 'lifecycle.transitionWorkers',
      value: integer(1),
      default: 'CPUs, at most 16',
      effect: 'Objects that move to tiers at the same time; never more than `lifecycle.maxTransitionWorkers`',
    },
    {
      name: 'RUSTFS_ABSOLUTE_MAX_WORKERS',
      setting: 'lifecycle.maxTransitionWorkers',
      value: integer(1),
      default: '32',
      effect: 'Upper limit of `lifecycle.transitionWorkers`',
    },
    {
      name: 'RUSTFS_TRANSITION_QUEUE_CAPACITY',
      setting: 'lifecycle.transitionQueueSize',
      value: integer(1),
      default: '1000',
      effect: 'Objects that wait to move',
    },
    {
      name: 'RUSTFS_TRANSITION_QUEUE_SEND_TIMEOUT_MS',
      setting: 'lifecycle.transitionQueueMilliseconds',
      value: milliseconds(1),
      default: '100',
      effect: 'How long an object waits for a place when the queue is full, before it is left to a later walk',
    },
    {
      name: 'RUSTFS_TIER_FREE_VERSION_RECOVERY_ENABLED',
      setting: 'tiers.recovery',
      value: boolean,
      only: '1.0.1',
      default: 'true',
      effect: 'Deletes from tiers what was deleted here and is still there; false: it stays there',
    },
    {
      name: 'RUSTFS_TIER_REMOTE_VERSION_STATE_WRITE',
      setting: 'tiers.anyVersionId',
      value: boolean,
      only: '1.0.1',
      switches: 'RUSTFS_TIER_REMOTE_VERSION_STATE_FLEET_CONFIRMED',
      default: 'false',
      effect:
        'Takes tiers with versions whose ids are no UUIDs, as those of AWS, or `null`; false: an object does not move to them',
      source: 'crates/ecstore/src/set_disk/ops/object.rs',
    },
    {
      name: 'RUSTFS_TIER_REMOTE_VERSION_STATE_FLEET_CONFIRMED',
      derived: '`settings.tiers.anyVersionId`, since all nodes have one version',
      only: '1.0.1',
      default: 'false',
      effect: 'Says that every node understands such ids',
      source: 'crates/ecstore/src/services/notification_sys.rs',
    },
    {
      name: 'RUSTFS_TIER_REMOTE_CONNECT_TIMEOUT_SECS',
      setting: 'tiers.connectTimeoutSeconds',
      value: seconds(1),
      only: '1.0.1',
      default: '10',
      effect: 'Timeout of a connection to a tier, but not to Google Cloud Storage',
      source: TIMEOUTS,
    },
    {
      name: 'RUSTFS_TIER_REMOTE_REQUEST_TIMEOUT_SECS',
      setting: 'tiers.requestTimeoutSeconds',
      value: seconds(1),
      only: '1.0.1',
      default: '86400',
      effect:
        'Timeout of a request to a tier until its answer begins, so of a whole upload; not of Google Cloud Storage',
      source: TIMEOUTS,
    },
    {
      name: 'RUSTFS_TIER_REMOTE_RESPONSE_BODY_IDLE_TIMEOUT_SECS',
      setting: 'tiers.idleTimeoutSeconds',
      value: seconds(1),
      only: '1.0.1',
      default: '60',
      effect: 'How long the answer of a tier may stand still, but not that of Google Cloud Storage',
      source: TIMEOUTS,
    },
    {
      name: 'RUSTFS_TIER_RUSTFS_ALLOW_LOOPBACK_ENDPOINT',
      not: 'only debug builds read it; the image takes no loopback address for a tier',
      only: '1.0.1',
      default: 'false',
      effect: 'Allows a tier on the same host',
      source: 'crates/ecstore/src/services/tier/warm_backend_rustfs.rs',
    },
  ],
};

import { integer, type Section, seconds } from '../model.js';

/** Both constructs write one range into RUSTFS_VOLUMES. */
const ONE_POOL = 'moves data between pools, and a server of this toolkit has one';
const TIERS = 'crates/ecstore/src/bucket/lifecycle/tier_sweeper.rs';

export const pools: Section = {
  title: 'Pools and tiers',
  source: 'crates/ecstore/src/core/pools.rs',
  variables: [
    {
      name: 'RUSTFS_DECOMMISSION_{BUCKET,ENTRY}_CONCURRENCY',
      not: ONE_POOL,
      only: '1.0.1',
      effect: 'Buckets and objects that leave a pool at the same time',
    },
    {
      name: 'RUSTFS_REBALANCE_MAX_ATTEMPTS',
      not: ONE_POOL,
      only: '1.0.1',
      default: '3',
      effect: 'Attempts to move an object to another pool',
      source: 'crates/ecstore/src/services/rebalance/worker.rs',
    },
    {
      name: 'RUSTFS_DATA_MOVEMENT_{BACKPRESSURE_ENABLE,FOREGROUND_READ_HIGH_PERCENT,FOREGROUND_WRITE_HIGH_PERCENT,RECHECK_MS}',
      not: ONE_POOL,
      only: '1.0.1',
      effect: 'Whether data movement waits while clients are served',
      source: 'crates/ecstore/src/data_movement/backpressure.rs',
    },
    {
      name: 'RUSTFS_DATA_MOVEMENT_PART_CHECKSUMS_{WRITE,FLEET_CONFIRMED}',
      not: ONE_POOL,
      only: '1.0.1',
      default: 'false',
      effect: 'Keeps checksums of parts when an object moves',
      source: 'crates/ecstore/src/data_movement/mod.rs',
    },
    {
      name: 'RUSTFS_POOL_META_{V2,V3}_{WRITE,FLEET_CONFIRMED}',
      not: 'format of what RustFS writes down about pools that are emptied, and a server of this toolkit has one that never is',
      only: '1.0.1',
      default: 'false',
      effect: 'Newer formats of the record of pools, which earlier versions do not read',
    },
    {
      name: 'RUSTFS_REMOTE_DELETE_MAX_CONCURRENCY',
      setting: 'storage.tierDeletions',
      value: integer(1),
      default: 'as many as CPUs, at most 16',
      effect: 'Objects that are deleted from remote tiers at the same time',
      source: TIERS,
    },
    {
      name: 'RUSTFS_REMOTE_DELETE_BREAKER_THRESHOLD',
      setting: 'storage.tierDeletionFailures',
      value: integer(1),
      default: '50',
      effect:
        'Deletions from remote tiers that cannot be signed, within tierDeletionWindowSeconds, after which no more are tried',
      source: TIERS,
    },
    {
      name: 'RUSTFS_REMOTE_DELETE_BREAKER_WINDOW_SECS',
      setting: 'storage.tierDeletionWindowSeconds',
      value: seconds(1),
      default: '30',
      effect: 'How long a failed signature counts',
      source: TIERS,
    },
  ],
};

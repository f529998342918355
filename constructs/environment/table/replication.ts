import { boolean, integer, milliseconds, type Section } from '../model.js';

const RESYNC = 'crates/ecstore/src/bucket/replication/replication_resyncer.rs';
const LISTS = 'rustfs/src/app/bucket_list_through.rs';

export const replication: Section = {
  title: 'Replication and migration',
  source: 'crates/ecstore/src/bucket/replication/replication_timing.rs',
  variables: [
    {
      name: 'RUSTFS_REPL_HEALTH_CHECK_INTERVAL_MS',
      setting: 'replication.healthCheckMilliseconds',
      value: milliseconds(10),
      only: '1.0.1',
      default: '5000',
      effect: 'How often targets are asked whether they are there',
    },
    {
      name: 'RUSTFS_REPL_MRF_FLUSH_INTERVAL_MS',
      setting: 'replication.saveMilliseconds',
      value: milliseconds(10),
      only: '1.0.1',
      default: '10000',
      effect: 'How often objects that wait for replication and found no worker are saved; 1000 of them are at once',
    },
    {
      name: 'RUSTFS_REPL_RESYNC_POLL_MAX_MS',
      setting: 'replication.resyncRetryMilliseconds',
      value: milliseconds(10),
      only: '1.0.1',
      default: '60000',
      effect: 'Longest pause before resyncs that could not be resumed at the start are tried again',
    },
    {
      name: 'RUSTFS_REPL_RESYNC_MAX_JOBS',
      setting: 'replication.resyncJobs',
      value: integer(1, 32),
      only: '1.0.1',
      default: '2',
      effect: 'Resyncs at the same time',
      source: RESYNC,
    },
    {
      name: 'RUSTFS_REPLICATION_STREAMING_CHECKSUMS',
      setting: 'replication.streamingChecksums',
      value: boolean,
      only: '1.0.1',
      default: 'false',
      effect: 'Sends checksums behind the object (aws-chunked), which a target has to decode',
      source: 'crates/ecstore/src/bucket/remote_s3_client.rs',
    },
    {
      name: 'RUSTFS_REPLICATION_REPLICA_ETAG_VERIFY',
      not: 'false would report replicas as complete whose bytes the target changed; take a target whose ETag is the MD5, or one that announces its encryption',
      only: '1.0.1',
      default: 'true',
      effect: 'Compares the ETag of a replica',
      source: RESYNC,
    },
    {
      name: 'RUSTFS_ON_DEMAND_MIGRATION_ENABLED',
      setting: 'migration.onDemand',
      value: boolean,
      only: '1.0.1',
      default: 'true',
      effect: 'Fetches objects that a bucket lacks from the source that an administrator set for it',
      source: 'rustfs/src/module_switches.rs',
    },
    {
      name: 'RUSTFS_ON_DEMAND_MIGRATION_LIST_V2_TOKENS',
      setting: 'migration.limitEmptyPages',
      value: boolean,
      only: '1.0.1',
      default: 'false',
      effect: 'Ends a list of bucket and source at the 16th page in a row without a key',
      source: LISTS,
    },
    {
      name: 'RUSTFS_ON_DEMAND_MIGRATION_LIST_FRAMED_TOKENS',
      setting: 'migration.framedListTokens',
      value: boolean,
      only: '1.0.1',
      default: 'true',
      effect: 'Marks the continuation tokens of such lists; false only while nodes answer that do not know the mark',
      source: LISTS,
    },
  ],
};

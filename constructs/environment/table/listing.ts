import { boolean, choice, integer, type Section, text } from '../model.js';

const containerPath = text(
  'an absolute path in the container outside of its drives, such as /tmp/listing',
  /^(?!\/(data|drives)(\/|$))(\/(?!\.)[\w.-]+)+$/,
);

export const metadataReads: Section = {
  title: 'Reads of metadata',
  source: 'crates/ecstore/src/set_disk/mod.rs',
  variables: [
    {
      name: 'RUSTFS_GET_METADATA_EARLY_STOP_ENABLE',
      setting: 'reads.metadataEarlyStop',
      value: boolean,
      only: '1.0.1',
      default: 'true',
      effect: 'Reads of the latest version wait for as many drives as have to agree, not for all',
    },
    {
      name: 'RUSTFS_GET_METADATA_VERSION_EARLY_STOP_ENABLE',
      setting: 'reads.metadataVersionEarlyStop',
      value: boolean,
      only: '1.0.1',
      default: 'false',
      effect: 'Reads of a version by its id wait for as many drives as have to agree, not for all',
    },
    {
      name: 'RUSTFS_GET_METADATA_DATA_READ_EARLY_STOP_ENABLE',
      setting: 'reads.metadataDataEarlyStop',
      value: boolean,
      only: '1.0.1',
      default: 'true',
      effect:
        'Reads of objects that are stored with their metadata do not wait for all drives; with false, no read of an object does that',
    },
    {
      name: 'RUSTFS_GET_METADATA_TWO_PHASE_READ_PLAN_ENABLE',
      setting: 'reads.metadataPlainEarlyStop',
      value: boolean,
      only: '1.0.1',
      default: 'false',
      effect:
        'Reads of objects in files of their own do not wait for all drives, if they are one part, neither encrypted nor compressed',
    },
    {
      name: 'RUSTFS_GET_METADATA_EARLY_STOP_BOUNDED_FANOUT',
      setting: 'reads.metadataBoundedFanout',
      value: boolean,
      only: '1.0.1',
      default: 'true',
      effect: 'Reads that do not wait for all drives ask no more of them at first than have to agree',
    },
    {
      name: 'RUSTFS_GET_METADATA_EARLY_STOP_ROLLOUT_PCT',
      not: 'nothing calls the code that reads it',
      only: '1.0.1',
      effect: 'Part of the reads that stop early',
    },
    {
      name: 'RUSTFS_GET_METADATA_SLOWTAIL_FAULT_{DELAY_MS,DISKS,BUCKET,OBJECT_PREFIX}',
      not: 'it makes drives slow for tests',
      only: '1.0.1',
      effect: 'Delays reads of metadata',
    },
    {
      name: 'RUSTFS_GET_OBJECT_METADATA_CACHE_MAX_ENTRIES',
      setting: 'reads.metadataCacheEntries',
      value: integer(1),
      only: '1.0.1',
      default: '4096',
      effect:
        'Objects of one erasure set whose metadata is kept in memory for 2 seconds; of buckets without versioning, and not in a cluster',
    },
    {
      name: 'RUSTFS_GET_METADATA_READ_VERSION_COALESCE',
      setting: 'reads.metadataCoalescing',
      value: choice('off', 'auto', 'on'),
      only: '1.0.1',
      default: 'off',
      effect:
        'Asks another node for metadata of several objects at once; auto asks one by one where it does not know such requests',
      clusterOnly: true,
      source: 'crates/ecstore/src/set_disk/core/io_primitives.rs',
    },
    {
      name: 'RUSTFS_GET_METADATA_READ_VERSION_COALESCE_DELAY_MICROS',
      setting: 'reads.metadataCoalescingDelayMicroseconds',
      value: integer(0, undefined, 'microseconds'),
      only: '1.0.1',
      default: '200',
      effect: 'How long a request waits for others before metadataCoalescing sends them',
      needs: 'reads.metadataCoalescing',
      clusterOnly: true,
      source: 'crates/ecstore/src/set_disk/core/io_primitives.rs',
    },
    {
      name: 'RUSTFS_BATCH_READ_VERSION_SERVER_PARALLELISM',
      setting: 'reads.metadataBatchParallelism',
      value: integer(1, 128),
      only: '1.0.1',
      default: '4',
      effect: 'Objects of one request of metadataCoalescing that a node reads at the same time',
      needs: 'reads.metadataCoalescing',
      clusterOnly: true,
      source: 'crates/ecstore/src/disk/mod.rs',
    },
    {
      name: 'RUSTFS_{METADATA_BATCH_READ,BATCH_METADATA_RPC}',
      not: 'without effect: requests are put together with RUSTFS_GET_METADATA_READ_VERSION_COALESCE alone, which goes before it: settings.reads.metadataCoalescing',
      only: '1.0.1',
      effect: 'Requests of metadata of several objects',
      source: 'crates/ecstore/src/cluster/rpc/remote_disk.rs',
    },
  ],
};

export const listing: Section = {
  title: 'Listing',
  source: 'crates/ecstore/src/store/list_objects.rs',
  variables: [
    {
      name: 'RUSTFS_LIST_OBJECTS_QUORUM',
      setting: 'listing.quorum',
      value: choice('disk', 'reduced', 'optimal', 'strict', 'auto'),
      only: '1.0.1',
      default: 'optimal',
      effect:
        'Drives of a set that a listing asks: 1, 2, half, all, or those that have seen the same number of changes. In a set of 4 all are asked',
    },
    {
      name: 'RUSTFS_LIST_OBJECTS_INDEX_MODE',
      setting: 'listing.indexMode',
      value: choice('index_key_only', 'index_verified_page', 'index_metadata_fast'),
      only: '1.0.1',
      default: 'unset: no index',
      effect:
        'Lists from an index: index_metadata_fast without a look at the objects, the others (which do the same) with one',
      needs: 'listing.indexProvider',
    },
    {
      name: 'RUSTFS_LIST_OBJECTS_INDEX_PROVIDER',
      setting: 'listing.indexProvider',
      value: choice('walker_key_only', 'persistent_key_only'),
      only: '1.0.1',
      default: 'unset: no index',
      effect: 'Where the names of an index come from: the drives, or a file',
      needs: 'listing.indexMode',
    },
    {
      name: 'RUSTFS_LIST_OBJECTS_INDEX_PROVIDER_PATH',
      setting: 'listing.indexFile',
      value: containerPath,
      only: '1.0.1',
      effect: 'File of persistent_key_only. It has one bucket at a time: a listing of another one writes it anew',
      needs: 'listing.indexProvider',
    },
    {
      name: 'RUSTFS_LIST_OBJECTS_INDEX_PROVIDER_GENERATION',
      setting: 'listing.indexGeneration',
      value: text('a name such as g1', /^[\w.-]+$/),
      only: '1.0.1',
      default: 'a time',
      effect: 'Name of the index; another one has it written anew',
      needs: 'listing.indexFile',
    },
    {
      name: 'RUSTFS_LIST_OBJECTS_NAMESPACE_JOURNAL_PATH',
      setting: 'listing.journalDirectory',
      value: containerPath,
      only: '1.0.1',
      default: 'on the drives',
      effect: 'Where the state of the index is kept: one file for each bucket',
      needs: 'listing.indexFile',
    },
    {
      name: 'RUSTFS_LIST_OBJECTS_METADATA_FAST_ENABLED',
      derived: '`settings.listing.indexMode`',
      only: '1.0.1',
      default: 'false',
      effect: 'Allows index_metadata_fast',
    },
    {
      name: 'RUSTFS_LIST_OBJECTS_METADATA_FAST_STALENESS_MS',
      derived: '`settings.listing.indexMode`',
      only: '1.0.1',
      effect: 'RustFS wants a number from 1 to 60000 for index_metadata_fast, and does nothing with it',
    },
    {
      name: 'RUSTFS_LIST_OBJECTS_NAMESPACE_JOURNAL_CHAOS_*',
      not: 'it breaks the state of the index for tests, and is not compiled into the image',
      only: '1.0.1',
      effect: 'Faults for tests',
    },
  ],
};

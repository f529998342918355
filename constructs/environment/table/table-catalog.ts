import { boolean, choice, type Section, seconds } from '../model.js';

export const tableCatalog: Section = {
  title: 'Table buckets (Iceberg)',
  source: 'rustfs/src/table_catalog/mod.rs',
  variables: [
    {
      name: 'RUSTFS_TABLE_CATALOG_BACKING',
      setting: 'tableCatalog.backing',
      value: choice('object', 'durable-strong'),
      only: '1.0.1',
      default: 'object',
      effect:
        'How the catalog is kept: as single objects, or as one snapshot. `durable-strong` needs a snapshot that its migration made, and serves no catalog without one',
    },
    {
      name: 'RUSTFS_TABLE_CATALOG_CREDENTIAL_VENDING',
      setting: 'tableCatalog.credentialVending',
      value: boolean,
      only: '1.0.1',
      default: 'false',
      effect: 'Gives users, but not access keys of theirs, temporary credentials for the files of one table',
      source: 'rustfs/src/admin/handlers/table_catalog/mod.rs',
    },
    {
      name: 'RUSTFS_TABLE_CATALOG_CREDENTIAL_TTL_SECONDS',
      setting: 'tableCatalog.credentialSeconds',
      value: seconds(60, 3600),
      only: '1.0.1',
      default: '900',
      effect: 'How long these credentials last',
      source: 'rustfs/src/admin/handlers/table_catalog/mod.rs',
    },
    {
      name: 'RUSTFS_TABLE_CATALOG_PUBLICATION_FENCE_FLEET_CONFIRMED',
      setting: 'tableCatalog.publicationFences',
      value: boolean,
      only: '1.0.1',
      default: 'false',
      effect:
        'Says that no node with an older version is left, so that a commit no longer guards each data file against them',
      source: 'rustfs/src/admin/handlers/table_catalog/mod.rs',
    },
    {
      name: 'RUSTFS_TABLE_CATALOG_STRONG_SNAPSHOT_V2',
      setting: 'tableCatalog.snapshotV2',
      value: boolean,
      only: '1.0.1',
      switches: 'RUSTFS_TABLE_CATALOG_STRONG_SNAPSHOT_V2_FLEET_CONFIRMED',
      default: 'false',
      effect: 'Writes snapshots of `durable-strong` in version 2, which older versions cannot read',
      source: 'rustfs/src/table_catalog/store/strong.rs',
    },
    {
      name: 'RUSTFS_TABLE_CATALOG_STRONG_SNAPSHOT_V2_FLEET_CONFIRMED',
      derived: '`settings.tableCatalog.snapshotV2`',
      only: '1.0.1',
      default: 'false',
      effect: 'Says that every node can read version 2; version 2 is written only with both',
      source: 'rustfs/src/table_catalog/store/strong.rs',
    },
  ],
};

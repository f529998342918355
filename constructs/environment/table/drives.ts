import { choice, type Section, seconds } from '../model.js';

export const drives: Section = {
  title: 'Drives',
  source: 'crates/config/src/constants/drive.rs',
  variables: [
    {
      name: 'RUSTFS_DRIVE_MAX_TIMEOUT_DURATION',
      setting: 'drives.timeoutSeconds',
      value: seconds(1),
      default: '30',
      effect: 'Longest operation on a drive before the drive counts as failed',
    },
    {
      name: 'RUSTFS_DRIVE_TIMEOUT_PROFILE',
      setting: 'drives.timeoutProfile',
      value: choice('default', 'high_latency'),
      default: 'default',
      effect: 'Timeouts for network disks',
    },
    {
      name: 'RUSTFS_DRIVE_{METADATA,DISK_INFO,LIST_DIR,WALKDIR,ACTIVE_CHECK}_TIMEOUT_SECS',
      not: 'single timeouts of drive operations: settings.drives.timeoutProfile raises them together',
      default: '5',
      effect: 'Timeout of one kind of drive operation',
    },
    {
      name: 'RUSTFS_DRIVE_*',
      not: 'tuning of drive monitoring, with no counterpart in a deployment of one host',
      effect: 'Thresholds and intervals of drive monitoring',
    },
    {
      name: 'RUSTFS_INTERNODE_*',
      not: 'connections between nodes; a single server has none',
      effect: 'Tuning of connections between nodes',
      source: 'crates/config/src/constants/internode.rs',
    },
  ],
};

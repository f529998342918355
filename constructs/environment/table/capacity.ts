import { boolean, integer, type Section, seconds } from '../model.js';

const ADMIN = {
  only: '1.0.0-beta.7',
  otherwise: 'reads it, and counts by settings.capacity.refreshSeconds alone',
} as const;

/** RustFS clamps intervals to it. */
const MONTH = 30 * 24 * 60 * 60;

export const capacity: Section = {
  title: 'Used capacity',
  source: 'crates/object-capacity/src/capacity_manager.rs, crates/config/src/constants/capacity.rs',
  variables: [
    {
      name: 'RUSTFS_CAPACITY_SCHEDULED_INTERVAL',
      setting: 'capacity.refreshSeconds',
      value: seconds(1, MONTH),
      default: '600',
      betaDefault: '120',
      effect:
        'Pause between two counts of what the drives hold, for metrics and on 1.0.0-beta.7 for admin info; 1.0.1 counts only drives that were written to since',
    },
    {
      name: 'RUSTFS_CAPACITY_FAST_UPDATE_THRESHOLD',
      setting: 'capacity.freshSeconds',
      value: seconds(0),
      ...ADMIN,
      default: '30',
      effect: 'Age up to which admin info answers a count without a new one',
    },
    {
      name: 'RUSTFS_CAPACITY_WRITE_FREQUENCY_THRESHOLD',
      setting: 'capacity.busyWritesPerMinute',
      value: integer(0),
      ...ADMIN,
      default: '5',
      effect: 'Writes in the last minute above which admin info waits for a new count',
    },
    {
      name: 'RUSTFS_CAPACITY_WRITE_TRIGGER_DELAY',
      setting: 'capacity.quietSeconds',
      value: seconds(0),
      ...ADMIN,
      default: '5',
      effect: 'Pause since the last write before admin info waits for a new count',
    },
    {
      name: 'RUSTFS_CAPACITY_MAX_FILES_THRESHOLD',
      setting: 'capacity.exactFiles',
      value: integer(1),
      default: '200000',
      effect: 'Files of one drive that are measured one by one; the others are estimated',
    },
    {
      name: 'RUSTFS_CAPACITY_SAMPLE_RATE',
      setting: 'capacity.sampleEvery',
      value: integer(1),
      default: '200',
      effect: 'Of so many of the other files one is measured',
    },
    {
      name: 'RUSTFS_CAPACITY_STAT_TIMEOUT',
      setting: 'capacity.timeoutSeconds',
      value: seconds(1),
      default: '3, or 60 with settings.drives.timeoutProfile high_latency',
      betaDefault: '3',
      effect: 'Longest count of one drive; what is missing then is estimated',
    },
    {
      name: 'RUSTFS_CAPACITY_ENABLE_DYNAMIC_TIMEOUT',
      setting: 'capacity.adaptiveTimeout',
      value: boolean,
      default: 'true',
      effect: 'Gives drives with more and larger files more time, within the two limits below',
    },
    {
      name: 'RUSTFS_CAPACITY_MIN_TIMEOUT',
      setting: 'capacity.minTimeoutSeconds',
      value: seconds(1),
      default: '2',
      effect: 'Least time for a drive, with settings.capacity.adaptiveTimeout',
    },
    {
      name: 'RUSTFS_CAPACITY_MAX_TIMEOUT',
      setting: 'capacity.maxTimeoutSeconds',
      value: seconds(1),
      default: '15, or 60 with settings.drives.timeoutProfile high_latency',
      betaDefault: '15',
      effect:
        'Most time for a drive, with settings.capacity.adaptiveTimeout. 1.0.1 gives up a drive after twice of it, at least 5 seconds, also without that',
    },
    {
      name: 'RUSTFS_CAPACITY_FOLLOW_SYMLINKS',
      setting: 'capacity.followSymlinks',
      value: boolean,
      default: 'false',
      effect: 'Counts what symbolic links on a drive lead to',
    },
    {
      name: 'RUSTFS_CAPACITY_METRICS_INTERVAL',
      setting: 'capacity.logSeconds',
      value: seconds(1, MONTH),
      default: '600',
      effect: 'Pause between two summaries in the log, at level info',
    },
    {
      name: 'RUSTFS_CAPACITY_MAX_SYMLINK_DEPTH',
      not: 'changes how many symbolic links a metric counts, and nothing else',
      only: '1.0.0-beta.7',
      effect: 'Depth of symbolic links',
      source: 'crates/object-capacity/src/scan.rs',
    },
    {
      name: 'RUSTFS_CAPACITY_STALL_TIMEOUT',
      not: 'RustFS checks for a stall only after progress, so that it never finds one',
      only: '1.0.0-beta.7',
      effect: 'Ends a count without progress',
      source: 'crates/object-capacity/src/scan.rs',
    },
  ],
};

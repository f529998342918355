import { type Section, seconds } from '../model.js';

export const locks: Section = {
  title: 'Locks',
  source: 'crates/lock/src/lib.rs',
  variables: [
    {
      name: 'RUSTFS_LOCK_ENABLED',
      not: 'without locks, writes and deletions of one object at the same time can mix',
      default: 'true',
      effect: 'Whether objects are locked while they change',
    },
    {
      name: 'RUSTFS_ENABLE_LOCKS',
      not: 'deprecated name of RUSTFS_LOCK_ENABLED',
      default: 'true',
      effect: 'Whether objects are locked while they change',
    },
    {
      name: 'RUSTFS_LOCK_ACQUIRE_TIMEOUT',
      setting: 'locks.scannerTimeoutSeconds',
      value: seconds(1),
      default: '5',
      effect:
        'How long the scanner waits for a lock of its own. Not those of objects, although RustFS logs it for them too',
      source: 'crates/scanner/src/scanner.rs',
    },
  ],
};

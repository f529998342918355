import type { RustFsSettings } from '../rustfs-settings.js';
import type { Size } from '../size.js';

const bytes = (size: Size | undefined, otherwise: number) => size?.toBytes() ?? otherwise;

function bufferProblems({ bufferProfile, bufferMin, bufferMax, bufferUnknownSize }: RustFsSettings['storage'] & {}) {
  if (bufferProfile !== 'custom')
    return Object.entries({ bufferMin, bufferMax, bufferUnknownSize }).flatMap(([name, size]) =>
      size === undefined
        ? []
        : [`settings.storage.${name} has no effect unless settings.storage.bufferProfile is custom`],
    );
  const unknown = bytes(bufferUnknownSize, 256 * 1024);
  return unknown >= bytes(bufferMin, 64 * 1024) && unknown <= bytes(bufferMax, 1024 ** 2)
    ? []
    : [
        `settings.storage.bufferUnknownSize (value: ${unknown} bytes): expected a Size from bufferMin to bufferMax, or RustFS takes its profile GeneralPurpose`,
      ];
}

function listingProblems({ indexMode, indexProvider, indexFile }: RustFsSettings['listing'] & {}) {
  const persistent = indexProvider === 'persistent_key_only';
  return [
    ...(persistent && indexFile === undefined
      ? ['settings.listing.indexProvider persistent_key_only has no effect without settings.listing.indexFile']
      : []),
    ...(indexFile !== undefined && indexProvider === 'walker_key_only'
      ? ['settings.listing.indexFile has no effect unless settings.listing.indexProvider is persistent_key_only']
      : []),
    ...(indexMode === 'index_metadata_fast' && !persistent
      ? [
          'settings.listing.indexMode index_metadata_fast has no effect unless settings.listing.indexProvider is persistent_key_only',
        ]
      : []),
  ];
}

function admissionProblems(writes: RustFsSettings['writes'] & {}): string[] {
  if (!writes.admission) return [];
  return [
    ...(writes.admissionLimit === undefined
      ? ['settings.writes.admission limits nothing without settings.writes.admissionLimit']
      : []),
    ...Object.entries(writes)
      .filter(([name, value]) => value !== undefined && /^(large|part)Admission/.test(name))
      .map(([name]) => `settings.writes.${name} has no effect beside settings.writes.admission`),
  ];
}

function uringProblems({ uring, uringReadBudget, uringReadBudgetPerDrive }: RustFsSettings['io'] & {}): string[] {
  const total = bytes(uringReadBudget, Infinity);
  const one = bytes(uringReadBudgetPerDrive, 0);
  return [
    ...(uringReadBudget && uringReadBudgetPerDrive && !uring
      ? ['settings.io.uringReadBudget has no effect without settings.io.uring']
      : []),
    ...(one > total
      ? [
          `settings.io.uringReadBudgetPerDrive (value: ${one} bytes): expected at most uringReadBudget, ${total} bytes, or RustFS does not use io_uring`,
        ]
      : []),
  ];
}

/** What does not fit among the settings of reads, writes, listing and I/O. */
export function ioProblems(settings: RustFsSettings): string[] {
  const { storage = {}, listing = {}, writes = {}, io = {} } = settings;
  return [...bufferProblems(storage), ...listingProblems(listing), ...admissionProblems(writes), ...uringProblems(io)];
}

/** What is allowed among them, but better known. */
export function ioWarnings({ listing = {}, io = {}, integrity = {} }: RustFsSettings): string[] {
  return [
    ...(listing.quorum === 'disk' || listing.quorum === 'reduced'
      ? [
          `settings.listing.quorum is ${listing.quorum}: a listing can miss a new object, or have a deleted one, while a drive lags behind`,
        ]
      : []),
    ...(listing.indexMode === 'index_metadata_fast'
      ? [
          'settings.listing.indexMode is index_metadata_fast: RustFS does not promise that what was just written is in the next listing',
        ]
      : []),
    ...(io.uring
      ? [
          "settings.io.uring: Docker's default seccomp profile forbids io_uring since Docker 25, and RustFS then reads as without it",
        ]
      : []),
    ...(io.uringResultBudget ? ['settings.io.uringResultBudget: a read beyond it fails, and so may the request'] : []),
    ...(integrity.shardCommitments || integrity.encryptionFrameV2
      ? [
          'settings.integrity: what is written with shardCommitments or encryptionFrameV2 cannot be counted on after a return to an earlier version',
        ]
      : []),
  ];
}

import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import type { Manifest } from '../../manifest/index.js';
import { BUILTIN_POLICIES, type RustFsVersion } from '../../policies/index.js';
import { createWire, type Rollback, rollBack, type Snapshot } from '../../provisioning/index.js';
import { readManifest } from '../connection.js';
import { EXIT } from '../exit-codes.js';
import { createProgress } from '../render/progress.js';
import { renderLeft } from '../render/rollback.js';
import { snapshotsOf } from '../snapshots.js';
import { countContents, type SnapshotCommandOptions } from './snapshot.js';

const isKnown = (version: string): version is RustFsVersion => Object.hasOwn(BUILTIN_POLICIES, version);

/** The targets that notifications name: RustFS takes no notification while it has no target. */
function notifiedTargets({ buckets }: Snapshot['contents']) {
  const named = Object.values(buckets).flatMap(({ notifications }) => [
    ...(notifications ?? '').matchAll(/>arn:rustfs:sqs:[^:<]*:([^:<]+):([^:<]+)</g),
  ]);
  return [
    ...new Map(named.map(([arn, id = '', type = '']) => [arn, { purpose: 'notify' as const, type, id }])).values(),
  ];
}

/** Restores into an emulator that lives for this alone. Nothing is written that its targets, which answer nowhere, would be sent. */
async function restoreIntoEmulator(
  { rootAccessKey, version, contents }: Snapshot,
  manifest: Manifest,
): Promise<Rollback> {
  const rustfsVersion = isKnown(version) ? version : manifest.server.rustfsVersion;
  const root = { accessKeyId: rootAccessKey, secretAccessKey: randomBytes(20).toString('hex') };
  const { startEmulator } = await import('../../emulator/index.js');
  const emulator = await startEmulator({
    accessKey: root.accessKeyId,
    secretKey: root.secretAccessKey,
    version: rustfsVersion,
    events: {
      notify: true,
      targets: notifiedTargets(contents).map((target) => ({ ...target, settings: {} })),
      allowOrigins: [],
    },
  });
  const wire = createWire({ endpoint: emulator.endpoint });
  try {
    const target = { ...manifest, server: { ...manifest.server, endpoint: emulator.endpoint, rustfsVersion } };
    return await rollBack({ manifest: target, wire, root }, contents);
  } finally {
    wire.close();
    await emulator.close();
  }
}

/** `snapshot drill`: 0 when a scratch emulator holds what the snapshot does after the restore, 1 when it does not. */
export async function snapshotDrillCommand(file: string, options: SnapshotCommandOptions): Promise<number> {
  const progress = createProgress(options.json === true);
  const manifest = readManifest(options.manifest);
  const snapshot = await snapshotsOf(manifest, options).read(file);
  progress.line(`${basename(file)}: ${countContents(snapshot.contents)}`);
  const { left, equal, digests } = await progress.step('restoring into a scratch emulator (not RustFS)', () =>
    restoreIntoEmulator(snapshot, manifest),
  );
  if (left.length > 0) progress.line(renderLeft(left));
  progress.line(
    equal
      ? `emulated: the restored configuration equals the snapshot, byte for byte (SHA-256 ${digests.snapshot.slice(0, 16)}…)`
      : 'emulated: the restored configuration differs from the snapshot; what the emulator does not model RustFS may still take',
  );
  progress.event({ type: 'drill', emulated: true, equal, left, digests });
  return equal && left.length === 0 ? EXIT.ok : EXIT.error;
}

import { type Contents, readServerContents, snapshotOf } from '../../provisioning/index.js';
import { type ConnectionOptions, connect, describeServer, readManifest } from '../connection.js';
import { EXIT, UsageError } from '../exit-codes.js';
import { createProgress } from '../render/progress.js';
import { snapshotsOf } from '../snapshots.js';

export interface SnapshotCommandOptions extends ConnectionOptions {
  readonly out?: string;
}

/** How much a snapshot holds, in words. */
export function countContents({ iam, buckets }: Contents): string {
  const count = (what: string, record: object) => `${Object.keys(record).length} ${what}`;
  return [
    count('policies', iam.policies),
    count('users', iam.users),
    count('groups', iam.groups),
    count('access keys', iam.accessKeys),
    count('bucket configurations', buckets),
  ].join(', ');
}

/** `snapshot list`: files, oldest first. */
async function listCommand(options: SnapshotCommandOptions): Promise<number> {
  const files = await snapshotsOf(readManifest(options.manifest), options).list();
  if (options.json) console.log(JSON.stringify({ snapshots: files }));
  else for (const file of files) console.log(file);
  return EXIT.ok;
}

/** `snapshot take`, `list` and `drill`. */
export async function snapshotCommands(
  what: 'take' | 'list' | 'drill',
  file: string | undefined,
  options: SnapshotCommandOptions,
): Promise<number> {
  if ((what === 'drill') !== (file !== undefined)) {
    throw new UsageError(
      what === 'drill'
        ? 'which snapshot? snapshot drill FILE; snapshot list shows them'
        : `snapshot ${what} takes no file, got ${file}`,
    );
  }
  if (what === 'list') return listCommand(options);
  if (file === undefined) return takeCommand(options);
  return (await import('./snapshot-drill.js')).snapshotDrillCommand(file, options);
}

/** `snapshot take`: IAM and bucket configuration into an encrypted file. */
async function takeCommand(options: SnapshotCommandOptions): Promise<number> {
  const progress = createProgress(options.json === true);
  const session = await connect(options, (reason) => progress.line(`waiting for RustFS: ${reason}`));
  try {
    progress.line(describeServer(session));
    const contents = await progress.step('reading IAM and bucket configuration', () => readServerContents(session));
    const file = await snapshotsOf(session.manifest, options).write(snapshotOf(session, contents, 'asked-for'));
    progress.line(`${file}: ${countContents(contents)}; no objects`);
    progress.event({ type: 'snapshot', file, requests: session.wire.requests() });
    return EXIT.ok;
  } finally {
    session.close();
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Manifest } from '../manifest/index.js';
import type { AdminClient } from './client/admin.js';
import { type BucketFiles, readBucketFiles, unpackBucketMetadata } from './client/bucket-metadata.js';
import { type BucketClient, type BucketRest, parseRest } from './client/buckets.js';
import type { EventTargetClient } from './client/event-targets.js';
import { type IamAssets, readIamExport, splitNames } from './client/iam-export.js';
import { readIamOneByOne } from './client/iam-one-by-one.js';
import type { KmsClient } from './client/kms.js';
import { forEachConcurrently } from './concurrency.js';
import { RustFsError } from './errors.js';
import type { Estate, ObservedUser } from './estate.js';
import { observeEvents } from './events/observe.js';
import type { ServerIdentity } from './gate.js';

const READS_AT_A_TIME = 128;

export interface ObserveOptions {
  readonly admin: AdminClient;
  readonly buckets: BucketClient;
  readonly kms: KmsClient;
  readonly server: ServerIdentity;
  readonly targets: EventTargetClient;
  /** Read event targets also if the manifest has nothing to do with events. @default false */
  readonly allTargets?: boolean;
}

/** One bucket as the server exports it. */
export interface ExportedBucket {
  readonly files: BucketFiles;
  /** Absent: not asked for. */
  readonly rest?: BucketRest;
}

/** What the server exports of itself, secrets included. */
export interface ServerExports {
  /** Archive of `export-iam`; absent if the server refused it. */
  readonly iam?: Buffer;
  readonly buckets: ReadonlyMap<string, ExportedBucket>;
}

/** What observing needs of the two clients. */
export type ExportOptions = Pick<ObserveOptions, 'admin' | 'buckets'>;

/** Every bucket, with CORS and public access block where `wantsRest`. */
export async function exportBuckets(
  { admin, buckets }: ExportOptions,
  wantsRest: (bucket: string) => boolean,
): Promise<ServerExports['buckets']> {
  const [names, archive] = await Promise.all([buckets.list(), admin.exportBucketMetadata()]);
  const unpacked = unpackBucketMetadata(archive);
  const exported = new Map<string, ExportedBucket>(names.map((name) => [name, { files: unpacked.get(name) ?? {} }]));
  await forEachConcurrently(names.filter(wantsRest), READS_AT_A_TIME, async (name) => {
    exported.set(name, { files: unpacked.get(name) ?? {}, rest: await buckets.readRest(name) });
  });
  return exported;
}

/** CORS and public access block are read where they are declared; undeclared, neither gives anybody access. */
function exportDeclared(
  manifest: Pick<Manifest, 'buckets'>,
  options: ExportOptions,
): Promise<ServerExports['buckets']> {
  const declared = manifest.buckets.filter(({ cors, publicAccessBlock }) => cors ?? publicAccessBlock);
  const names = new Set(declared.map(({ name }) => name));
  return exportBuckets(options, (name) => names.has(name));
}

/** Milliseconds before the export is asked for again. */
const EXPORT_PAUSES = [500, 1_500];

/** The export fails as a whole while a key is deleted or not known everywhere yet, so it is asked for again. */
export async function exportIam(admin: AdminClient): Promise<Buffer> {
  for (const pause of EXPORT_PAUSES) {
    try {
      return await admin.exportIam();
    } catch (error) {
      if (!(error instanceof RustFsError && error.status === 500)) throw error;
      await sleep(pause);
    }
  }
  return admin.exportIam();
}

interface ObservedIam extends IamAssets {
  readonly notes: readonly string[];
  readonly archive?: Buffer;
}

async function observeIam(admin: AdminClient): Promise<ObservedIam> {
  try {
    const archive = await exportIam(admin);
    return { ...readIamExport(archive), notes: [], archive };
  } catch (error) {
    const refused = error instanceof RustFsError && error.status >= 400;
    if (!refused) throw error;
    const note =
      `the server did not export its identities (${error.message}), so each was read on its own: ` +
      'access keys of OIDC users and of deleted users were not seen';
    return { ...(await readIamOneByOne(admin)), notes: [note] };
  }
}

/**
 * Users and memberships are read as the server applies them, the rest as it has stored it: RustFS 1.0.1 can lose track of
 * a write for some seconds, which apply has to see (see session.ts).
 */
async function observeIdentities({ admin }: ObserveOptions) {
  const [users, { archive, ...iam }] = await Promise.all([admin.listUsers(), observeIam(admin)]);
  return {
    archive,
    ...iam,
    users: new Map(
      Object.entries(users).map(([name, { status, policyName, memberOf }]): [string, ObservedUser] => [
        name,
        { enabled: status === 'enabled', policies: splitNames(policyName), groups: memberOf ?? [] },
      ]),
    ),
  };
}

/**
 * Reads the whole server: four calls, however many users, policies, groups, access keys and buckets there are, and two for
 * each bucket that declares CORS or a public access block, which the bulk export leaves out; where events are declared, three more
 * and one for each kind of target. A declared KMS takes two more.
 */
export async function observe(
  manifest: Pick<Manifest, 'buckets' | 'eventTargets' | 'kms'>,
  options: ObserveOptions,
): Promise<{ readonly estate: Estate; readonly exports: ServerExports }> {
  const withEvents =
    options.allTargets || manifest.eventTargets || manifest.buckets.some(({ notifications }) => notifications);
  const [exported, { archive, ...identities }, events, kms] = await Promise.all([
    exportDeclared(manifest, options),
    observeIdentities(options),
    withEvents ? observeEvents(manifest, options.targets) : undefined,
    manifest.kms && options.kms.state(),
  ]);
  const buckets = new Map(
    [...exported].map(([name, { files, rest }]) => [name, { ...readBucketFiles(files), ...(rest && parseRest(rest)) }]),
  );
  const notes = Object.values(events?.unreadable ?? {}).map(
    (why) => `the server does not show its event targets (${why})`,
  );
  return {
    estate: {
      ...{ ...options.server, ...identities, buckets },
      notes: [...identities.notes, ...notes],
      ...(events ? { events } : {}),
      ...(kms ? { kms } : {}),
    },
    exports: { buckets: exported, ...(archive ? { iam: archive } : {}) },
  };
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Manifest } from '../manifest/index.js';
import type { AdminClient } from './client/admin.js';
import { readBucketMetadata } from './client/bucket-metadata.js';
import type { BucketConfig } from './client/bucket-xml.js';
import type { BucketClient } from './client/buckets.js';
import { type IamAssets, readIamExport, splitNames } from './client/iam-export.js';
import { readIamOneByOne } from './client/iam-one-by-one.js';
import type { KmsClient } from './client/kms.js';
import { forEachConcurrently } from './concurrency.js';
import { RustFsError } from './errors.js';
import type { Estate, ObservedUser } from './estate.js';
import type { ServerIdentity } from './gate.js';

const READS_AT_A_TIME = 128;

export interface ObserveOptions {
  readonly admin: AdminClient;
  readonly buckets: BucketClient;
  readonly kms: KmsClient;
  readonly server: ServerIdentity;
}

/** CORS and public access block are read where they are declared; undeclared, neither gives anybody access. */
async function observeBuckets(
  manifest: Manifest,
  { admin, buckets }: ObserveOptions,
): Promise<ReadonlyMap<string, BucketConfig>> {
  const [names, archive] = await Promise.all([buckets.list(), admin.exportBucketMetadata()]);
  const exported = readBucketMetadata(archive);
  const observed = new Map(names.map((name) => [name, exported.get(name) ?? {}]));
  const declared = manifest.buckets.filter(
    ({ name, cors, publicAccessBlock }) => observed.has(name) && (cors ?? publicAccessBlock),
  );
  await forEachConcurrently(declared, READS_AT_A_TIME, async ({ name }) => {
    observed.set(name, { ...observed.get(name), ...(await buckets.readRest(name)) });
  });
  return observed;
}

/** Milliseconds before the export is asked for again. */
const EXPORT_PAUSES = [500, 1_500];

/** The export fails as a whole while a key is deleted or not known everywhere yet, so it is asked for again. */
async function exportIam(admin: AdminClient): Promise<IamAssets> {
  for (const pause of EXPORT_PAUSES) {
    try {
      return readIamExport(await admin.exportIam());
    } catch (error) {
      if (!(error instanceof RustFsError && error.status === 500)) throw error;
      await sleep(pause);
    }
  }
  return readIamExport(await admin.exportIam());
}

async function observeIam(admin: AdminClient): Promise<IamAssets & { readonly notes: readonly string[] }> {
  try {
    return { ...(await exportIam(admin)), notes: [] };
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
  const [users, iam] = await Promise.all([admin.listUsers(), observeIam(admin)]);
  return {
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
 * each bucket that declares CORS or a public access block, which the bulk export leaves out. A declared KMS takes two more.
 */
export async function observe(manifest: Manifest, options: ObserveOptions): Promise<Estate> {
  const [buckets, identities, kms] = await Promise.all([
    observeBuckets(manifest, options),
    observeIdentities(options),
    manifest.kms && options.kms.state(),
  ]);
  return { ...options.server, ...identities, buckets, ...(kms && { kms }) };
}

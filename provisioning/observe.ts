import type { Manifest } from '../manifest/index.js';
import type { PolicyDocument } from '../policies/index.js';
import type { AdminClient } from './client/admin.js';
import { readBucketMetadata } from './client/bucket-metadata.js';
import type { BucketConfig } from './client/bucket-xml.js';
import type { BucketClient } from './client/buckets.js';
import { forEachConcurrently } from './concurrency.js';
import type { Estate, ObservedAccessKey, ObservedGroup, ObservedUser } from './estate.js';
import type { ServerIdentity } from './gate.js';

const READS_AT_A_TIME = 128;
const split = (names: string | undefined) => (names ?? '').split(',').filter((name) => name !== '');

export interface ObserveOptions {
  readonly admin: AdminClient;
  readonly buckets: BucketClient;
  readonly server: ServerIdentity;
  /** Access key ids in the secret store; their details are read too. */
  readonly storedKeyIds: ReadonlySet<string>;
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

async function observeKeys(
  manifest: Manifest,
  { admin, storedKeyIds }: ObserveOptions,
): Promise<ReadonlyMap<string, ObservedAccessKey>> {
  const bulk = await admin.listAccessKeys();
  const managed = new Set(manifest.accessKeys.map(({ user, name }) => `${user}\0${name}`));
  const keys = Object.entries(bulk).flatMap(([parent, list]) =>
    list.map(
      (key): ObservedAccessKey => ({ accessKeyId: key.accessKey, parent, ...(key.name ? { name: key.name } : {}) }),
    ),
  );
  const observed = new Map(keys.map((key) => [key.accessKeyId, key]));
  const detailed = keys.filter(
    ({ accessKeyId, parent, name }) => storedKeyIds.has(accessKeyId) || managed.has(`${parent}\0${name}`),
  );
  // The bulk list leaves status and policy blank (reference: list-access-keys-bulk).
  await forEachConcurrently(detailed, READS_AT_A_TIME, async (key) => {
    const info = await admin.serviceAccount(key.accessKeyId);
    if (info === undefined) observed.delete(key.accessKeyId);
    else
      observed.set(key.accessKeyId, {
        ...key,
        parent: info.parentUser,
        enabled: info.accountStatus === 'on',
        ...(info.impliedPolicy || !info.policy ? {} : { embeddedPolicy: JSON.parse(info.policy) as PolicyDocument }),
      });
  });
  return observed;
}

async function observeUsers({ admin }: ObserveOptions): Promise<ReadonlyMap<string, ObservedUser>> {
  const users = await admin.listUsers();
  return new Map(
    Object.entries(users).map(([name, { status, policyName, memberOf }]) => [
      name,
      { enabled: status === 'enabled', policies: split(policyName), groups: memberOf ?? [] },
    ]),
  );
}

async function observeGroups(
  manifest: Manifest,
  users: ReadonlyMap<string, ObservedUser>,
  { admin }: ObserveOptions,
): Promise<ReadonlyMap<string, ObservedGroup>> {
  const [names, policies] = await Promise.all([admin.listGroups(), admin.groupPolicies()]);
  const groups = new Map(names.map((name): [string, ObservedGroup] => [name, { policies: policies.get(name) ?? [] }]));
  const relevant = new Set([
    ...manifest.groups.map(({ name }) => name),
    ...manifest.users.flatMap(({ name }) => users.get(name)?.groups ?? []),
  ]);
  await forEachConcurrently(
    names.filter((name) => relevant.has(name)),
    READS_AT_A_TIME,
    async (name) => {
      const info = await admin.group(name);
      groups.set(name, {
        policies: split(info.policy),
        enabled: info.status === 'enabled',
        members: info.members ?? [],
      });
    },
  );
  return groups;
}

/**
 * Reads the whole server: seven bulk calls, then two for each bucket that declares CORS or a public access block (which
 * the bulk export leaves out), one for each managed access key, and one for each group that is declared or gives rights to a managed user.
 */
export async function observe(manifest: Manifest, options: ObserveOptions): Promise<Estate> {
  const users = observeUsers(options);
  const [buckets, policies, accessKeys, observedUsers, groups] = await Promise.all([
    observeBuckets(manifest, options),
    options.admin.listPolicies(),
    observeKeys(manifest, options),
    users,
    users.then((known) => observeGroups(manifest, known, options)),
  ]);
  return {
    ...options.server,
    buckets,
    policies: new Map(Object.entries(policies)),
    users: observedUsers,
    groups,
    accessKeys,
  };
}

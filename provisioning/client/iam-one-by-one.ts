import type { PolicyDocument } from '../../policies/index.js';
import { forEachConcurrently } from '../concurrency.js';
import type { ObservedAccessKey, ObservedGroup } from '../estate.js';
import type { AdminClient } from './admin.js';
import { type IamAssets, splitNames } from './iam-export.js';

const READS_AT_A_TIME = 128;

async function readKeys(admin: AdminClient): Promise<Map<string, ObservedAccessKey>> {
  const keys = Object.values(await admin.listAccessKeys()).flat();
  const found = new Map<string, ObservedAccessKey>();
  // The bulk list leaves status and policy blank (reference: list-access-keys-bulk).
  await forEachConcurrently(keys, READS_AT_A_TIME, async ({ accessKey: accessKeyId, name }) => {
    const info = await admin.serviceAccount(accessKeyId);
    if (info === undefined) return;
    found.set(accessKeyId, {
      accessKeyId,
      parent: info.parentUser,
      enabled: info.accountStatus === 'on',
      ...(name ? { name } : {}),
      ...(info.impliedPolicy || !info.policy ? {} : { embeddedPolicy: JSON.parse(info.policy) as PolicyDocument }),
    });
  });
  return found;
}

async function readGroups(admin: AdminClient) {
  const groups = new Map<string, ObservedGroup>();
  await forEachConcurrently(await admin.listGroups(), READS_AT_A_TIME, async (name) => {
    const { status, members, policy } = await admin.group(name);
    groups.set(name, { enabled: status === 'enabled', members: members ?? [], policies: splitNames(policy) });
  });
  return groups;
}

/**
 * What `export-iam` gives, with a call for each access key and group: for a server that cannot export, because a single
 * damaged service account makes the whole export fail (source: RustFS 1.0.1, ExportIam), and for an identity that may not.
 * Access keys of identities that are no users of the server (OIDC) are not in the lists that this reads.
 */
export async function readIamOneByOne(admin: AdminClient): Promise<IamAssets> {
  const [policies, groups, accessKeys] = await Promise.all([admin.listPolicies(), readGroups(admin), readKeys(admin)]);
  return { policies: new Map(Object.entries(policies)), groups, accessKeys };
}

import { strToU8, zipSync } from 'fflate';
import type { EmulatorContext, EmulatorResponse } from '../context.js';
import { s3Error } from '../errors.js';
import { allPolicies } from '../iam/lookup.js';
import type { PolicyMapping } from '../iam/model.js';
import { exportedConfigs } from '../s3/bucket-config/exported.js';
import { requireAny } from './authorize.js';
import { type AdminHandler, typedQuery } from './call.js';
import { toSeconds } from './key-fields.js';
import { echoPolicy } from './policy-documents.js';

/** `GET export-iam`: all identities and rights, with secrets. */
export const exportIam: AdminHandler = (call) => {
  requireAny(call, 'admin:ExportIAM');
  const { iam, profile } = call.context;
  const files: Record<string, unknown> = {
    policies: mapped(allPolicies(iam, profile.version), (document) => echoPolicy(document, profile)),
    users: mapped(iam.users, ({ secretKey, enabled }) => ({ secretKey, status: enabled ? 'enabled' : 'disabled' })),
    groups: mapped(iam.groups, ({ enabled, members, updatedAt }) => ({
      version: 1,
      status: enabled ? 'enabled' : 'disabled',
      members,
      updatedAt,
    })),
    svcaccts: exportedAccounts(call.context),
    user_mappings: mapped(iam.userMappings, exportedMapping),
    group_mappings: mapped(iam.groupMappings, exportedMapping),
    stsuser_mappings: {},
  };
  const entries = Object.entries(files).map(
    ([name, content]) => [`iam-assets/${name}.json`, JSON.stringify(content)] as const,
  );
  return archive('iam-assets.zip', entries);
};

function exportedAccounts({ iam, profile }: EmulatorContext) {
  return mapped(iam.serviceAccounts, (account, accessKey) => {
    const policy = account.policy && echoPolicy(account.policy, profile);
    return {
      parent: account.parentUser,
      accessKey,
      secretKey: account.secretKey,
      groups: [],
      claims: {
        parent: account.parentUser,
        'sa-policy': policy ? 'embedded-policy' : 'inherited-policy',
        ...(policy && { sessionPolicy: Buffer.from(JSON.stringify(policy)).toString('base64url') }),
      },
      sessionPolicy: policy ?? null,
      status: account.enabled ? 'on' : 'off',
      name: account.name ?? '',
      description: account.description ?? '',
      ...(account.expiration !== undefined && { expiration: toSeconds(account.expiration) }),
    };
  });
}

function exportedMapping({ policies, updatedAt }: PolicyMapping) {
  return { version: 1, policy: policies, updatedAt };
}

/** `GET export-bucket-metadata`: configuration of one bucket or all, a directory per bucket. */
export const exportBucketMetadata: AdminHandler = (call) => {
  const { bucket: name } = typedQuery(call, { bucket: {} });
  requireAny(call, 'admin:ExportBucketMetadata');
  const all = [...call.context.buckets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const buckets = name === '' ? all : all.filter((bucket) => bucket.name === name);
  if (name !== '' && buckets.length === 0) {
    throw s3Error('InternalError', 'failed to load bucket: Volume not found');
  }
  const entries = buckets.flatMap((bucket) =>
    exportedConfigs(bucket).map(([file, content]) => [`${bucket.name}/${file}`, content] as const),
  );
  return archive('bucket-meta.zip', entries);
};

function archive(filename: string, entries: readonly (readonly [string, string])[]): EmulatorResponse {
  const body = zipSync(Object.fromEntries(entries.map(([path, content]) => [path, strToU8(content)])));
  return {
    status: 200,
    headers: { 'content-type': 'application/zip', 'content-disposition': `attachment; filename=${filename}` },
    body,
  };
}

function mapped<V>(map: ReadonlyMap<string, V>, convert: (value: V, key: string) => unknown): Record<string, unknown> {
  return Object.fromEntries([...map].map(([key, value]) => [key, convert(value, key)]));
}

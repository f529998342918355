import { strFromU8, unzipSync } from 'fflate';
import * as z from 'zod';
import type { PolicyDocument } from '../../policies/index.js';
import { RustFsError } from '../errors.js';
import type { ObservedAccessKey, ObservedGroup } from '../estate.js';

/** Names of attached policies, which RustFS keeps in one text. */
export function splitNames(names: string | undefined): readonly string[] {
  return (names ?? '').split(',').filter((name) => name !== '');
}

/** Policies, groups and access keys of the whole server. */
export interface IamAssets {
  readonly policies: ReadonlyMap<string, PolicyDocument>;
  readonly groups: ReadonlyMap<string, ObservedGroup>;
  /** By access key id. */
  readonly accessKeys: ReadonlyMap<string, ObservedAccessKey>;
}

const policy = z.looseObject({ Version: z.string(), Statement: z.array(z.looseObject({ Effect: z.string() })) });

/** Only what is needed: unknown fields, secrets among them, are dropped while parsing. */
const FILES = {
  policies: z.record(z.string(), policy),
  groups: z.record(z.string(), z.object({ status: z.string(), members: z.array(z.string()).nullish() })),
  group_mappings: z.record(z.string(), z.object({ policy: z.string() })),
  svcaccts: z.record(
    z.string(),
    z.object({
      parent: z.string(),
      status: z.string(),
      name: z.string().nullish(),
      sessionPolicy: policy.nullish(),
    }),
  ),
};

const unusable = (what: string) =>
  new RustFsError(`GET /rustfs/admin/v3/export-iam ${what}: is this RustFS, or a proxy before it?`, 200, '');

type Unpacked = Readonly<Record<string, Uint8Array>>;

/** Unpacks these files of the archive of `export-iam`. */
function unpack(archive: Buffer, names: readonly string[]): Unpacked {
  const wanted = new Set(names.map((name) => `iam-assets/${name}.json`));
  try {
    return unzipSync(archive, { filter: ({ name }) => wanted.has(name) });
  } catch {
    throw unusable('answered something that is no zip archive');
  }
}

/** The errors of the parsers are never passed on: they quote what they could not read, which may be a secret. */
function parseFile<T>(files: Unpacked, name: string, schema: z.ZodType<T>): T {
  const content = files[`iam-assets/${name}.json`];
  if (content === undefined) throw unusable(`answered an archive without iam-assets/${name}.json`);
  let json: unknown;
  try {
    json = JSON.parse(strFromU8(content));
  } catch {
    throw unusable(`answered an archive in which ${name}.json is not JSON`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0] ?? { path: [], message: '' };
  throw unusable(`answered an archive in which ${name}.json has an unknown form (${path.join('.')}: ${message})`);
}

/**
 * Reads the archive of `export-iam`: every policy, group and access key in one request. The archive also holds the secrets
 * of all users and access keys. They are neither kept nor compared; whether a secret is right, a probe tells.
 */
export function readIamExport(archive: Buffer): IamAssets {
  const files = unpack(archive, Object.keys(FILES));
  const policies = parseFile(files, 'policies', FILES.policies);
  const groups = parseFile(files, 'groups', FILES.groups);
  const mappings = parseFile(files, 'group_mappings', FILES.group_mappings);
  const accounts = parseFile(files, 'svcaccts', FILES.svcaccts);
  return {
    policies: new Map(Object.entries(policies) as [string, PolicyDocument][]),
    groups: new Map(
      Object.entries(groups).map(([name, { status, members }]) => [
        name,
        { enabled: status === 'enabled', members: members ?? [], policies: splitNames(mappings[name]?.policy) },
      ]),
    ),
    accessKeys: new Map(
      Object.entries(accounts).map(([accessKeyId, { parent, status, name, sessionPolicy }]) => [
        accessKeyId,
        {
          accessKeyId,
          parent,
          enabled: status === 'on',
          ...(name ? { name } : {}),
          ...(sessionPolicy ? { embeddedPolicy: sessionPolicy as PolicyDocument } : {}),
        },
      ]),
    ),
  };
}

const SECRET_FILES = {
  users: z.record(z.string(), z.object({ secretKey: z.string(), status: z.string() })),
  user_mappings: FILES.group_mappings,
  svcaccts: z.record(
    z.string(),
    z.object({
      secretKey: z.string(),
      description: z.string().nullish(),
      expiration: z.string().nullish(),
    }),
  ),
};

/** Users with their secrets, and what {@link readIamExport} leaves out of access keys. */
export interface IamSecrets {
  readonly users: ReadonlyMap<
    string,
    { readonly secretKey: string; readonly enabled: boolean; readonly policies: readonly string[] }
  >;
  /** By access key id. */
  readonly accessKeys: ReadonlyMap<
    string,
    { readonly secretKey: string; readonly description?: string; readonly expiration?: string }
  >;
}

/** Reads the secrets of the archive of `export-iam`: for snapshots alone, which are encrypted. */
export function readIamSecrets(archive: Buffer): IamSecrets {
  const files = unpack(archive, Object.keys(SECRET_FILES));
  const users = parseFile(files, 'users', SECRET_FILES.users);
  const mappings = parseFile(files, 'user_mappings', SECRET_FILES.user_mappings);
  const accounts = parseFile(files, 'svcaccts', SECRET_FILES.svcaccts);
  return {
    users: new Map(
      Object.entries(users).map(([name, { secretKey, status }]) => [
        name,
        { secretKey, enabled: status === 'enabled', policies: splitNames(mappings[name]?.policy) },
      ]),
    ),
    accessKeys: new Map(
      Object.entries(accounts).map(([accessKeyId, { secretKey, description, expiration }]) => [
        accessKeyId,
        { secretKey, ...(description ? { description } : {}), ...(expiration ? { expiration } : {}) },
      ]),
    ),
  };
}

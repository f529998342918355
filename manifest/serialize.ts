import { createHash } from 'node:crypto';
import * as z from 'zod';
import { BUILTIN_POLICIES, opensToEveryone, type ParseOptions, parsePolicy } from '../policies/index.js';
import { eventTargetProblems } from './event-targets.js';
import { KMS_LOCAL_ENTRY, kmsProblems, SSE_S3_ENTRY } from './kms.js';
import { oidcProblems } from './oidc.js';
import { MANIFEST_VERSION, type Manifest, manifestSchema, ROOT_ENTRY } from './schema.js';
import { sessionProblems } from './sessions.js';

/** A manifest that cannot be used; the message lists every problem. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

/** Lists whose order means nothing, by field name. */
const UNORDERED = new Set([
  'buckets',
  'policies',
  'users',
  'groups',
  'accessKeys',
  'components',
  'grants',
  'exceptions',
  'members',
  'shareWith',
  'ageRecipients',
  'notifications',
  'lifecycle',
  'providers',
  'claims',
  'sessions',
  'keys',
]);

function sortKey(item: unknown): string {
  if (typeof item === 'string') return item;
  const { name, id, value, user } = item as { name?: string; id?: string; value?: string; user?: string };
  return name ?? id ?? value ?? user ?? JSON.stringify(item);
}

function ordered(value: unknown, field = ''): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => ordered(item));
    return UNORDERED.has(field) ? items.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1)) : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, ordered(item, key)]),
  );
}

/** The manifest as text: equal manifests give equal text, whatever the order in which things were declared. */
export function serializeManifest(manifest: Manifest): string {
  return `${JSON.stringify(ordered(manifest), null, 2)}\n`;
}

/** SHA-256 of a manifest's text, in hexadecimal. */
export function manifestHash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function* duplicates(kind: string, names: readonly string[]): Generator<string> {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) yield `${kind} ${name} is declared twice; names have to be unique`;
    seen.add(name);
  }
}

/** Names that no access key may have. */
const SERVER_ENTRIES = [ROOT_ENTRY, SSE_S3_ENTRY, KMS_LOCAL_ENTRY];

/** References to things that the manifest does not declare. */
function referenceProblems(manifest: Manifest): string[] {
  const names = (list: readonly { readonly name: string }[]) => new Set(list.map(({ name }) => name));
  const users = names(manifest.users);
  const builtin = Object.keys(BUILTIN_POLICIES[manifest.server.rustfsVersion]);
  const policies = new Set([...names(manifest.policies), ...builtin]);
  const buckets = names(manifest.buckets);
  const keys = names(manifest.accessKeys);
  const components = names(manifest.components);
  const missing = (owner: string, kind: string, wanted: readonly string[], known: ReadonlySet<string>) =>
    wanted
      .filter((name) => !known.has(name))
      .map((name) => `${owner} refers to ${kind} ${name}, which the manifest does not declare`);
  return [
    ...(['buckets', 'policies', 'users', 'groups', 'accessKeys', 'components'] as const).flatMap((kind) => [
      ...duplicates(
        kind,
        manifest[kind].map(({ name }) => name),
      ),
    ]),
    ...manifest.users.flatMap((user) => missing(`user ${user.name}`, 'policy', user.policies, policies)),
    ...manifest.groups.flatMap((group) => [
      ...missing(`group ${group.name}`, 'policy', group.policies, policies),
      ...missing(`group ${group.name}`, 'user', group.members, users),
    ]),
    ...manifest.accessKeys
      .filter(({ name }) => SERVER_ENTRIES.includes(name))
      .map(
        ({ name }) => `access key ${name}: the secret store keeps a secret of the server by that name; choose another`,
      ),
    ...manifest.accessKeys.flatMap((key) => missing(`access key ${key.name}`, 'user', [key.user], users)),
    ...manifest.components.flatMap((component) => [
      ...missing(`component ${component.name}`, 'user', [component.user], users),
      ...missing(`component ${component.name}`, 'policy', [component.policy], policies),
      ...missing(`component ${component.name}`, 'access key', [component.accessKey], keys),
      ...missing(`component ${component.name}`, 'bucket', component.buckets, buckets),
      ...missing(`component ${component.name}`, 'component', component.shareWith ?? [], components),
    ]),
  ];
}

/** Settings of one bucket that contradict each other. */
function bucketProblems({ buckets }: Manifest): string[] {
  return buckets.flatMap(({ name, policy, publicAccessBlock }) =>
    policy && publicAccessBlock?.blockPublicPolicy && opensToEveryone(policy)
      ? [
          `bucket ${name}: its policy allows everybody, which its publicAccessBlock.blockPublicPolicy forbids; drop one of them`,
        ]
      : [],
  );
}

/** Policies that RustFS would refuse, or would take for something else. */
function policyProblems({ server, policies, buckets, accessKeys }: Manifest): string[] {
  const check = (owner: string, document: unknown, options: ParseOptions) => {
    const parsed = parsePolicy(document, { ...options, version: server.rustfsVersion });
    return parsed.ok ? [] : parsed.problems.map(({ message }) => `${owner}: ${message}`);
  };
  return [
    ...policies.flatMap(({ name, document }) => check(`policy ${name}`, document, { kind: 'iam' })),
    ...accessKeys.flatMap(({ name, policy }) =>
      policy ? check(`policy of access key ${name}`, policy, { kind: 'iam' }) : [],
    ),
    ...buckets.flatMap(({ name, policy }) =>
      policy ? check(`policy of bucket ${name}`, policy, { kind: 'bucket', bucket: name }) : [],
    ),
  ];
}

/**
 * Reads a manifest's text.
 *
 * @param source shown in messages, such as the file name
 * @throws {ManifestError} with every problem: no JSON, another version, a wrong field, a dangling reference, an invalid policy
 */
export function parseManifest(text: string, source = 'manifest'): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ManifestError(`${source} is not JSON (${(cause as Error).message}): write it again with cdktf synth`, {
      cause,
    });
  }
  const version = (json as { version?: unknown } | null)?.version;
  if (version !== MANIFEST_VERSION) {
    throw new ManifestError(
      `${source} has version ${JSON.stringify(version) ?? 'none'}, but this cdktf-rustfs reads version ${MANIFEST_VERSION}: ` +
        'synthesize and apply with the same version of cdktf-rustfs',
    );
  }
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) throw new ManifestError(`${source} is not a valid manifest:\n${z.prettifyError(parsed.error)}`);
  const problems = [
    ...referenceProblems(parsed.data),
    ...policyProblems(parsed.data),
    ...bucketProblems(parsed.data),
    ...oidcProblems(parsed.data),
    ...sessionProblems(parsed.data),
    ...eventTargetProblems(parsed.data),
    ...kmsProblems(parsed.data),
  ];
  if (problems.length > 0)
    throw new ManifestError(
      `${source} is not a valid manifest:\n${problems.map((problem) => `✖ ${problem}`).join('\n')}`,
    );
  return parsed.data;
}

/** The JSON Schema of the manifest, for editors and other tools. */
export function manifestJsonSchema(): object {
  return z.toJSONSchema(manifestSchema);
}

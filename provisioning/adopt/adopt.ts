import type { Manifest } from '../../manifest/index.js';
import { withRest } from '../drift/rest.js';
import type { Estate, ObservedAccessKey } from '../estate.js';
import type { Unmanaged } from '../plan/model.js';
import { readStore, type StoreContents } from '../secrets/read-store.js';
import type { Session } from '../session.js';
import { type BucketSource, bucketProblem, bucketSource } from './buckets.js';
import { exceptionsFor } from './exceptions.js';
import { accessKeySource, groupSource, policySource, type References, userSource } from './identities.js';
import { CONSTRUCTS, type ConstructKind, type Declaration, type LeftOut, printModule, TAKEN } from './module.js';
import { type Printable, variableNames } from './source.js';

export interface Adoption {
  /** A TypeScript module that declares what is unmanaged. */
  readonly source: string;
  /** What the module declares. */
  readonly adopted: readonly Unmanaged[];
  /** What it does not declare, and why. */
  readonly leftOut: readonly LeftOut[];
  /** Names of the declared access keys in the secret store, by access key id. */
  readonly entries: ReadonlyMap<string, string>;
}

const KEY_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/;

/**
 * A name for the secret store: that of the entry that has the key already, the key's own, or its id where that is taken or
 * cannot be one.
 */
function keyNames(manifest: Manifest, store: StoreContents): (key: ObservedAccessKey) => string {
  const used = new Set([...manifest.accessKeys.map(({ name }) => name), ...store.keys()]);
  const entries = new Map([...store].map(([name, { current }]) => [current.accessKeyId, name]));
  return ({ name = '', accessKeyId }) => {
    const entry = entries.get(accessKeyId);
    if (entry !== undefined) return entry;
    const free = [name, accessKeyId].find((candidate) => KEY_NAME.test(candidate) && !used.has(candidate));
    let chosen = free ?? 'key-1';
    for (let count = 2; used.has(chosen); count++) chosen = `key-${count}`;
    used.add(chosen);
    return chosen;
  };
}

const keyComment = (id: string, entry: string) =>
  `Only the holder of access key ${id} has its secret: put it into the secret store as ${entry} before you apply (docs/drift.md).`;

const lastPart = (name: string) => name.slice(name.lastIndexOf('/') + 1);
const firstPart = (name: string) => name.slice(0, name.lastIndexOf('/'));

type Found = {
  readonly props: Declaration['props'];
  readonly name?: string;
  readonly comment?: string;
  readonly leftOut?: BucketSource['leftOut'];
};

/** Objects that nobody declared, and what is known of them. */
export interface Undeclared {
  readonly manifest: Manifest;
  readonly estate: Estate;
  readonly unmanaged: readonly Unmanaged[];
  readonly store: StoreContents;
  /** Keys below it are left out. @default - unknown */
  readonly rootAccessKeyId?: string;
  /** Access key ids whose secrets will be put into the store. @default - none but those in the store */
  readonly secretsAtHand?: ReadonlySet<string>;
  /** What could not even be read, and why. @default - nothing */
  readonly notUnderstood?: readonly LeftOut[];
  /** Where they were found, such as `on RustFS 1.0.1 at http://127.0.0.1:9000`. */
  readonly origin: string;
}

/**
 * Writes the constructs that declare what the manifest does not: pasted into a stack, they synthesize to a manifest that
 * changes nothing on the server. Reads only. Secrets are never part of it.
 */
export async function adopt(session: Session): Promise<Adoption> {
  const { manifest, root, server, wire } = session;
  const { estate: read, plan } = await session.plan();
  const bucketNames = new Set(plan.unmanaged.filter(({ kind }) => kind === 'bucket').map(({ name }) => name));
  return declareUnmanaged({
    manifest,
    estate: await withRest(session, read, (_, name) => bucketNames.has(name)),
    unmanaged: plan.unmanaged,
    store: await readStore(session.store),
    rootAccessKeyId: root.accessKeyId,
    origin: `on ${server.emulated ? 'the cdktf-rustfs emulator behaving like ' : ''}RustFS ${server.version} at ${wire.endpoint}`,
  });
}

/** The constructs for objects that nobody declared, wherever they were found. */
export function declareUnmanaged({
  manifest,
  estate,
  unmanaged,
  store,
  rootAccessKeyId,
  secretsAtHand = new Set(),
  notUnderstood = [],
  origin,
}: Undeclared): Adoption {
  const variables = new Map<string, string>();
  const references: References = { manifest, estate, variables };
  const variableFor = variableNames(TAKEN);
  const keyName = keyNames(manifest, store);
  const entries = new Map<string, string>();

  function sourceOf(kind: ConstructKind, name: string): Found | { readonly problem: string } {
    switch (kind) {
      case 'policy':
        return policySource(name, references);
      case 'user':
        return userSource(name, references);
      case 'group':
        return groupSource(name, references);
      case 'access-key': {
        const key = estate.accessKeys.get(lastPart(name));
        if (!key) return { problem: 'it is not on the server any more' };
        const source = accessKeySource(key, rootAccessKeyId, references);
        if ('problem' in source) return source;
        const entry = keyName(key);
        entries.set(key.accessKeyId, entry);
        const hasSecret = store.has(entry) || secretsAtHand.has(key.accessKeyId);
        const comment = hasSecret ? {} : { comment: keyComment(key.accessKeyId, entry) };
        return { ...source, name: entry, ...comment };
      }
      case 'bucket': {
        const config = estate.buckets.get(name) ?? {};
        const problem = bucketProblem(name, config, manifest.server.rustfsVersion);
        return problem === undefined ? bucketSource(config) : { problem };
      }
    }
  }

  const adopted: Unmanaged[] = [];
  const leftOut: LeftOut[] = [...notUnderstood];
  const declarations: Declaration[] = [];
  for (const kind of Object.keys(CONSTRUCTS) as ConstructKind[]) {
    for (const object of unmanaged.filter((candidate) => candidate.kind === kind)) {
      const found = sourceOf(kind, object.name);
      if ('problem' in found) {
        leftOut.push({ ...object, reason: found.problem });
        continue;
      }
      const { props, name = object.name, comment } = found;
      const variable = variableFor(name, kind);
      variables.set(`${kind} ${object.name}`, variable);
      adopted.push(object);
      declarations.push({ kind, name, props, variable, ...(comment ? { comment } : {}) });
      for (const { setting, reason } of found.leftOut ?? [])
        leftOut.push({ kind: 'bucket-config', name: `${name}/${setting}`, reason });
    }
  }

  const settings = [];
  for (const object of unmanaged.filter(({ kind }) => kind === 'bucket-config')) {
    const [bucket, setting] = [firstPart(object.name), lastPart(object.name)];
    const { props, leftOut: unknown } = bucketSource({ [setting]: estate.buckets.get(bucket)?.[setting as never] });
    const reason = unknown[0]?.reason;
    if (reason === undefined) {
      settings.push({ bucket, props });
      adopted.push(object);
    } else leftOut.push({ ...object, reason });
  }

  const exceptions = exceptionsFor(manifest, estate, adopted);
  const source = printModule({
    origin,
    declarations: declarations.map((declaration) => {
      const needed = declaration.kind === 'user' ? exceptions.get(declaration.name) : undefined;
      return needed
        ? { ...declaration, props: { ...declaration.props, exceptions: needed as unknown as Printable } }
        : declaration;
    }),
    exceptions: new Map([...exceptions].filter(([name]) => manifest.users.some((user) => user.name === name))),
    declaredUsers: manifest.users.map(({ name }) => name).sort(),
    settings,
    leftOut,
  });
  return { source, adopted, leftOut, entries };
}

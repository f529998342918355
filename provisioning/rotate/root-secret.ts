import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Manifest, ROOT_ENTRY } from '../../manifest/index.js';
import { ProvisioningError } from '../errors.js';
import { removeFile, writeFileAtomic } from '../secrets/atomic-file.js';
import { generateKeyPair } from '../secrets/generate-key.js';
import {
  type SecretStore,
  SecretStoreError,
  type StoreConnection,
  type StoredKey,
  UNKNOWN_CREATION,
} from '../secrets/secret-store.js';
import type { Session } from '../session.js';
import { createWire, type WireOptions } from '../wire.js';
import { isAccepted } from './server-key.js';

/** The file that the server takes the new secret from, beside the one that it has now. */
const nextFileOf = (secretKeyFile: string) => `${secretKeyFile}.next`;

function fileOf({ server }: Manifest): string | undefined {
  return server.secretKeyFile === undefined ? undefined : resolve(server.secretKeyFile);
}

async function locked<T>(store: SecretStore, work: () => Promise<T>): Promise<T> {
  if (store.lock === undefined) {
    throw new SecretStoreError(
      `${store.description} are read only, so the root secret can't be rotated there: name a directory or a SOPS file as the secret store`,
    );
  }
  const release = await store.lock();
  try {
    return await work();
  } finally {
    await release();
  }
}

export interface PreparedRootSecret {
  /** False if an earlier run had prepared it: the server may have it already, so it stays the same. */
  readonly created: boolean;
  /** File with the new secret; absent if the manifest names no file with the current one. */
  readonly nextFile?: string;
}

/**
 * First half of a rotation of the root secret: makes the new one, in the secret store and in a file. Neither the server nor
 * the secret in use is touched, because RustFS takes root credentials only at start. The root access key stays, so nothing
 * that belongs to it changes its owner.
 *
 * @throws {SecretStoreError} if the store is read only or in use, or has other root credentials than the server
 */
export function prepareRootSecret(session: Session): Promise<PreparedRootSecret> {
  const { manifest, store, root, wire } = session;
  return locked(store, async () => {
    const known = await store.read(ROOT_ENTRY);
    const current: StoredKey = known?.current ?? {
      accessKeyId: root.accessKeyId,
      secretAccessKey: root.secretAccessKey,
      createdAt: UNKNOWN_CREATION,
      state: 'active',
    };
    if (current.accessKeyId !== root.accessKeyId || current.secretAccessKey !== root.secretAccessKey) {
      throw new SecretStoreError(
        `${store.description} holds other root credentials (${ROOT_ENTRY}) than the server takes: correct or delete that entry`,
      );
    }
    const { secretAccessKey } = generateKeyPair();
    const next = known?.next ?? {
      accessKeyId: current.accessKeyId,
      secretAccessKey,
      createdAt: new Date().toISOString(),
      state: 'pending' as const,
    };
    await store.write(ROOT_ENTRY, { current, next }, wire.connection);
    const file = fileOf(manifest);
    const created = known?.next === undefined;
    if (file === undefined || !existsSync(file)) return { created };
    await writeFileAtomic(nextFileOf(file), `${next.secretAccessKey}\n`, 0o600);
    return { created, nextFile: nextFileOf(file) };
  });
}

export interface FinishRootOptions extends Pick<WireOptions, 'onRequest' | 'trust'> {
  readonly manifest: Manifest;
  readonly store: SecretStore;
  readonly endpoint: string;
}

/**
 * Second half, after the restart: once the server takes the new secret, and no sooner, the store and the file say so too.
 *
 * @returns false if no rotation was prepared
 * @throws {ProvisioningError} if the server still takes the old secret, or neither; nothing is changed then
 */
export function finishRootSecret({ manifest, store, ...options }: FinishRootOptions): Promise<boolean> {
  return locked(store, async () => {
    const entry = await store.read(ROOT_ENTRY);
    if (entry?.next === undefined) return false;
    const wire = createWire({ ...options, region: manifest.server.region });
    try {
      if (!(await isAccepted(wire, entry.next))) {
        const old = await isAccepted(wire, entry.current);
        throw new ProvisioningError(
          old
            ? `the server still takes the old root secret: restart it with the new one, then run rotate --root --finish again; nothing was changed`
            : `the server takes neither the old nor the new root secret of ${store.description}: find out which one it was started with; nothing was changed`,
        );
      }
    } finally {
      wire.close();
    }
    await publish(manifest, store, entry.next, wire.connection);
    return true;
  });
}

/** The file first: a run that is killed in between finds the rotation in the store unfinished, and does it again. */
async function publish(manifest: Manifest, store: SecretStore, next: StoredKey, connection: StoreConnection) {
  const file = fileOf(manifest);
  if (file !== undefined && existsSync(file)) await writeFileAtomic(file, `${next.secretAccessKey}\n`, 0o600);
  await store.write(ROOT_ENTRY, { current: { ...next, state: 'active' } }, connection);
  if (file !== undefined) await removeFile(nextFileOf(file));
}

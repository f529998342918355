import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { SecretStoreError, type StoredKey } from '../../../provisioning/secrets/secret-store.js';

export const CONNECTION = { endpoint: 'http://127.0.0.1:9000', region: 'us-east-1' };

/** Recognisable: no message may ever show one of these. */
export const CANARY = 'CANARYSECRET0123456789';

export function key(id: string, state: StoredKey['state'], secretAccessKey = `${CANARY}${id}`): StoredKey {
  return { accessKeyId: `AKIA${id}`, secretAccessKey, createdAt: '2026-01-14T10:00:00.000Z', state };
}

export function temporaryDirectory(): string {
  const dir = mkdtempSync(join(tmpdir(), 'cdktf-rustfs-secrets-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export function fixture(name: string): string {
  return fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
}

/** A copy of `<name>.txt` in a temporary directory. */
export function copyOfFixture(name: string): string {
  const file = join(temporaryDirectory(), name);
  copyFileSync(fixture(`${name}.txt`), file);
  return file;
}

/** Message of the error that is expected; fails if there is none, if it is no SecretStoreError, or shows a secret. */
export async function refusal(action: Promise<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof action === 'function' ? action() : action);
  } catch (error) {
    if (!(error instanceof SecretStoreError)) throw error;
    if (`${error.message}${error.stack}`.includes(CANARY)) throw new Error('the message shows a secret');
    return error.message;
  }
  throw new Error('expected a SecretStoreError');
}

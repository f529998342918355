import { mkdir, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { errorCode, readIfPresent, removeFile, removeLeftovers, writeFileAtomic } from '../secrets/atomic-file.js';
import { SecretStoreError } from '../secrets/secret-store.js';
import { addIdentity, age, encryptForRecipients } from '../secrets/sops/data-key.js';
import { storeLock } from '../secrets/store-lock.js';
import { contentsSchema } from './contents.js';
import type { SnapshotKeys } from './keys.js';

const REASONS = ['before-apply', 'before-rollback', 'asked-for'] as const;

const snapshotSchema = z.strictObject({
  format: z.literal(1),
  /** ISO 8601, UTC. */
  createdAt: z.string(),
  reason: z.enum(REASONS),
  stack: z.string(),
  endpoint: z.string(),
  /** Version that the server said. */
  version: z.string(),
  emulated: z.boolean(),
  /** Access key of root: parent of its own access keys. */
  rootAccessKey: z.string(),
  contents: contentsSchema,
});

/** What a server held at one moment. */
export type Snapshot = z.infer<typeof snapshotSchema>;

export interface SnapshotStore {
  readonly directory: string;
  /** Encrypts, writes, and drops the oldest of the same reason beyond `keep`. Returns the file. */
  write(snapshot: Snapshot, keep?: number): Promise<string>;
  /** Files, oldest first. */
  list(): Promise<readonly string[]>;
  read(file: string): Promise<Snapshot>;
}

/** `2026-11-25T03-07-18.123Z_before-apply.age`: sorts by age, and is a file name everywhere. */
const NAME = new RegExp(`^\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\d\\.\\d{3}Z_(${REASONS.join('|')})\\.age$`);
const nameOf = ({ createdAt, reason }: Snapshot) => `${createdAt.replaceAll(':', '-')}_${reason}.age`;

async function open(text: string, file: string, keys: SnapshotKeys): Promise<string> {
  const identities = await keys.identities();
  const { armor, Decrypter } = await age();
  const decrypter = new Decrypter();
  for (const key of identities.keys) addIdentity(decrypter, key, identities.source);
  let encrypted: Uint8Array;
  try {
    encrypted = armor.decode(text);
  } catch {
    throw new SecretStoreError(`${file} is no age file: expected a snapshot of cdktf-rustfs, or it is damaged`);
  }
  try {
    return await decrypter.decrypt(encrypted, 'text');
  } catch {
    throw new SecretStoreError(
      `${file} can't be decrypted with the age identity in ${identities.source}: it was encrypted for another one, or it is damaged`,
    );
  }
}

function parse(text: string, file: string): Snapshot {
  // Errors of the parsers are not passed on: they quote what they could not read.
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const parsed = snapshotSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.slice(0, 2).join('.') || 'its root';
  throw new SecretStoreError(
    `${file} is no snapshot of this version of cdktf-rustfs (${where} is unknown or missing): use the version that made it`,
  );
}

export function snapshotStore(directory: string, keys: SnapshotKeys): SnapshotStore {
  const guard = storeLock(join(directory, '.lock'), `snapshot directory ${directory}`);

  async function list(): Promise<string[]> {
    try {
      return (await readdir(directory))
        .filter((name) => NAME.test(name))
        .sort()
        .map((name) => join(directory, name));
    } catch (error) {
      const code = errorCode(error);
      if (code === 'ENOENT') return [];
      throw new SecretStoreError(`cannot read directory ${directory}: ${code ?? 'unknown error'}`);
    }
  }

  return {
    directory,
    list,
    async write(snapshot, keep) {
      await mkdir(directory, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
        throw new SecretStoreError(`cannot create directory ${directory}: ${errorCode(error) ?? 'unknown error'}`);
      });
      const file = join(directory, nameOf(snapshot));
      await guard.exclusive(async () => {
        await removeLeftovers(directory, (name) => NAME.test(name));
        await writeFileAtomic(
          file,
          await encryptForRecipients(JSON.stringify(snapshot), await keys.recipients()),
          0o600,
        );
        if (keep === undefined) return;
        const kin = (await list()).filter((other) => NAME.exec(basename(other))?.[1] === snapshot.reason);
        for (const old of kin.slice(0, -keep)) await removeFile(old);
      });
      return file;
    },
    async read(file) {
      const text = await readIfPresent(file);
      if (text === undefined) {
        const known = (await list()).map((one) => basename(one));
        const there = known.length > 0 ? `${directory} holds ${known.join(', ')}` : `${directory} holds none`;
        throw new SecretStoreError(`snapshot ${file} does not exist; ${there}`);
      }
      return parse(await open(text, file, keys), file);
    },
  };
}

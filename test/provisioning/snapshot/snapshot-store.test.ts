import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SecretStoreError, type Snapshot, snapshotKeys, snapshotStore } from '../../../provisioning/index.js';
import { sopsSecretStore } from '../../../provisioning/secrets/sops-store.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cdktf-rustfs-snapshots-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const snapshotAt = (second: number, reason: Snapshot['reason'] = 'before-apply'): Snapshot => ({
  format: 1,
  createdAt: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString(),
  reason,
  stack: 'test',
  endpoint: 'http://127.0.0.1:9000',
  version: '1.0.1',
  emulated: false,
  rootAccessKey: 'root',
  contents: {
    iam: {
      policies: {},
      users: { alice: { secretKey: 'canary-secret', enabled: true, policies: [] } },
      groups: {},
      accessKeys: {},
    },
    buckets: { data: { tags: null, quotaBytes: '7' } },
  },
});
const plainStore = () =>
  snapshotStore(join(directory, 'snapshots'), snapshotKeys({ type: 'directory', directory }, directory, {}));

describe('files', () => {
  test('come back as they were, hold no secret in clear, and the oldest of the same reason go', async () => {
    const store = plainStore();
    await store.write(snapshotAt(0, 'asked-for'));
    for (const second of [1, 2, 3]) await store.write(snapshotAt(second), 2);
    const files = await store.list();
    expect(files.map((file) => basename(file))).toEqual([
      '2026-01-01T00-00-00.000Z_asked-for.age',
      '2026-01-01T00-00-02.000Z_before-apply.age',
      '2026-01-01T00-00-03.000Z_before-apply.age',
    ]);
    const [first = ''] = files;
    expect(readFileSync(first, 'utf8')).toMatch(/^-----BEGIN AGE ENCRYPTED FILE-----\n/);
    expect(readFileSync(first, 'utf8')).not.toContain('canary');
    expect(await store.read(first)).toEqual(snapshotAt(0, 'asked-for'));
  });

  test.each<
    readonly [
      title: string,
      spoil: (file: string, key: string) => string,
      message: (file: string, key: string) => string,
    ]
  >([
    [
      'not there',
      () => 'nowhere.age',
      (file) => `snapshot nowhere.age does not exist; ${join(directory, 'snapshots')} holds ${basename(file)}`,
    ],
    [
      'no snapshot',
      (file) => {
        writeFileSync(file, 'hello');
        return file;
      },
      (file) => `${file} is no age file: expected a snapshot of cdktf-rustfs, or it is damaged`,
    ],
    [
      'cut off',
      (file) => {
        const text = readFileSync(file, 'utf8').split('\n');
        writeFileSync(file, [...text.slice(0, 4), ...text.slice(-2)].join('\n'));
        return file;
      },
      (file, key) =>
        `${file} can't be decrypted with the age identity in ${key}: it was encrypted for another one, or it is damaged`,
    ],
    [
      'closed by a key that others may read',
      (file, key) => {
        chmodSync(key, 0o644);
        return file;
      },
      (_, key) =>
        `permissions of ${key} are 0644, so others may read this secret: run chmod 600 ${key}, and replace the key if somebody could have seen it`,
    ],
    [
      'closed by a key that is gone',
      (file, key) => {
        rmSync(key);
        return file;
      },
      (_, key) =>
        `${key} is gone: bring it back from where the secrets are backed up, as no other key opens these snapshots`,
    ],
  ])('%s', async (_, spoil, message) => {
    const store = plainStore();
    const file = await store.write(snapshotAt(0));
    const key = join(directory, 'snapshot-key.txt');
    await expect(store.read(spoil(file, key))).rejects.toThrow(new SecretStoreError(message(file, key)));
  });
});

test('beside a SOPS file, its recipients open the snapshots, and nobody else', async () => {
  const [mine, other] = [await generateX25519Identity(), await generateX25519Identity()];
  const file = join(directory, 'cluster.yaml');
  const environment = { SOPS_AGE_KEY: mine, HOME: directory };
  const secrets = sopsSecretStore({ file, ageRecipients: [await identityToRecipient(mine)], environment });
  const current = {
    accessKeyId: 'AKIA0000000000000000',
    secretAccessKey: 'x'.repeat(40),
    createdAt: new Date().toISOString(),
    state: 'active',
  } as const;
  await secrets.write('web', { current }, { endpoint: 'http://127.0.0.1:9000', region: 'us-east-1' });
  const keysOf = (SOPS_AGE_KEY: string) =>
    snapshotKeys({ type: 'sops', file }, directory, { SOPS_AGE_KEY, HOME: directory });
  const written = await snapshotStore(directory, keysOf(mine)).write(snapshotAt(0));
  expect(await snapshotStore(directory, keysOf(mine)).read(written)).toEqual(snapshotAt(0));
  await expect(snapshotStore(directory, keysOf(other)).read(written)).rejects.toThrow(
    `${written} can't be decrypted with the age identity in SOPS_AGE_KEY: it was encrypted for another one, or it is damaged`,
  );
});

test('without recipients nothing is written', async () => {
  const keys = snapshotKeys({ type: 'sops', file: join(directory, 'none.yaml') }, directory, {});
  await expect(snapshotStore(directory, keys).write(snapshotAt(0))).rejects.toThrow(
    "no age recipient for the snapshot: name at least one, age1…, in the manifest's secretStore or in SOPS_AGE_RECIPIENTS",
  );
});

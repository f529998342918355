import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../fixture.js';
import { createPatient, type Patient, said } from './support.js';

let patient: Patient;
beforeAll(async () => {
  patient = await createPatient();
});
afterAll(() => patient.close());

describe('credentials', () => {
  test('the defaults are accepted', async () => {
    const open = await createPatient({ accessKey: 'rustfsadmin', secretKey: 'rustfsadmin' });
    try {
      expect(said(await open.examine())).toEqual([
        'error default credentials: the server accepts the default credentials rustfsadmin: everybody who reaches it is root (GET / signed with rustfsadmin: HTTP 200) → make root credentials with "cdktf-rustfs root-credentials", give them to the server by RUSTFS_ACCESS_KEY_FILE and RUSTFS_SECRET_KEY_FILE, and restart it',
      ]);
    } finally {
      await open.close();
    }
  });

  test.each([
    [
      { ...ROOT, secretAccessKey: 'not-the-secret' },
      'error root credentials: the root secret is wrong, or something between here and the server changes requests (signed GET /: HTTP 403 SignatureDoesNotMatch) → check RUSTFS_SECRET_KEY (or RUSTFS_SECRET_KEY_FILE); if it is right, run doctor again with --direct URL, which asks the server without the proxy too',
    ],
    [
      { ...ROOT, accessKeyId: 'nobody' },
      'error root credentials: the server does not know the root access key (signed GET /: HTTP 403 InvalidAccessKeyId) → check RUSTFS_ACCESS_KEY (or RUSTFS_ACCESS_KEY_FILE) here and in the container: they must be the same',
    ],
  ])('wrong ones %#', async (root, finding) => {
    expect(said(await patient.examine({ findRoot: async () => root }))).toEqual([finding]);
  });

  test('an access key of an application in the place of root', async () => {
    const { current } = (await patient.store.read('web')) ?? {};
    if (current === undefined) throw new Error('the fixture has no key web');
    expect(said(await patient.examine({ findRoot: async () => current }))).toEqual([
      `error root credentials: the root credentials are those of an ordinary identity (GET /rustfs/admin/v3/is-admin: false for ${current.accessKeyId}) → use root's own credentials: RUSTFS_ACCESS_KEY and RUSTFS_SECRET_KEY of the server`,
    ]);
  });

  test('files that others may read, or that are not there', async () => {
    const open = join(patient.secrets, 'root-access-key');
    writeFileSync(open, 'x', { mode: 0o644 });
    chmodSync(open, 0o644);
    const found = await patient.examine({}, ({ server }) => {
      server.accessKeyFile = open;
      server.secretKeyFile = '/nowhere/secret-key';
    });
    expect(said(found)).toEqual([
      `error root credential files: others may read or write the root credential file ${open} (mode 0644) → chmod 600 ${open}, and rotate the root secret (cdktf-rustfs rotate --root) if somebody could have seen it`,
      'error root credential files: the root credential file /nowhere/secret-key cannot be read (ENOENT) → make both files with "cdktf-rustfs root-credentials --dir DIR --manifest FILE", which takes them from the secret store if it has them',
    ]);
  });
});

describe('what lies here', () => {
  const CONNECTION = { endpoint: 'http://127.0.0.1:9000', region: 'us-east-1' };

  test('a secret that others may read', async () => {
    const file = join(patient.secrets, 'web.env');
    chmodSync(file, 0o640);
    const report = await patient.examine();
    chmodSync(file, 0o600);
    expect(said(report)).toEqual([
      `error secret store: secret store ${patient.secrets} cannot be used (permissions of ${file} are 0640, so others may read this secret) → run chmod 600 ${file}, and replace the key if somebody could have seen it`,
    ]);
    expect(report.notChecked).toContainEqual({ check: 'interrupted runs', why: 'the secret store cannot be read' });
  });

  test('a store without the secret of a declared key', async () => {
    const declare = (manifest: { accessKeys: { name: string; user: string }[] }) =>
      void manifest.accessKeys.push({ name: 'logs', user: 'web-svc' });
    expect(said(await patient.examine({}, declare))).toEqual([
      `warning secret store: secret store ${patient.secrets} has no secret for logs (2 entries: backup, web) → name the right secret store with --secrets, or run apply, which makes keys that do not exist`,
    ]);
  });

  test('keys of runs that were interrupted', async () => {
    const entry = await patient.store.read('web');
    if (entry === undefined) throw new Error('the fixture has no key web');
    const createdAt = '2026-01-02T03:04:05.000Z';
    const key = { accessKeyId: 'NEXTKEY0000000000000', secretAccessKey: 'x'.repeat(40), createdAt } as const;
    const write = (name: string, next: typeof entry) => patient.store.write(name, next, CONNECTION);
    await write('half', { current: { ...key, state: 'pending' } });
    await write('web', { ...entry, next: { ...key, state: 'pending' } });
    const turning = said(await patient.examine());
    await write('web', { ...entry, previous: { ...key, state: 'active' } });
    const turned = said(await patient.examine());
    await write('web', entry);
    await patient.store.remove('half');
    const unpublished = `warning interrupted runs: access key half was never published (pending since ${createdAt}) → run apply again: it creates the key with the id and secret that are there, and publishes it`;
    expect(turning).toEqual([
      unpublished,
      `warning interrupted runs: the rotation of web was interrupted (its next key is pending since ${createdAt}) → run rotate again: it goes on where it stopped`,
    ]);
    expect(turned).toEqual([
      unpublished,
      `warning interrupted runs: the old key of web still works (NEXTKEY0000000000000 of ${createdAt} beside the new one of ${entry.current.createdAt}) → run rotate --finish once every application has the new one`,
    ]);
  });

  test('a lock and a half-written file of a killed run', async () => {
    const lock = join(patient.secrets, '.lock');
    const half = join(patient.secrets, '.web.env.123-0123456789ab.tmp');
    const since = '2026-01-02T03:04:05.000Z';
    writeFileSync(lock, JSON.stringify({ id: '0123456789abcdef', pid: 7, host: 'elsewhere', since }));
    writeFileSync(half, '');
    const found = said(await patient.examine());
    for (const file of [lock, half]) rmSync(file);
    expect(found).toEqual([
      `warning locks: a lock was left behind: ${lock} (of process 7 on host elsewhere, since ${since}) → the next run takes over the lock of a dead process of this host; else delete ${lock} if no run is under way`,
      `warning locks: a half-written file was left behind: ${half} (a run was killed while it wrote) → the next write to the same file removes it; or delete it if no run is under way`,
    ]);
  });
});

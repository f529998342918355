import { afterEach, describe, expect, test } from 'vitest';
import { KMS_LOCAL_ENTRY, type Manifest } from '../../../manifest/index.js';
import { RUSTFS_VERSIONS } from '../../../policies/index.js';
import { renderPlan, verify } from '../../../provisioning/index.js';
import { createKmsWorld, type KmsWorld, openPort, withKms, withVault } from './fixture.js';

let world: KmsWorld;
afterEach(() => world?.close());

const proofOf = () => world.with((session) => verify(session));

describe.each(RUSTFS_VERSIONS)('a local KMS on RustFS %s', (version) => {
  test('is configured, started, gets its keys, and then encrypts', async () => {
    world = await createKmsWorld(version, { durable: false });
    const plan = await world.with(async (session) => (await session.plan()).plan);
    expect(renderPlan(plan).split('\n').slice(0, 8)).toEqual([
      '+ kms local (no KMS is configured)',
      '    + backend_type: local',
      '    + key_dir: /kms',
      '    + default_key_id: app',
      '+ kms-key app (not known before the KMS runs: it is made only if it does not exist)',
      '+ kms-key archive (not known before the KMS runs: it is made only if it does not exist)',
      '~ kms-probe cdktf-rustfs-kms-probe (an object is written encrypted and read back before buckets rely on it)',
      '+ bucket backup-dumps (it does not exist)',
    ]);
    await world.apply();
    expect(await world.planned()).toEqual([]);
    expect(await world.kms('GET', '/service-status')).toMatchObject({
      status: 'Running',
      healthy: true,
      config_summary: { default_key_id: 'app', backend_summary: { key_dir: '/kms', has_master_key: true } },
    });
    const put = await world.ask({ method: 'PUT', path: '/web-uploads/a', body: 'secret' });
    expect(put.headers['x-amz-server-side-encryption-aws-kms-key-id']).toBe('app');
    const { findings, encryption } = await proofOf();
    expect(findings).toEqual([]);
    expect(encryption).toEqual({ buckets: { proved: 2, total: 2 }, customerKeys: true });
    expect((await world.ask({ path: '/' })).body).not.toContain('cdktf-rustfs-kms-probe');
  });

  test('keeps its keys and its master key over a restart and another apply', async () => {
    world = await createKmsWorld(version);
    await world.apply();
    await world.ask({ method: 'PUT', path: '/web-uploads/a', body: 'secret' });
    const master = (await world.store.read(KMS_LOCAL_ENTRY))?.current;
    expect(master).toMatchObject({ accessKeyId: 'not-an-access-key', state: 'pending' });
    await world.restart();
    expect(await world.planned()).toEqual([]);
    const other = (manifest: Manifest) => {
      withKms(manifest);
      if (manifest.kms) manifest.kms.defaultKey = 'archive';
    };
    expect(await world.planned(other)).toEqual(['update kms local', 'update kms-probe cdktf-rustfs-kms-probe']);
    await world.apply(other);
    expect(await world.planned(other)).toEqual([]);
    expect((await world.ask({ path: '/web-uploads/a' })).body).toBe('secret');
    expect((await world.store.read(KMS_LOCAL_ENTRY))?.current).toEqual(master);
  });

  test('a key that exists is never made again, so what it encrypted stays readable', async () => {
    world = await createKmsWorld(version);
    await world.kms('POST', '/configure', { backend_type: 'Local', key_dir: '/kms', master_key: 'by-hand' });
    await world.kms('POST', '/start', {});
    await world.kms('POST', '/keys', { tags: { name: 'app' } });
    await world.ask({ method: 'PUT', path: '/by-hand' });
    const headers = { 'x-amz-server-side-encryption': 'aws:kms', 'x-amz-server-side-encryption-aws-kms-key-id': 'app' };
    await world.ask({ method: 'PUT', path: '/by-hand/a', body: 'secret', headers });
    // The KMS is down, so that plan cannot know its keys.
    await world.kms('POST', '/stop', {});
    if (version === '1.0.0-beta.7') await keepMasterKey('by-hand');
    await world.apply();
    expect((await world.ask({ path: '/by-hand/a' })).body).toBe('secret');
  });

  test('a scheduled deletion of a declared key is cancelled', async () => {
    world = await createKmsWorld(version);
    await world.apply();
    await world.kms('DELETE', '/keys/delete', { key_id: 'archive', pending_window_in_days: 7 });
    expect(await world.planned()).toEqual(['update kms-key archive', 'update kms-probe cdktf-rustfs-kms-probe']);
    await world.apply();
    expect(await world.kms('GET', '/keys/archive')).toMatchObject({ key_metadata: { key_state: 'Enabled' } });
  });

  test('a KMS that was stopped is started again', async () => {
    world = await createKmsWorld(version);
    await world.apply();
    await world.kms('POST', '/stop', {});
    const { plan } = await world.with((session) => session.plan());
    expect(plan.changes[0]).toMatchObject({ kind: 'kms', reason: 'it is configured, but does not run' });
    await world.apply();
    expect(await world.planned()).toEqual([]);
  });

  test('another key directory is refused, because the keys would stay behind', async () => {
    world = await createKmsWorld(version);
    await world.apply();
    const moved = (manifest: Manifest) => {
      withKms(manifest);
      if (manifest.kms) manifest.kms.backend = { type: 'local', keyDirectory: '/elsewhere' };
    };
    await expect(world.apply(moved)).rejects.toThrow(
      'nothing was changed, because the plan is blocked\n' +
        'kms local: the KMS keeps its keys elsewhere (key_dir is /kms, declared is /elsewhere); elsewhere it would not ' +
        'find them, and what they encrypt could not be read; declare the KMS as it is; to move, copy the objects to a ' +
        'server that has the new one',
    );
  });

  test('apply converges after it was cut off at any request, and leaves no probe behind', async () => {
    let seen = 0;
    let cutAt = Number.POSITIVE_INFINITY;
    let completed = false;
    for (let index = 4; !completed; index += 1) {
      world = await createKmsWorld(version, {
        durable: false,
        onRequest: () => (++seen >= cutAt ? { action: 'respond', status: 400, body: 'cut off' } : undefined),
      });
      [seen, cutAt] = [0, index];
      completed = await world.apply(keysOnly).then(
        () => true,
        () => false,
      );
      cutAt = Number.POSITIVE_INFINITY;
      await world.apply(keysOnly);
      expect([index, await world.planned(keysOnly)]).toEqual([index, []]);
      expect((await world.ask({ path: '/' })).body).not.toContain('kms-probe');
      if (!completed) await world.close();
    }
  }, 120_000);
});

/** The KMS and one encrypted bucket, so that few requests are left to cut off. */
function keysOnly(manifest: Manifest): void {
  withKms(manifest);
  manifest.buckets = manifest.buckets.filter(({ name }) => name === 'web-uploads');
}

async function keepMasterKey(secret: string): Promise<void> {
  const current = { accessKeyId: 'not-an-access-key', secretAccessKey: secret, state: 'pending' as const };
  const connection = { endpoint: 'http://127.0.0.1:9000', region: 'us-east-1' };
  await world.store.write(KMS_LOCAL_ENTRY, { current: { ...current, createdAt: '2026-01-01T00:00:00Z' } }, connection);
}

describe('a Vault that cannot be reached', () => {
  const advice =
    'see that Vault at http://127.0.0.1:1 can be reached from the server, that its transit engine is enabled at transit, ' +
    'and that the token may use it; then run apply again';

  test('on beta.7 configures and starts, and is found by its health', async () => {
    world = await createKmsWorld('1.0.0-beta.7');
    const vault = await withVault(world, 'http://127.0.0.1:1');
    await expect(world.apply(vault)).rejects.toThrow(`the KMS was started, but its backend does not answer: ${advice}`);
    expect(await world.planned(vault)).toContain('update kms vault-transit');
  });

  test('on 1.0.1 is refused with 200, and nothing is encrypted yet', async () => {
    world = await createKmsWorld('1.0.1');
    const vault = await withVault(world, 'http://127.0.0.1:1');
    await expect(world.apply(vault)).rejects.toThrow(
      'POST /rustfs/admin/v3/kms/start was answered with 200, but failed: Failed to start or restart KMS service: ' +
        'Backend error: Failed to create KMS backend: Backend error: Vault Transit health check failed: An error ' +
        'occurred with the request',
    );
    expect((await world.ask({ path: '/' })).body).not.toContain('web-uploads');
  });

  test('is taken up where it stopped once it answers', async () => {
    for (const version of RUSTFS_VERSIONS) {
      world = await createKmsWorld(version);
      await expect(world.apply(await withVault(world, 'http://127.0.0.1:1'))).rejects.toThrow('KMS');
      const port = await openPort();
      const vault = await withVault(world, port.address);
      await world.apply(vault);
      expect(await world.planned(vault)).toEqual([]);
      await port.close();
      const { plan } = await world.with((session) => session.plan(), vault);
      expect(plan.changes[0]).toMatchObject({ kind: 'kms', reason: 'it runs, but its backend does not answer' });
      await world.close();
    }
  });
});

describe('an encrypted write before the KMS', () => {
  async function encryptEarly(): Promise<void> {
    await world.ask({ method: 'PUT', path: '/early' });
    const headers = { 'x-amz-server-side-encryption': 'AES256' };
    await world.ask({ method: 'PUT', path: '/early/a', body: 'x', headers });
  }

  test('on beta.7 stops before buckets rely on the KMS, again without a restart, and goes on after one', async () => {
    world = await createKmsWorld('1.0.0-beta.7');
    await encryptEarly();
    const stopped =
      'an object that was encrypted with KMS key app cannot be read back (HTTP 500 Io error: failed to decrypt managed ' +
      'data key: Serialization error: expected value at line 1 column 1): something was encrypted before the KMS ran, ' +
      'and RustFS 1.0.0-beta.7 then keeps to its own key until it is restarted; restart RustFS, then run apply again, ' +
      'which continues here';
    for (let run = 1; run <= 2; run += 1) await expect(world.apply()).rejects.toThrow(stopped);
    expect((await world.ask({ path: '/' })).body).not.toMatch(/web-uploads|kms-probe/);
    await world.restart();
    await world.apply();
    expect(await world.planned()).toEqual([]);
    expect((await proofOf()).findings).toEqual([]);
  });

  test('on 1.0.1 with a master key is no problem, and stays readable', async () => {
    world = await createKmsWorld('1.0.1', { sseS3MasterKey: Buffer.alloc(32, 7).toString('base64') });
    await encryptEarly();
    await world.apply();
    expect((await world.ask({ path: '/early/a' })).body).toBe('x');
    expect((await proofOf()).findings).toEqual([]);
  });
});

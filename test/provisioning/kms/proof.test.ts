import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { Manifest } from '../../../manifest/index.js';
import { RUSTFS_VERSIONS } from '../../../policies/index.js';
import { kmsStatus, renewKmsCredential, rotateKmsKeys, verify } from '../../../provisioning/index.js';
import { proveEncryption } from '../../../provisioning/kms/prove.js';
import { createKmsWorld, type KmsWorld, openPort, withKms, withVault } from './fixture.js';

let world: KmsWorld;
afterEach(() => world?.close());

async function prove(restart?: 'before' | 'after') {
  const proof = await world.with((session) => verify(session, restart ? { restart } : {}));
  const messages = proof.findings.map(({ severity, message }) => `${severity}: ${message}`);
  return { messages, encryption: proof.encryption };
}

/** The server has been up for a whole second, so that its uptime tells when it was started. */
async function untilUp(): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const { body } = await world.ask({ path: '/rustfs/admin/v3/info' });
    if (Number(/"uptime":(\d+)/.exec(body)?.[1]) >= 1) return;
    if (Date.now() > deadline) throw new Error(`the server does not tell its uptime: ${body}`);
    await sleep(50);
  }
}

const bucketNames = async () => (await world.ask({ path: '/' })).body;

describe.each(RUSTFS_VERSIONS)('the proof of encryption on RustFS %s', (version) => {
  test('finds a bucket that does not encrypt as declared, a lost key, and a stopped KMS', async () => {
    world = await createKmsWorld(version, { durable: false });
    await world.apply();
    await world.ask({ method: 'DELETE', path: '/web-uploads', query: [['encryption', '']] });
    expect((await prove()).messages).toEqual([
      'security: an object written to web-uploads is reported as not encrypted, declared is aws:kms with app: run apply',
    ]);
    await world.apply();
    await world.kms('POST', '/stop', {});
    const stopped = (await prove()).messages;
    expect(stopped).toContainEqual(
      expect.stringMatching(/^access: root: no object could be written encrypted to web-uploads \((500|503) /),
    );
    expect(await bucketNames()).not.toContain('cdktf-rustfs');
  });

  test('is made again where another run took its objects or its bucket away', async () => {
    const taken = new Set<string>();
    let armed = false;
    world = await createKmsWorld(version, {
      durable: false,
      // The first answer about each place of probes.
      onRequest: ({ path, method }) => {
        const [, bucket = '', key] = path.split('/');
        if (!/^(web-uploads|backup-dumps|cdktf-rustfs-kms-probe)$/.test(bucket) || key === undefined) return undefined;
        const place = `${method} ${bucket}`;
        if (taken.has(place) || !armed || method === 'DELETE') return undefined;
        if (bucket !== 'cdktf-rustfs-kms-probe' && method === 'PUT') return undefined;
        taken.add(place);
        return { action: 'respond', status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' };
      },
    });
    await world.apply();
    armed = true;
    await world.with(async (session) => {
      const { findings, proof } = await proveEncryption(session);
      expect(findings).toEqual([]);
      expect(proof).toEqual({ buckets: { proved: 2, total: 2 }, customerKeys: true });
    });
    expect([...taken].sort()).toEqual([
      'GET backup-dumps',
      'GET cdktf-rustfs-kms-probe',
      'GET web-uploads',
      'HEAD backup-dumps',
      'HEAD web-uploads',
      'PUT cdktf-rustfs-kms-probe',
    ]);
    expect(await bucketNames()).not.toContain('cdktf-rustfs');
  });

  test('goes on when a bucket is missing, and when the server does not answer', async () => {
    let silent = false;
    world = await createKmsWorld(version, {
      durable: false,
      onRequest: ({ path, method }) =>
        silent && method === 'PUT' && path.startsWith('/cdktf-rustfs-kms-probe') ? { action: 'destroy' } : undefined,
    });
    await world.apply();
    await world.ask({ method: 'DELETE', path: '/backup-dumps' });
    silent = true;
    const { findings, notProbed } = await world.with((session) => verify(session));
    expect(notProbed).toContainEqual({ what: 'encryption in backup-dumps', reason: 'the bucket is not there' });
    expect(findings.map(({ severity, message }) => `${severity}: ${message}`)).toEqual([
      'access: bucket backup-dumps is declared, but not on the server: run apply',
      expect.stringMatching(/^error: root: a key of the client \(SSE-C\) could not be tried: PUT /),
    ]);
  });

  test('spans a restart, and tells when there was none', async () => {
    world = await createKmsWorld(version);
    await world.apply();
    expect((await prove('after')).messages).toEqual([
      'error: root: whether encrypted objects survive a restart cannot be told: there are no objects from before it; ' +
        'run verify --before-restart, and restart RustFS',
    ]);
    await untilUp();
    expect(await prove('before')).toEqual({
      messages: [],
      encryption: {
        buckets: { proved: 2, total: 2 },
        customerKeys: true,
        restart: { phase: 'before', objects: 2 },
      },
    });
    expect((await prove('after')).messages).toEqual([
      'error: root: whether encrypted objects survive a restart cannot be told: the server has not been restarted since ' +
        'verify --before-restart; restart it',
    ]);
    await world.restart();
    const { messages, encryption } = await prove('after');
    expect([messages, encryption?.restart]).toEqual([[], { phase: 'after', objects: 2 }]);
    expect(await bucketNames()).not.toContain('cdktf-rustfs');
  });
});

test('an object that does not survive a restart is found, because the SSE-S3 master key is another', async () => {
  const sseS3 = (manifest: Manifest) => {
    withKms(manifest);
    delete manifest.kms;
    for (const bucket of manifest.buckets) delete bucket.encryption;
    const [bucket] = manifest.buckets;
    if (bucket) bucket.encryption = { algorithm: 'AES256' };
  };
  const key = (byte: number) => Buffer.alloc(32, byte).toString('base64');
  world = await createKmsWorld('1.0.1', { sseS3MasterKey: key(1) });
  await world.apply(sseS3);
  await untilUp();
  await world.with((session) => verify(session, { restart: 'before' }), sseS3);
  await world.restart({ sseS3MasterKey: key(2) });
  const { findings } = await world.with((session) => verify(session, { restart: 'after' }), sseS3);
  expect(findings.map(({ message }) => message)).toEqual([
    'root: an object encrypted with sse-s3 does not read back after a restart (500 InternalError)',
  ]);
  expect(await bucketNames()).toContain('cdktf-rustfs-restart-proof');
});

describe.each(RUSTFS_VERSIONS)('rotation on RustFS %s', (version) => {
  const usesOf = async () => {
    const { keys } = await world.with(kmsStatus);
    const uses = keys.filter(({ declared }) => declared);
    return uses.map(({ key, isDefault, buckets }) => [key, isDefault, buckets.join(',')]);
  };

  test('makes a new key for new objects, keeps the old one, and is finished when it was cut off', async () => {
    let cut = false;
    world = await createKmsWorld(version, {
      onRequest: ({ method, path }) =>
        cut && method === 'POST' && path.endsWith('/kms/reconfigure')
          ? { action: 'respond', status: 400, body: 'cut off' }
          : undefined,
    });
    await world.apply();
    await world.ask({ method: 'PUT', path: '/web-uploads/old', body: 'old' });
    cut = true;
    await expect(world.with((session) => rotateKmsKeys(session, ['app']))).rejects.toThrow('cut off');
    cut = false;
    const finished = await world.with((session) => rotateKmsKeys(session, ['app']));
    expect(finished).toEqual([{ name: 'app', from: 'app', to: 'app-r2', resumed: true }]);
    expect(await usesOf()).toEqual([
      ['app', false, ''],
      ['app-r2', true, 'web-uploads'],
      ['archive', false, ''],
    ]);
    expect(await world.planned()).toEqual([]);
    const put = await world.ask({ method: 'PUT', path: '/web-uploads/new', body: 'new' });
    expect(put.headers['x-amz-server-side-encryption-aws-kms-key-id']).toBe('app-r2');
    expect((await world.ask({ path: '/web-uploads/old' })).body).toBe('old');
    expect((await prove()).messages).toEqual([]);
    await world.restart();
    expect(await world.planned()).toEqual([]);
    await world.kms('POST', '/stop', {});
    expect(await world.planned()).not.toContain('update bucket-config web-uploads/encryption');
  });
});

test('rotation refuses what it cannot do', async () => {
  world = await createKmsWorld('1.0.1', { durable: false });
  const rotate = (names: string[], change = withKms) => world.with((session) => rotateKmsKeys(session, names), change);
  await expect(rotate([])).rejects.toThrow('the KMS does not run, or does not answer: run apply first');
  await expect(rotate(['nope'])).rejects.toThrow('no KMS key nope is declared; declared are app, archive');
  await expect(rotate([], () => {})).rejects.toThrow('the manifest declares no KMS: there are no keys to rotate');
  await world.apply();
  await world.ask({ method: 'DELETE', path: '/web-assets' });
  await expect(rotate([])).rejects.toThrow(
    'something else is not as declared (bucket web-assets, bucket-config web-assets/versioning, bucket-config ' +
      'web-assets/quotaBytes): run apply first',
  );
  await expect(world.with(renewKmsCredential)).rejects.toThrow(
    'only a Vault has a credential that can be renewed: the manifest declares none',
  );
});

test('a bucket without a key of its own gets the default key, and follows its rotation', async () => {
  world = await createKmsWorld('1.0.1', { durable: false });
  const unnamed = (manifest: Manifest) => {
    withKms(manifest);
    const bucket = manifest.buckets.find(({ name }) => name === 'web-uploads');
    if (bucket) bucket.encryption = { algorithm: 'aws:kms' };
  };
  await world.apply(unnamed);
  expect(await world.planned(unnamed)).toEqual([]);
  await world.with((session) => rotateKmsKeys(session, []), unnamed);
  const shown = await world.ask({ path: '/web-uploads', query: [['encryption', '']] });
  expect(shown.body).toContain('<KMSMasterKeyID>app-r2</KMSMasterKeyID>');
});

test('the status names what is risky', async () => {
  world = await createKmsWorld('1.0.0-beta.7', { durable: false });
  await world.kms('POST', '/configure', { backend_type: 'Local', key_dir: '/kms' });
  await world.kms('POST', '/start', {});
  await world.apply();
  await world.kms('DELETE', '/keys/delete', { key_id: 'archive', pending_window_in_days: 7 });
  const { notes, sseS3 } = await world.with(kmsStatus);
  expect(sseS3).toEqual(['backup-dumps']);
  expect(notes).toEqual([
    'key archive will be deleted, and with it every object that it encrypts: apply cancels that for declared keys',
    'the local key files are not encrypted: whoever reads the key directory can decrypt every object',
  ]);
  await world.kms('POST', '/stop', {});
  expect((await world.with(kmsStatus)).notes[0]).toBe(
    'nothing can be written to or read encrypted from web-uploads before the KMS runs and is healthy',
  );
});

test('a new credential of a Vault reaches RustFS without another change', async () => {
  const port = await openPort();
  world = await createKmsWorld('1.0.1', { durable: false });
  const vault = await withVault(world, port.address);
  await world.apply(vault);
  await world.with(renewKmsCredential, vault);
  expect(await world.planned(vault)).toEqual([]);
  await port.close();
  await expect(world.with(renewKmsCredential, vault)).rejects.toThrow(
    'POST /rustfs/admin/v3/kms/reconfigure was answered with 200, but failed: Failed to reconfigure KMS: Backend error: ' +
      'Failed to reconfigure KMS: Backend error: Vault Transit health check failed: An error occurred with the request',
  );
});

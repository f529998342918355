import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulator/index.js';
import { RUSTFS_VERSIONS, type RustFsVersion } from '../../policies/index.js';
import { send, type WireRequest } from '../contract/client.js';

const ROOT = { accessKey: 'kmsroot', secretKey: 'kmsroot-secret' };
let emulator: Emulator;
afterEach(() => emulator?.close());

const start = async (version: RustFsVersion, options: Partial<EmulatorOptions> = {}) => {
  emulator = await startEmulator({ ...ROOT, version, ...options });
};

/** Status and what the body says. */
async function ask(method: string, path: string, request: Omit<WireRequest, 'method' | 'path'> = {}) {
  const { status, body } = await send(emulator.endpoint, { method, path, credentials: ROOT, ...request });
  return `${status} ${/<Message>([^<]*)/.exec(body)?.[1] ?? body}`.trim();
}

const kms = (path: string, body: object) => ask('POST', `/rustfs/admin/v3/kms${path}`, { body: JSON.stringify(body) });

const LOCAL = { backend_type: 'Local', key_dir: '/kms', master_key: 'm', default_key_id: 'app' };
const TRANSIT = {
  backend_type: 'VaultTransit',
  address: 'http://127.0.0.1:1',
  auth_method: { Token: { token: 't' } },
  allow_insecure_dev_defaults: true,
};

describe('as seen on a running RustFS 1.0.1', () => {
  test('a configuration that cannot be is refused', async () => {
    await start('1.0.1');
    expect(await kms('/configure', { backend_type: 'Local', key_dir: '/kms', extra: 1 })).toBe(
      '400 Invalid JSON: unknown field `extra`, expected one of `key_dir`, `master_key`, `file_permissions`, `default_key_id`, `timeout_seconds`, `retry_attempts`, `enable_cache`, `max_cached_keys`, `cache_ttl_seconds`, `allow_insecure_dev_defaults`',
    );
    expect(await kms('/configure', { ...TRANSIT, address: 'ftp' })).toBe(
      '200 {"success":false,"message":"Failed to configure KMS: Configuration error: Vault Transit address must use http or https scheme","status":"NotConfigured"}',
    );
    expect(await kms('/configure', { ...TRANSIT, auth_method: { Token: { token: '' } } })).toBe(
      '400 Vault token is required when no existing KMS credentials are available',
    );
  });

  test('a local KMS stays what it is', async () => {
    await start('1.0.1');
    await kms('/configure', LOCAL);
    await kms('/start', {});
    expect(await kms('/configure', { backend_type: 'Local', key_dir: '/kms' })).toBe(
      '200 {"success":false,"message":"Failed to configure KMS: Configuration error: Cannot configure KMS while it is running; use reconfigure instead","status":"Running"}',
    );
    for (const [body, answer] of [
      [LOCAL, '400 Changing the Local KMS master key is not supported'],
      [{ ...LOCAL, key_dir: '/other' }, '400 Changing the Local KMS key directory is not supported'],
      [TRANSIT, '400 Changing from the Local KMS backend is not supported'],
    ] as const) {
      expect(await kms('/reconfigure', body)).toBe(answer);
    }
  });

  test('a key that may not be used refuses writes, and reads go on', async () => {
    await start('1.0.1');
    await kms('/configure', LOCAL);
    await kms('/start', {});
    await kms('/keys', { tags: { name: 'app' } });
    await ask('PUT', '/data');
    const headers = { 'x-amz-server-side-encryption': 'aws:kms' };
    await ask('PUT', '/data/a', { body: 'x', headers });
    await kms('/keys/disable', { key_id: 'app' });
    const refused = (why: string) => `400 Invalid operation: Key app is ${why}: data key generation is not allowed`;
    expect(await ask('PUT', '/data/b', { body: 'x', headers })).toBe(refused('disabled'));
    await kms('/keys/enable', { key_id: 'app' });
    await ask('DELETE', '/rustfs/admin/v3/kms/keys/delete', { body: '{"key_id":"app","pending_window_in_days":7}' });
    expect(await ask('PUT', '/data/b', { body: 'x', headers })).toBe(refused('pending deletion'));
    expect(await ask('GET', '/data/a')).toBe('200 x');
  });

  test('SSE-S3 takes the master key while no KMS runs, and what it wrote stays readable', async () => {
    await start('1.0.1', { sseS3MasterKey: Buffer.alloc(32, 1).toString('base64') });
    await ask('PUT', '/data');
    const headers = { 'x-amz-server-side-encryption': 'AES256' };
    expect(await ask('PUT', '/data/a', { body: 'x', headers })).toBe('200');
    await kms('/configure', LOCAL);
    await kms('/start', {});
    expect(await ask('GET', '/data/a')).toBe('200 x');
    expect(await ask('PUT', '/data/b', { body: 'x', headers })).toBe('400 KMS key not found: app');
  });

  test('an unreachable Vault stops start and reconfigure, and what was configured stays', async () => {
    await start('1.0.1');
    await kms('/configure', TRANSIT);
    const why = 'Vault Transit health check failed: An error occurred with the request';
    expect(await kms('/start', {})).toContain(
      `"message":"Failed to start or restart KMS service: Backend error: Failed to create KMS backend: Backend error: ${why}"`,
    );
    expect(await ask('GET', '/rustfs/admin/v3/kms/service-status')).toMatch(/"Error":.*"healthy":null.*"address"/);
  });
});

describe.each(RUSTFS_VERSIONS)('a key of the client on %s', (version) => {
  test('opens what was written with it, and no other does', async () => {
    await start(version);
    const headersOf = (byte: number) => {
      const key = Buffer.alloc(32, byte);
      return {
        'x-amz-server-side-encryption-customer-algorithm': 'AES256',
        'x-amz-server-side-encryption-customer-key': key.toString('base64'),
        'x-amz-server-side-encryption-customer-key-md5': createHash('md5').update(key).digest('base64'),
      };
    };
    await ask('PUT', '/data');
    await ask('PUT', '/data/a', { body: 'x', headers: headersOf(1) });
    await ask('PUT', '/data/plain', { body: 'x' });
    expect(await ask('GET', '/data/a', { headers: headersOf(1) })).toBe('200 x');
    expect(await ask('GET', '/data/a', { headers: headersOf(2) })).toBe(
      '400 The provided encryption parameters did not match the ones used originally to encrypt the object.',
    );
    expect(await ask('GET', '/data/plain', { headers: headersOf(1) })).toBe(
      '400 The object was stored without SSE-C. The correct SSE-C parameters must not be provided.',
    );
    expect(await ask('PUT', '/data/copy', { headers: { 'x-amz-copy-source': '/data/a' } })).toMatch(/^400 /);
  });
});

import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { battery, KEYS } from './battery.js';
import { emulator, gateway, ROOT } from './fixture.js';

/** Clients sign for the address that they connect to, so the virtual host is that address. */
const settings = { s3: { virtual_hosts: ['127.0.0.1'], bucket_subdomains: false } };

async function bothWays(endpoint: string, root: typeof ROOT) {
  const { url } = await gateway(endpoint, settings);
  const bucket = () => `battery-${randomBytes(4).toString('hex')}`;
  const direct = await battery({ endpoint, bucket: bucket(), ...root });
  const through = await battery({ endpoint: url, bucket: bucket(), ...root });
  return { direct, through };
}

function expectWorkload(results: Readonly<Record<string, unknown>>): void {
  expect(Object.keys(results).length).toBeGreaterThan(5 * KEYS.length + 50);
  expect(results['get large']).toMatchObject({ Body: { length: 9 * 1024 * 1024 }, $metadata: { httpStatusCode: 200 } });
  expect(results['get multipart']).toMatchObject({ Body: { length: 10 * 1024 * 1024 + 1234 } });
  expect(results['range bytes=2-4']).toMatchObject({ ContentRange: 'bytes 2-4/11', ContentLength: 3 });
  expect(results['wrong secret']).toMatchObject({ error: 'SignatureDoesNotMatch', status: 403 });
  expect(results.anonymous).toMatchObject({ status: 403 });
}

test('every S3 operation gives the same directly and through the gateway', async () => {
  const upstream = await emulator();
  const { direct, through } = await bothWays(upstream.endpoint, ROOT);
  expectWorkload(direct);
  expect(through).toEqual(direct);
});

const { RUSTFS_ENDPOINT: live, RUSTFS_ACCESS_KEY: accessKey, RUSTFS_SECRET_KEY: secretKey } = process.env;

test.skipIf(!live || !accessKey || !secretKey)(
  'also with a running RustFS (RUSTFS_ENDPOINT, RUSTFS_ACCESS_KEY, RUSTFS_SECRET_KEY)',
  { timeout: 300_000 },
  async () => {
    const { direct, through } = await bothWays(live ?? '', { accessKey: accessKey ?? '', secretKey: secretKey ?? '' });
    expectWorkload(direct);
    expect(through).toEqual(direct);
  },
);

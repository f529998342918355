import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createApiKey } from '../../gateway/auth/api-key.js';
import { subscriber } from '../../gateway/limits/rate-limiter.js';
import { tokenBuckets } from '../../gateway/limits/token-buckets.js';
import { bearerSettings, emulator, gateway, OWN_HOST, raw, request, S3_HOST, scratch, until } from './fixture.js';
import { answering, rawUpstream } from './raw-upstream.js';

describe('a token bucket', () => {
  test('gives its burst, then its rate', () => {
    let now = 0;
    const buckets = tokenBuckets(10, () => now);
    const rate = { perSecond: 2, burst: 3 };
    expect([1, 2, 3, 4].map(() => buckets.take('a', rate))).toEqual([0, 0, 0, 500]);
    now = 499;
    expect(buckets.take('a', rate)).toBeGreaterThan(0);
    now = 1000;
    expect([1, 2].map(() => buckets.take('a', rate))).toEqual([0, 0]);
    now = 1_000_000;
    expect([1, 2, 3, 4].map(() => buckets.take('a', rate))).toEqual([0, 0, 0, 500]);
  });

  test('is one for each key, and the number of keys is bounded', () => {
    const buckets = tokenBuckets(2, () => 0);
    const rate = { perSecond: 1, burst: 1 };
    expect(['a', 'b', 'a', 'b'].map((key) => buckets.take(key, rate))).toEqual([0, 0, 1000, 1000]);
    buckets.take('c', rate); // 'a' was used longest ago and is forgotten
    expect(buckets.wait('a', rate)).toBe(0);
    expect(buckets.wait('b', rate)).toBe(1000);
  });
});

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:0002::9', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('%s is counted as %s', (address, counted) => {
  expect(subscriber(address)).toBe(counted);
});

async function limited(rateLimits: object) {
  const directory = await scratch();
  await writeFile(join(directory, 'dynamic.json'), JSON.stringify({ rate_limits: rateLimits }));
  return { dynamic_config: join(directory, 'dynamic.json') };
}

test('requests of an address', async () => {
  const upstream = await rawUpstream(answering());
  const { port } = await gateway(upstream.url, await limited({ requests_per_second: 0.001, burst: 3 }));
  const statuses: number[] = [];
  for (let n = 0; n < 5; n++) statuses.push((await raw(port, request('/b', S3_HOST))).status);
  expect(statuses).toEqual([200, 200, 200, 429, 429]);
  const { text } = await raw(port, request('/b', S3_HOST));
  expect(text).toMatch(/\r\nretry-after: 1000\r\n/);
  expect(text).toContain('<Error><Code>SlowDown</Code><Message>too many requests</Message>');
});

test('requests of addresses behind a trusted proxy are counted apart', async () => {
  const upstream = await rawUpstream(answering());
  const settings = { ...(await limited({ requests_per_second: 0.001, burst: 1 })), trusted_proxies: ['127.0.0.1'] };
  const { port } = await gateway(upstream.url, settings);
  const from = async (address: string) =>
    (await raw(port, request('/b', S3_HOST, 'GET', [`X-Forwarded-For: ${address}`]))).status;
  expect([await from('192.0.2.1'), await from('192.0.2.2'), await from('192.0.2.1')]).toEqual([200, 200, 429]);
});

test('connections of an address', async () => {
  const upstream = await rawUpstream(answering());
  const { port } = await gateway(upstream.url, await limited({ max_connections_per_ip: 2 }));
  const open = await Promise.all(
    [1, 2].map(
      () =>
        new Promise<ReturnType<typeof connect>>((resolve) => {
          const socket = connect(port, '127.0.0.1', () => resolve(socket));
        }),
    ),
  );
  expect((await raw(port, request('/b', S3_HOST))).status).toBe(0);
  open[0]?.destroy();
  await until(async () => (await raw(port, request('/b', S3_HOST))).status === 200, 'a free connection');
  open[1]?.destroy();
});

test('requests of a key, whatever the address', async () => {
  const upstream = await emulator();
  const { token, settings } = await bearerSettings(['s3:readonly'], {
    rateLimits: { key_requests_per_second: 0.001, key_burst: 2 },
  });
  const { port } = await gateway(upstream.endpoint, settings);
  const statuses: number[] = [];
  for (let n = 0; n < 3; n++) {
    statuses.push((await raw(port, request('/s3/', OWN_HOST, 'GET', [`Authorization: Bearer ${token}`]))).status);
  }
  expect(statuses).toEqual([200, 200, 429]);
});

test('wrong tokens of an address: then even the right one has to wait', async () => {
  const upstream = await emulator();
  const { token, settings } = await bearerSettings(['s3:readonly'], { rateLimits: { max_auth_attempts: 2 } });
  const { port } = await gateway(upstream.endpoint, settings);
  const wrong = createApiKey({ scopes: [], description: '' }).token;
  const tried: number[] = [];
  for (const attempt of [token, wrong, wrong, wrong, token]) {
    tried.push((await raw(port, request('/s3/', OWN_HOST, 'GET', [`Authorization: Bearer ${attempt}`]))).status);
  }
  expect(tried).toEqual([200, 401, 401, 429, 429]);
});

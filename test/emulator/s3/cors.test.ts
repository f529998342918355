import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../../emulator/index.js';
import { send } from '../../contract/client.js';

const ROOT = { accessKey: 'contractroot', secretKey: 'contractroot-secret' };
const RULES = `<CORSConfiguration>
<CORSRule><AllowedOrigin>https://*.example.com</AllowedOrigin><AllowedMethod>PUT</AllowedMethod><AllowedHeader>X-One</AllowedHeader><MaxAgeSeconds>60</MaxAgeSeconds></CORSRule>
<CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod><ExposeHeader>ETag</ExposeHeader></CORSRule>
</CORSConfiguration>`;

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator(ROOT);
  for (const path of ['/shared', '/closed']) {
    await send(emulator.endpoint, { method: 'PUT', path, credentials: ROOT });
  }
  const put = { method: 'PUT', path: '/shared', query: [['cors', '']], body: RULES, credentials: ROOT } as const;
  expect((await send(emulator.endpoint, put)).status).toBe(200);
});
afterAll(() => emulator.close());

async function preflight(path: string, headers: Readonly<Record<string, string>>) {
  const answer = await send(emulator.endpoint, { method: 'OPTIONS', path, headers });
  const found = Object.entries(answer.headers).filter(([name]) => name.startsWith('access-control-'));
  return { status: answer.status, ...Object.fromEntries(found) };
}

describe('a preflight request', () => {
  test('is answered by the rule that fits', async () => {
    const asked = {
      origin: 'https://app.example.com',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'X-One',
    };
    expect(await preflight('/shared/key', asked)).toEqual({
      status: 200,
      'access-control-allow-origin': 'https://app.example.com',
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': 'x-one',
      'access-control-max-age': '60',
    });
  });

  test.each([
    ['another origin', { origin: 'https://example.org', 'access-control-request-method': 'PUT' }],
    ['another method', { origin: 'https://app.example.com', 'access-control-request-method': 'DELETE' }],
    [
      'another header',
      {
        origin: 'https://app.example.com',
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'x-one, x-two',
      },
    ],
  ])('of %s is refused', async (_, headers) => {
    expect(await preflight('/shared/key', headers)).toEqual({ status: 403 });
  });

  test('of a bucket without rules gets none', async () => {
    const asked = { origin: 'https://example.org', 'access-control-request-method': 'GET' };
    expect(await preflight('/closed/key', asked)).toEqual({ status: 200 });
  });
});

test('an answer to another origin says whom it is for', async () => {
  const ask = async (credentials?: typeof ROOT) => {
    const headers = { origin: 'https://example.org' };
    const answer = await send(emulator.endpoint, { path: '/shared/key', headers, credentials });
    return [
      answer.status,
      answer.headers['access-control-allow-origin'],
      answer.headers['access-control-allow-credentials'],
      answer.headers['access-control-expose-headers'],
    ];
  };
  expect(await ask()).toEqual([403, '*', undefined, 'ETag']);
  expect(await ask(ROOT)).toEqual([404, 'https://example.org', 'true', 'ETag']);
});

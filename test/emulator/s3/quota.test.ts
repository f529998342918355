import { afterEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../../emulator/index.js';
import { send } from '../../contract/client.js';

const ROOT = { accessKey: 'contractroot', secretKey: 'contractroot-secret' };

let emulator: Emulator;
afterEach(() => emulator.close());

async function ask(method: string, path: string, body = '') {
  const answer = await send(emulator.endpoint, { method, path, body, credentials: ROOT });
  const [, code] = /<Code>([^<]*)/.exec(answer.body) ?? [];
  const [, message] = /<Message>([^<]*)/.exec(answer.body) ?? [];
  return code === undefined ? answer.status : [answer.status, code, message];
}

const limit = (bucket: string, quota: number) =>
  ask('PUT', `/rustfs/admin/v3/quota/${bucket}`, JSON.stringify({ quota, quota_type: 'HARD' }));

test('a quota refuses what would not fit', async () => {
  emulator = await startEmulator({ ...ROOT, version: '1.0.0-beta.7' });
  await ask('PUT', '/bucket');
  await ask('PUT', '/bucket/a', '123');
  expect(await limit('bucket', 5)).toBe(200);
  const refused = [400, 'InvalidRequest', 'Bucket quota exceeded. Current usage: 3 bytes, limit: 5 bytes'];
  expect(await ask('PUT', '/bucket/b', '456')).toEqual(refused);
  expect(await ask('PUT', '/bucket/b', '45')).toBe(200);
  expect(await ask('PUT', '/bucket/a', '321')).toBe(200);
});

test('a quota of a new bucket refuses everything until its usage is known', async () => {
  emulator = await startEmulator(ROOT);
  await ask('PUT', '/bucket');
  expect(await ask('PUT', '/bucket/a', '123')).toBe(200);
  expect(await limit('bucket', 5)).toBe(200);
  const refused = [503, 'ServiceUnavailable', 'Bucket quota check temporarily unavailable, please retry'];
  expect(await ask('PUT', '/bucket/b', '4')).toEqual(refused);
});

import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dotenvFileSecretStore } from '../../../provisioning/secrets/dotenv-file-store.js';
import { CANARY, CONNECTION, key, refusal, temporaryDirectory } from './support.js';

const write = (text: string) => {
  const file = join(temporaryDirectory(), '.env');
  writeFileSync(file, text, { mode: 0o600 });
  return file;
};

test('a new file holds the key of the pattern, for its owner only', async () => {
  const file = join(temporaryDirectory(), 'deep', '.env');
  const store = dotenvFileSecretStore(file);
  expect(store.description).toBe(`dotenv file ${file}`);
  expect(await store.names()).toEqual([]);
  expect(await store.read('loki')).toBeUndefined();
  await store.remove('loki');
  expect(existsSync(file)).toBe(false);
  await store.write('mcp-gateway', { current: key('1', 'active', 'secret/1') }, CONNECTION);
  expect(readFileSync(file, 'utf8')).toBe(`MCP_GATEWAY_S3_ACCESS_KEY=AKIA1
MCP_GATEWAY_S3_SECRET_KEY=secret/1
MCP_GATEWAY_S3_KEY_CREATED_AT=2026-01-14T10:00:00.000Z
`);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('comments, other variables and other entries are kept', async () => {
  const file = write(`# Settings
DATABASE_URL="postgres://x" # mine

export LOKI_S3_ACCESS_KEY=old-id
LOKI_S3_SECRET_KEY='old secret'
OBOT_S3_ACCESS_KEY=obot-id
OBOT_S3_SECRET_KEY=obot-secret
LAST=1
`);
  const store = dotenvFileSecretStore(file);
  await store.write('loki', { current: key('2', 'active', 'two'), previous: key('1', 'active', 'one') }, CONNECTION);
  expect(readFileSync(file, 'utf8')).toBe(`# Settings
DATABASE_URL="postgres://x" # mine

LOKI_S3_ACCESS_KEY=AKIA2
LOKI_S3_SECRET_KEY=two
LOKI_S3_KEY_CREATED_AT=2026-01-14T10:00:00.000Z
LOKI_S3_PREVIOUS_ACCESS_KEY=AKIA1
LOKI_S3_PREVIOUS_SECRET_KEY=one
LOKI_S3_PREVIOUS_KEY_CREATED_AT=2026-01-14T10:00:00.000Z
OBOT_S3_ACCESS_KEY=obot-id
OBOT_S3_SECRET_KEY=obot-secret
LAST=1
`);
  expect(await store.names()).toEqual(['loki', 'obot']);
  await store.remove('loki');
  expect(readFileSync(file, 'utf8')).toBe(`# Settings
DATABASE_URL="postgres://x" # mine

OBOT_S3_ACCESS_KEY=obot-id
OBOT_S3_SECRET_KEY=obot-secret
LAST=1
`);
});

test('the life of a key: what is not published has no variable that applications read', async () => {
  const file = write('');
  const store = dotenvFileSecretStore(file);
  const steps = [
    { current: key('1', 'pending') },
    { current: key('1', 'active') },
    { current: key('1', 'active'), next: key('2', 'pending') },
    { current: key('2', 'active'), previous: key('1', 'active') },
    { current: key('2', 'active') },
  ] as const;
  const published: unknown[] = [];
  for (const entry of steps) {
    await store.write('loki', entry, CONNECTION);
    expect(await store.read('loki')).toEqual(entry);
    expect(await store.names()).toEqual(['loki']);
    published.push(/^LOKI_S3_ACCESS_KEY=(.*)$/m.exec(readFileSync(file, 'utf8'))?.[1]);
  }
  expect(published).toEqual([undefined, 'AKIA1', 'AKIA1', 'AKIA2', 'AKIA2']);
});

test('names that are written alike are told apart', async () => {
  const store = dotenvFileSecretStore(write(''));
  await store.write('mcp-gateway', { current: key('1', 'active') }, CONNECTION);
  expect(await refusal(store.write('MCP_gateway', { current: key('2', 'active') }, CONNECTION))).toMatch(
    /belongs to mcp-gateway, and MCP_gateway would be written alike: rename one of them$/,
  );
  await store.remove('mcp-gateway');
  await store.write('MCP_gateway', { current: key('2', 'active') }, CONNECTION);
  expect(await store.names()).toEqual(['MCP_gateway']);
  expect(await refusal(store.read('mcp-gateway'))).toMatch(/belongs to MCP_gateway/);
});

test('a half-written or readable file is refused, and stays as it is', async () => {
  const file = write(`LOKI_S3_ACCESS_KEY=id\nLOKI_S3_SECRET_KEY=${CANARY}`);
  const store = dotenvFileSecretStore(file);
  const halfWritten = `${file} looks half-written: its last line doesn't end; complete or restore it`;
  expect(await refusal(store.read('loki'))).toBe(halfWritten);
  expect(await refusal(store.write('obot', { current: key('1', 'active') }, CONNECTION))).toBe(halfWritten);
  expect(readFileSync(file, 'utf8')).toBe(`LOKI_S3_ACCESS_KEY=id\nLOKI_S3_SECRET_KEY=${CANARY}`);
  chmodSync(file, 0o644);
  expect(await refusal(store.names())).toBe(
    `permissions of ${file} are 0644, so others may read this secret: run chmod 600 ${file}, and replace the key if somebody could have seen it`,
  );
});

test('a value that readers of dotenv files read differently is refused', async () => {
  const store = dotenvFileSecretStore(write(''));
  expect(await refusal(store.write('loki', { current: key('1', 'active', "it's") }, CONNECTION))).toBe(
    "secret loki: loki_s3_secret_key has a character that readers of dotenv files don't agree on: expected letters, digits and _.,/+=:@%^- only",
  );
});

test('writers at the same time lose nothing', async () => {
  const file = write('KEEP=1\n');
  const names = ['loki', 'obot', 'talos', 'litellm', 'langfuse'];
  await Promise.all(
    names.map((name) => dotenvFileSecretStore(file).write(name, { current: key(name, 'active') }, CONNECTION)),
  );
  expect(await dotenvFileSecretStore(file).names()).toEqual(['langfuse', 'litellm', 'loki', 'obot', 'talos']);
  expect(readFileSync(file, 'utf8')).toMatch(/^KEEP=1\n/);
  expect(readdirSync(join(file, '..'))).toEqual(['.env']);
});

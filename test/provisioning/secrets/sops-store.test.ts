import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { sopsSecretStore } from '../../../provisioning/secrets/sops-store.js';
import { CANARY, CONNECTION, copyOfFixture, fixture, key, refusal, temporaryDirectory } from './support.js';

const IDENTITY = fixture('test-only-age-key.txt');
const SECOND_IDENTITY = fixture('second-test-only-age-key.txt');
const RECIPIENT = 'age19htr745fxfstem6djz3ywp8cdn3rs50ypmdxthlze72whatq2ujq2wfts3';
const BY_HAND = { createdAt: '1970-01-01T00:00:00.000Z', state: 'active' };

const open = (file: string, ageIdentityFile = IDENTITY) => sopsSecretStore({ file, ageIdentityFile });

/** Lines that differ, without ciphertext. */
function difference(before: string, after: string): { removed: string[]; added: string[] } {
  const [old, current] = [before.split('\n'), after.split('\n')];
  const plain = (line: string) => line.replaceAll(/ENC\[.*?\]/g, 'ENC').replace(/"\d{4}-.*"/, 'DATE');
  return {
    removed: old.filter((line) => !current.includes(line)).map(plain),
    added: current.filter((line) => !old.includes(line)).map(plain),
  };
}

test('a file that sops wrote is read, by each of its recipients', async () => {
  for (const identity of [IDENTITY, SECOND_IDENTITY]) {
    const store = open(fixture('cluster.yaml.txt'), identity);
    expect(store.description).toBe(`SOPS file ${fixture('cluster.yaml.txt')}`);
    expect(await store.names()).toEqual(['langfuse', 'talos-backup']);
    expect(await store.read('langfuse')).toEqual({
      current: { accessKeyId: 'langfuse-access-key', secretAccessKey: 'generated-secret-key', ...BY_HAND },
    });
    expect(await store.read('talos-backup')).toEqual({
      current: { accessKeyId: 'talos-access-key', secretAccessKey: 'p@ss "w" é 日本 #1', ...BY_HAND },
    });
    expect(await store.read('loki')).toBeUndefined();
  }
});

test.each(['regex', 'suffix', 'unencrypted-regex', 'mac-only-encrypted', 'no-secrets'])(
  'a file that sops wrote with another rule is read (%s)',
  async (name) => {
    const store = open(fixture(`${name}.yaml.txt`));
    expect(await store.read('langfuse')).toEqual({
      current: { accessKeyId: 'langfuse-access-key', secretAccessKey: 'generated-secret-key', ...BY_HAND },
    });
  },
);

test('an edit changes the lines of its entry, the MAC and the date, and nothing else', async () => {
  const file = copyOfFixture('cluster.yaml');
  const before = readFileSync(file, 'utf8');
  const store = open(file);
  await store.write('langfuse', { current: key('2', 'active'), previous: key('1', 'active') }, CONNECTION);
  expect(difference(before, readFileSync(file, 'utf8'))).toEqual({
    removed: [
      'langfuse_s3_access_key: ENC',
      'langfuse_s3_secret_key: ENC #ENC',
      '    lastmodified: DATE',
      '    mac: ENC',
    ],
    added: [
      'langfuse_s3_access_key: ENC',
      'langfuse_s3_secret_key: ENC #ENC',
      'langfuse_s3_key_created_at: ENC',
      'langfuse_s3_previous_access_key: ENC',
      'langfuse_s3_previous_secret_key: ENC',
      'langfuse_s3_previous_key_created_at: ENC',
      '    lastmodified: DATE',
      '    mac: ENC',
    ],
  });
  await store.remove('langfuse');
  await store.remove('never-there');
  expect(difference(before, readFileSync(file, 'utf8'))).toEqual({
    removed: [
      'langfuse_s3_access_key: ENC',
      'langfuse_s3_secret_key: ENC #ENC',
      '    lastmodified: DATE',
      '    mac: ENC',
    ],
    added: ['    lastmodified: DATE', '    mac: ENC'],
  });
  expect(await open(file).names()).toEqual(['talos-backup']);
});

test('writing what is there already leaves the file alone', async () => {
  const file = copyOfFixture('cluster.yaml');
  const store = open(file);
  await store.write('loki', { current: key('1', 'active') }, CONNECTION);
  const before = readFileSync(file, 'utf8');
  await store.write('loki', { current: key('1', 'active') }, CONNECTION);
  expect(readFileSync(file, 'utf8')).toBe(before);
});

test('the life of a key: what is not published is not under the name that applications read', async () => {
  const file = join(temporaryDirectory(), 'deep', 'cluster.yaml');
  const store = sopsSecretStore({ file, ageIdentityFile: IDENTITY, ageRecipients: [RECIPIENT] });
  expect(await store.names()).toEqual([]);
  expect(await store.read('mcp-gateway')).toBeUndefined();
  await store.remove('mcp-gateway');
  expect(existsSync(file)).toBe(false);
  const steps = [
    { current: key('1', 'pending') },
    { current: key('1', 'active') },
    { current: key('1', 'active'), next: key('2', 'pending') },
    { current: key('2', 'active'), previous: key('1', 'active') },
    { current: key('2', 'active') },
  ] as const;
  const keys: string[][] = [];
  for (const entry of steps) {
    await store.write('mcp-gateway', entry, CONNECTION);
    expect(await open(file).read('mcp-gateway')).toEqual(entry);
    expect(await open(file).names()).toEqual(['mcp-gateway']);
    const text = readFileSync(file, 'utf8');
    expect(text).not.toContain(CANARY);
    keys.push([...text.matchAll(/^(mcp_gateway_s3_\w+_key): ENC/gm)].map((match) => String(match[1])));
  }
  expect(keys).toEqual([
    ['mcp_gateway_s3_next_access_key', 'mcp_gateway_s3_next_secret_key'],
    ['mcp_gateway_s3_access_key', 'mcp_gateway_s3_secret_key'],
    [
      'mcp_gateway_s3_access_key',
      'mcp_gateway_s3_secret_key',
      'mcp_gateway_s3_next_access_key',
      'mcp_gateway_s3_next_secret_key',
    ],
    [
      'mcp_gateway_s3_access_key',
      'mcp_gateway_s3_secret_key',
      'mcp_gateway_s3_previous_access_key',
      'mcp_gateway_s3_previous_secret_key',
    ],
    ['mcp_gateway_s3_access_key', 'mcp_gateway_s3_secret_key'],
  ]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('values outside the rule stay readable, secrets never do', async () => {
  const file = copyOfFixture('regex.yaml');
  await open(file).write('loki', { current: key('1', 'active') }, CONNECTION);
  const text = readFileSync(file, 'utf8');
  expect(text).toContain('\nloki_s3_access_key: "AKIA1"\nloki_s3_secret_key: ENC[');
  expect(await open(file).read('loki')).toEqual({ current: key('1', 'active') });

  const open_ = copyOfFixture('no-secrets.yaml');
  const before = readFileSync(open_, 'utf8');
  expect(await refusal(open(open_).write('loki', { current: key('1', 'active') }, CONNECTION))).toBe(
    `${open_}: loki_s3_secret_key would be written in plain text, because of the file's rule encrypted_regex "^password$": change the rule so that it covers the key`,
  );
  expect(readFileSync(open_, 'utf8')).toBe(before);
});

test('permissions and a symbolic link are kept', async () => {
  const file = copyOfFixture('cluster.yaml');
  chmodSync(file, 0o640);
  const link = join(temporaryDirectory(), 'link.yaml');
  symlinkSync(file, link);
  await open(link).write('loki', { current: key('1', 'active') }, CONNECTION);
  expect(statSync(file).mode & 0o777).toBe(0o640);
  expect((await open(file).read('loki'))?.current.accessKeyId).toBe('AKIA1');
  expect(readdirSync(dirname(link))).toEqual(['link.yaml']);
});

test('a file with Windows line ends, keys after sops and no last line end is edited in its own style', async () => {
  const file = copyOfFixture('mac-only-encrypted.yaml');
  const text = `${readFileSync(file, 'utf8')}loki_s3_access_key: hand`.replaceAll('\n', '\r\n');
  writeFileSync(file, text);
  const store = open(file);
  expect(await refusal(store.read('loki'))).toBe(
    `${file} has loki_s3_access_key but no loki_s3_secret_key: it is half-written; add the missing one, or delete both to have the key replaced`,
  );
  writeFileSync(file, text.replace('loki_s3_access_key: hand', 'last: 1'));
  await store.write('loki', { current: key('1', 'active') }, CONNECTION);
  await store.write('loki', { current: key('2', 'active') }, CONNECTION);
  const after = readFileSync(file, 'utf8');
  expect(after.replaceAll('\r\n', '')).not.toContain('\n');
  expect(after).toMatch(
    /\r\nloki_s3_access_key: "AKIA2"\r\nloki_s3_secret_key: ENC\[.*\]\r\nloki_s3_key_created_at: ".*"\r\nsops:/,
  );
  expect(after).toMatch(/\r\nlast: 1$/);
  expect(await open(file).read('loki')).toEqual({ current: key('2', 'active') });
});

test('writers at the same time lose nothing', async () => {
  const file = copyOfFixture('cluster.yaml');
  const names = ['loki', 'obot', 'litellm', 'mcpgateway'];
  await Promise.all(names.map((name) => open(file).write(name, { current: key(name, 'active') }, CONNECTION)));
  expect(await open(file).names()).toEqual(['langfuse', 'litellm', 'loki', 'mcpgateway', 'obot', 'talos-backup']);
  expect(readdirSync(dirname(file))).toEqual(['cluster.yaml']);
});

test('a run that has the lock loses nothing when it writes several entries at once', async () => {
  const file = copyOfFixture('cluster.yaml');
  const store = open(file);
  const release = await store.lock?.();
  const names = ['loki', 'obot', 'litellm', 'mcpgateway'];
  await Promise.all(names.map((name) => store.write(name, { current: key(name, 'active') }, CONNECTION)));
  await release?.();
  expect(await open(file).names()).toEqual(['langfuse', 'litellm', 'loki', 'mcpgateway', 'obot', 'talos-backup']);
});

test('a second run is kept out', async () => {
  const file = copyOfFixture('cluster.yaml');
  const release = await open(file).lock?.();
  expect(await refusal(Promise.resolve(open(file).lock?.()))).toContain(
    `SOPS file ${file} is in use by process ${process.pid} since `,
  );
  await release?.();
});

test('the key is found where sops looks for it', async () => {
  const file = fixture('cluster.yaml.txt');
  const secretKey = readFileSync(IDENTITY, 'utf8');
  const config = temporaryDirectory();
  const read = (environment: Record<string, string>) =>
    sopsSecretStore({ file, environment: { HOME: config, XDG_CONFIG_HOME: config, ...environment } }).names();
  const names = ['langfuse', 'talos-backup'];
  expect(await refusal(read({}))).toBe(
    `no age identity found in SOPS_AGE_KEY, SOPS_AGE_KEY_FILE or ${config}/sops/age/keys.txt: set SOPS_AGE_KEY_FILE to a file with your AGE-SECRET-KEY`,
  );
  expect(await read({ SOPS_AGE_KEY: secretKey })).toEqual(names);
  expect(await read({ SOPS_AGE_KEY_FILE: SECOND_IDENTITY })).toEqual(names);
  mkdirSync(join(config, 'sops', 'age'), { recursive: true });
  writeFileSync(join(config, 'sops', 'age', 'keys.txt'), secretKey);
  expect(await read({})).toEqual(names);
});

test('an unusable key is told, never shown', async () => {
  const file = fixture('cluster.yaml.txt');
  const dir = temporaryDirectory();
  const identity = (text: string) => {
    writeFileSync(join(dir, 'key.txt'), text);
    return open(file, join(dir, 'key.txt')).names();
  };
  expect(await refusal(open(file, join(dir, 'none.txt')).names())).toBe(
    `age identity file ${dir}/none.txt does not exist: create it with age-keygen`,
  );
  expect(await refusal(identity('# public key: age1…\n'))).toBe(
    `age identity file ${dir}/key.txt holds no AGE-SECRET-KEY`,
  );
  expect(await refusal(identity(`# x\nAGE-PLUGIN-${CANARY}\n`))).toBe(
    `${dir}/key.txt: word 1 is not an AGE-SECRET-KEY: age plugins, SSH keys and encrypted identity files are not supported here`,
  );
  expect(await refusal(identity(`AGE-SECRET-KEY-1${CANARY}\n`))).toBe(
    `${dir}/key.txt: an AGE-SECRET-KEY is damaged: copy it again, it is one line`,
  );
});

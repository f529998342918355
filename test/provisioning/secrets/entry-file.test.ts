import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { formatEntryFile, parseEntryFile } from '../../../provisioning/secrets/entry-file.js';
import { CANARY, CONNECTION, key, refusal, temporaryDirectory } from './support.js';

const ROTATING = {
  current: key('2', 'active', 'new/secret+2'),
  next: key('3', 'pending', 'next-secret'),
  previous: key('1', 'active', 'old-secret'),
};

const ROTATING_FILE = `# Access key of langfuse, kept by cdktf-rustfs. SHA-256 of the lines below: 6dee83a5225a2f5cfa4a6c25f4eac3118890a514024b71b8cdb0a9d0464992e9
# current: created 2026-01-14T10:00:00.000Z
# next: AKIA3 next-secret created 2026-01-14T10:00:00.000Z
# previous: AKIA1 old-secret created 2026-01-14T10:00:00.000Z
AWS_ACCESS_KEY_ID=AKIA2
AWS_SECRET_ACCESS_KEY=new/secret+2
AWS_ENDPOINT_URL_S3=http://127.0.0.1:9000
AWS_REGION=us-east-1
AWS_DEFAULT_REGION=us-east-1
`;

test('a file holds the current key as AWS variables, and the keys of a rotation as comments', () => {
  const text = formatEntryFile('langfuse', ROTATING, CONNECTION);
  expect(text).toBe(ROTATING_FILE);
  expect(parseEntryFile('langfuse', text, 'langfuse.env')).toEqual(ROTATING);
});

test('a private certificate authority is told to the AWS SDKs, where its path can be', async () => {
  const entry = { current: key('1', 'active') };
  const text = formatEntryFile('langfuse', entry, { ...CONNECTION, caFile: '/srv/project/certs/ca.crt' });
  expect(parseEnv(text)).toEqual({
    ...parseEnv(formatEntryFile('langfuse', entry, CONNECTION)),
    AWS_CA_BUNDLE: '/srv/project/certs/ca.crt',
  });
  expect(parseEntryFile('langfuse', text, 'langfuse.env')).toEqual(entry);
  expect(
    await refusal(() => formatEntryFile('langfuse', entry, { ...CONNECTION, caFile: '/srv/my project/ca.crt' })),
  ).toBe(
    'the path of the certificate authority "/srv/my project/ca.crt" can\'t be written to a dotenv file: expected letters, digits and _.,/+=:@%^- only',
  );
});

test('a pending key is not published', () => {
  const text = formatEntryFile('langfuse', { current: key('1', 'pending', 'first') }, CONNECTION);
  expect(text.split('\n').slice(1)).toEqual(['# pending: AKIA1 first created 2026-01-14T10:00:00.000Z', '']);
  expect(parseEnv(text)).toEqual({});
  expect(parseEntryFile('langfuse', text, 'langfuse.env')).toEqual({ current: key('1', 'pending', 'first') });
});

test('shells and dotenv readers see the same variables, and only these', () => {
  const file = join(temporaryDirectory(), 'langfuse.env');
  const secret = 'aZ09_.,/+=:@%^-';
  writeFileSync(file, formatEntryFile('langfuse', { ...ROTATING, current: key('2', 'active', secret) }, CONNECTION));
  const expected = {
    AWS_ACCESS_KEY_ID: 'AKIA2',
    AWS_SECRET_ACCESS_KEY: secret,
    AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9000',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
  };
  const shell = execFileSync(
    'sh',
    ['-c', `set -a; . "$1"; exec "$2" -e 'console.log(JSON.stringify(process.env))'`, 'sh', file, process.execPath],
    {
      env: {},
      encoding: 'utf8',
    },
  );
  const node = execFileSync(
    process.execPath,
    [`--env-file=${file}`, '-e', 'console.log(JSON.stringify(process.env))'],
    {
      env: {},
      encoding: 'utf8',
    },
  );
  const aws = (json: string) =>
    Object.fromEntries(Object.entries(JSON.parse(json)).filter(([name]) => /AWS|AKIA/.test(name)));
  expect(aws(shell)).toEqual(expected);
  expect(aws(node)).toEqual(expected);
});

test.each([["a'b"], ['a"b'], ['a$b'], ['a#b'], ['a`b'], ['a\\b'], ['a;b'], ['a!b'], ['a&b']])(
  'a secret with %s is refused: readers would not agree on it',
  async (secret) => {
    expect(await refusal(() => formatEntryFile('loki', { current: key('1', 'active', secret) }, CONNECTION))).toBe(
      "secret loki: secretAccessKey has a character that readers of dotenv files don't agree on: expected letters, digits and _.,/+=:@%^- only",
    );
  },
);

test('an endpoint or a region that would need quotes is refused', async () => {
  const entry = { current: key('1', 'active') };
  expect(await refusal(() => formatEntryFile('loki', entry, { ...CONNECTION, endpoint: 'http://a b' }))).toBe(
    'endpoint "http://a b" can\'t be written to a dotenv file: expected an http or https URL without quotes, spaces, "$", "#" or "?"',
  );
  expect(await refusal(() => formatEntryFile('loki', entry, { ...CONNECTION, region: '' }))).toBe(
    'region "" can\'t be written to a dotenv file: expected letters, digits or "-"',
  );
});

test('a file cut off anywhere, or with any character changed, is never taken for an entry', async () => {
  const text = formatEntryFile('loki', { current: key('1', 'active'), previous: key('0', 'active') }, CONNECTION);
  for (let length = 0; length < text.length; length++) {
    expect(await refusal(() => parseEntryFile('loki', text.slice(0, length), 'loki.env'))).toMatch(
      /^loki\.env (is damaged|has no AWS_ACCESS_KEY_ID)/,
    );
  }
  const headerEnd = text.indexOf('\n') + 1;
  for (let at = headerEnd; at < text.length; at++) {
    const changed = `${text.slice(0, at)}${text[at] === 'x' ? 'y' : 'x'}${text.slice(at + 1)}`;
    expect(await refusal(() => parseEntryFile('loki', changed, 'loki.env'))).toBe(
      "loki.env is damaged: it was cut off or edited, its lines don't match its checksum; restore it, or delete it to have the key replaced",
    );
  }
});

test('a copied file is not another entry', async () => {
  const text = formatEntryFile('loki', { current: key('1', 'active') }, CONNECTION);
  expect(await refusal(() => parseEntryFile('obot', text, 'secrets/obot.env'))).toBe(
    'secrets/obot.env holds the access key of loki, not of obot: was it copied or renamed?',
  );
});

test('a key that somebody brought along is read, with an unknown age', () => {
  const text = `export AWS_ACCESS_KEY_ID="mine"\nAWS_SECRET_ACCESS_KEY='my $ecret' # old\nAWS_REGION=eu\n`;
  expect(parseEntryFile('loki', text, 'loki.env')).toEqual({
    current: {
      accessKeyId: 'mine',
      secretAccessKey: 'my $ecret',
      createdAt: '1970-01-01T00:00:00.000Z',
      state: 'active',
    },
  });
});

test.each([
  [
    '',
    'loki.env has no AWS_ACCESS_KEY_ID: it is damaged or not a secret of this store; restore it, or delete it to have the key replaced',
  ],
  [
    'AWS_ACCESS_KEY_ID=mine\n',
    'loki.env has no AWS_SECRET_ACCESS_KEY: it is damaged or not a secret of this store; restore it, or delete it to have the key replaced',
  ],
  [
    `AWS_ACCESS_KEY_ID=mine\nAWS_SECRET_ACCESS_KEY=${CANARY}`,
    "loki.env looks half-written: its last line doesn't end; complete it, or delete it to have the key replaced",
  ],
  [
    `AWS_ACCESS_KEY_ID=mine\nAWS_SECRET_ACCESS_KEY=${CANARY}\nZZ=1\nDATABASE_URL=${CANARY}\n`,
    "loki.env has variables that don't belong to an access key: DATABASE_URL, ZZ; move them to another file",
  ],
])('foreign file %# is refused', async (text, message) => {
  expect(await refusal(() => parseEntryFile('loki', text, 'loki.env'))).toBe(message);
});

test('a file of a later version is refused, not guessed at', async () => {
  // Body: "# state: retired\n".
  const text =
    '# Access key of loki, kept by cdktf-rustfs. SHA-256 of the lines below: a4f4d837ec1254b9c8ec6742ec0ddb2f4190cb3b1f2dfa192e9e0a67fe93bc67\n# state: retired\n';
  expect(await refusal(() => parseEntryFile('loki', text, 'loki.env'))).toBe(
    'loki.env was written by another version of cdktf-rustfs: update cdktf-rustfs',
  );
});

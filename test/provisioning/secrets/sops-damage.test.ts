import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { expect, test } from 'vitest';
import { sopsSecretStore } from '../../../provisioning/secrets/sops-store.js';
import { CANARY, CONNECTION, copyOfFixture, fixture, key, refusal, temporaryDirectory } from './support.js';

const IDENTITY = fixture('test-only-age-key.txt');
const RECIPIENT = 'age19htr745fxfstem6djz3ywp8cdn3rs50ypmdxthlze72whatq2ujq2wfts3';
const SECOND_RECIPIENT = 'age1cy6gp36r4kmny9ulcswwuxll0ghhvw7ksqsfcl2cjwywyfp9uc4srj608y';
const open = (file: string) => sopsSecretStore({ file, ageIdentityFile: IDENTITY });

/** Reading and writing are both refused with this message, and the file stays as it is. */
async function expectRefused(file: string, message: string, store = open(file)): Promise<void> {
  const before = readFileSync(file, 'utf8');
  expect((await refusal(store.read('langfuse'))).replaceAll(file, 'FILE')).toBe(message);
  expect((await refusal(store.names())).replaceAll(file, 'FILE')).toBe(message);
  expect(
    (await refusal(store.write('loki', { current: key('1', 'active') }, CONNECTION))).replaceAll(file, 'FILE'),
  ).toBe(message);
  expect(readFileSync(file, 'utf8')).toBe(before);
  expect(readdirSync(dirname(file))).toHaveLength(1);
}

/** A copy of a fixture with a change. */
function changed(name: string, change: (text: string) => string): string {
  const file = copyOfFixture(name);
  const before = readFileSync(file, 'utf8');
  const after = change(before);
  if (after === before) throw new Error('expected a change');
  writeFileSync(file, after);
  return file;
}

const value = (text: string, name: string) => new RegExp(`^${name}: (ENC.*\\])`, 'm').exec(text)?.[1] ?? '';
const flip = (text: string) => text.replace(/data:(.)/, (_, first) => `data:${first === 'A' ? 'B' : 'A'}`);

test('the key of somebody else', async () => {
  const stranger = await generateX25519Identity();
  const file = copyOfFixture('cluster.yaml');
  const identity = join(temporaryDirectory(), 'stranger.txt');
  writeFileSync(identity, stranger);
  await expectRefused(
    file,
    `FILE can't be decrypted with the age identity in ${identity}: it is encrypted for ${RECIPIENT}, ${SECOND_RECIPIENT}; set SOPS_AGE_KEY_FILE to the identity of one of them`,
    sopsSecretStore({ file, ageIdentityFile: identity }),
  );
});

test('a changed value', async () => {
  await expectRefused(
    changed('cluster.yaml', (text) => {
      const old = value(text, 'langfuse_s3_secret_key');
      return text.replace(old, flip(old));
    }),
    'FILE: langfuse_s3_secret_key does not decrypt: the value was changed or moved without sops; restore the file',
  );
});

test("another component's value", async () => {
  await expectRefused(
    changed('cluster.yaml', (text) =>
      text.replace(value(text, 'langfuse_s3_secret_key'), value(text, 'talos_backup_s3_secret_key')),
    ),
    'FILE: langfuse_s3_secret_key does not decrypt: the value was changed or moved without sops; restore the file',
  );
});

test('a tag cut short to forge it more easily', async () => {
  await expectRefused(
    changed('cluster.yaml', (text) => {
      const old = value(text, 'langfuse_s3_secret_key');
      const tag = /tag:([^,]*)/.exec(old)?.[1] ?? '';
      return text.replace(old, old.replace(tag, Buffer.from(tag, 'base64').subarray(0, 4).toString('base64')));
    }),
    'FILE: langfuse_s3_secret_key does not decrypt: the value was changed or moved without sops; restore the file',
  );
});

const WRONG_MAC =
  'FILE was changed without sops: its MAC does not match; restore it, or check every value and save it with sops edit --ignore-mac FILE';

test.each([
  ['a plain value', (text: string) => text.replace('note_unencrypted: public', 'note_unencrypted: evil')],
  ['a plain value below', (text: string) => text.replace('0x1F', '0x1E')],
  ['a removed value', (text: string) => text.replace(/^talos_backup_s3_access_key: .*\n/m, '')],
  ['two values in another order', (text: string) => text.replace(/^(nodes: .*\n)(ratio: .*\n)/m, '$2$1')],
  ['the date', (text: string) => text.replace(/lastmodified: "20\d\d/, 'lastmodified: "2001')],
  ['another MAC', (text: string) => text.replace(/mac: .*/, (mac) => flip(mac))],
  ['no MAC at all', (text: string) => text.replace(/mac: .*/, 'mac: none')],
  ['a MAC in plain text', (text: string) => text.replace(/mac: .*/, `mac: ${'A'.repeat(128)}`)],
])('without sops: %s', async (_, change) => {
  await expectRefused(changed('cluster.yaml', change), WRONG_MAC);
});

test('a rule that was changed without sops', async () => {
  await expectRefused(
    changed('mac-only-encrypted.yaml', (text) => text.replace('    mac_only_encrypted: true\n', '')),
    WRONG_MAC,
  );
});

test('spellings that mean the same to sops are no change', async () => {
  const file = changed('cluster.yaml', (text) => text.replace('0755\n', '0o755\n').replace('hex: 0x1F', 'hex: 31'));
  expect(await open(file).names()).toEqual(['langfuse', 'talos-backup']);
});

test('a value added without sops, in plain text', async () => {
  await expectRefused(
    changed('cluster.yaml', (text) => `${text}loki_s3_secret_key: ${CANARY}\n`),
    "FILE: loki_s3_secret_key is not encrypted although the file's rule says so: it was edited without sops; move the value out, and add it with sops edit FILE",
  );
});

test('a file cut off anywhere is refused', async () => {
  const file = copyOfFixture('cluster.yaml');
  const text = readFileSync(file, 'utf8');
  // Without the very end, the version of sops, every value is there and proved by the MAC.
  const complete = text.indexOf('\n', text.indexOf('    mac: ENC'));
  for (let length = 0; length < complete; length += 37) {
    writeFileSync(file, text.slice(0, length));
    expect(await refusal(open(file).read('langfuse'))).toContain(file);
  }
});

test.each([
  ['', 'FILE is not a YAML mapping in block style: expected lines such as "key: value"'],
  ['- a\n', 'FILE is not a YAML mapping in block style: expected lines such as "key: value"'],
  ['{"a": 1}\n', 'FILE is not a YAML mapping in block style: expected lines such as "key: value"'],
  [
    `a: ${CANARY}\n b: [\n`,
    'FILE is not valid YAML (BLOCK_AS_IMPLICIT_KEY, line 1): restore it, it may be half-written',
  ],
  [
    `a: ${CANARY}\na: ${CANARY}\n`,
    'FILE is not valid YAML (DUPLICATE_KEY, line 2): restore it, it may be half-written',
  ],
  ['a: 1\n---\nb: 1\n', 'FILE holds several YAML documents: expected one'],
  [
    `loki_s3_secret_key: ${CANARY}\n`,
    'FILE is not encrypted with sops: encrypt it once with sops encrypt --age RECIPIENT --in-place FILE',
  ],
  ['a: 1\nsops: yes\n', 'FILE: the sops metadata is incomplete (sops): restore the file, it may be half-written'],
])('file %# is no SOPS file', async (text, message) => {
  const file = join(temporaryDirectory(), 'cluster.yaml');
  writeFileSync(file, text);
  await expectRefused(file, message);
});

test.each([
  [/ {4}mac: .*\n/, '', 'FILE: the sops metadata is incomplete (sops.mac): restore the file, it may be half-written'],
  [
    / {10}recipient: .*\n/,
    '',
    'FILE: the sops metadata is incomplete (sops.age.0.recipient): restore the file, it may be half-written',
  ],
  [/-----END AGE.*\n/, '\n', 'FILE: the data key of an age recipient (sops.age) is damaged: restore the file'],
  [
    / {4}age:[\s\S]*? {4}encrypted_regex/,
    '    encrypted_regex',
    'FILE is not encrypted for any age recipient: add yours with sops rotate --in-place --add-age RECIPIENT FILE',
  ],
  [
    / {4}mac:/,
    '    key_groups: []\n    mac:',
    'FILE: key groups (Shamir secret sharing) are not supported: give the file one list of age recipients',
  ],
  [
    'encrypted_regex',
    'encrypted_comment_regex',
    'FILE: rules on comments (encrypted_comment_regex, unencrypted_comment_regex) are not supported: use a rule on keys, such as encrypted_regex',
  ],
  [
    / {4}mac:/,
    '    encrypted_suffix: _key\n    mac:',
    'FILE: encrypted_suffix and encrypted_regex exclude each other: keep one of them',
  ],
  [
    '_secret_key$',
    '\\A.*_key\\z',
    'FILE: encrypted_regex "\\\\A.*_key\\\\z" can\'t be used here: expected a regular expression that Go and JavaScript read alike',
  ],
  ['ratio: 0.0000001', 'ratio: 9223372036854775808', "FILE: ratio is a number that sops can't handle: quote it"],
  [
    'ratio: 0.0000001',
    'ratio: !!binary aGk=',
    'FILE: ratio has the YAML tag tag:yaml.org,2002:binary, which is not supported',
  ],
  [
    'ratio: 0.0000001',
    'ratio: &r 1\nagain: *r',
    'FILE: again is a YAML alias, which is not supported: write the value',
  ],
  ['ratio: 0.0000001', 'ratio:\n  ? [a]\n  : 1', 'FILE: a key below ratio is not a string'],
])('%s as %j is refused', async (search, replacement, message) => {
  await expectRefused(
    changed('regex.yaml', (text) => text.replace(search, () => replacement)),
    message,
  );
});

test('a rule in lower or upper case', async () => {
  const file = changed('regex.yaml', (text) =>
    text.replace('encrypted_regex: _secret_key$', 'encrypted_regex: (?i)_SECRET_KEY$'),
  );
  expect(await open(file).names()).toEqual(['langfuse']);
});

test('an entry whose key is no single value', async () => {
  const file = changed('no-secrets.yaml', (text) =>
    text.replace('langfuse_s3_secret_key: ', 'langfuse_s3_secret_key:\n  - '),
  );
  const store = open(file);
  expect(await refusal(store.read('langfuse'))).toBe(
    `${file} has langfuse_s3_access_key but no langfuse_s3_secret_key: it is half-written; add the missing one, or delete both to have the key replaced`,
  );
});

test('a recipient that the file is not encrypted for', async () => {
  const file = copyOfFixture('regex.yaml');
  const before = readFileSync(file, 'utf8');
  const store = sopsSecretStore({ file, ageIdentityFile: IDENTITY, ageRecipients: [RECIPIENT, SECOND_RECIPIENT] });
  expect((await store.read('langfuse'))?.current.accessKeyId).toBe('langfuse-access-key');
  expect(await refusal(store.write('loki', { current: key('1', 'active') }, CONNECTION))).toBe(
    `${file} is not encrypted for ${SECOND_RECIPIENT}: add with sops rotate --in-place --add-age ${SECOND_RECIPIENT} ${file}`,
  );
  expect(readFileSync(file, 'utf8')).toBe(before);
});

test('a new file that nobody, a wrong recipient or only others could read', async () => {
  const dir = temporaryDirectory();
  const file = join(dir, 'cluster.yaml');
  const stranger = await identityToRecipient(await generateX25519Identity());
  const write = (ageRecipients: readonly string[]) =>
    sopsSecretStore({ file, ageIdentityFile: IDENTITY, ageRecipients }).write(
      'loki',
      { current: key('1', 'active') },
      CONNECTION,
    );
  expect(await refusal(write([]))).toBe(
    `${file} can't be encrypted: name at least one age recipient, age1…, in the manifest's secretStore or in SOPS_AGE_RECIPIENTS`,
  );
  expect(await refusal(write(['age1x']))).toBe(
    '"age1x" is not an age recipient: expected the public key that age-keygen prints, age1…',
  );
  expect(await refusal(write(['AGE-SECRET-KEY-1X']))).toBe(
    'a private key is not an age recipient: expected the public key that age-keygen prints, age1…',
  );
  expect(await refusal(write([stranger]))).toBe(
    `${file} would be unreadable here: no age recipient belongs to the identity in ${IDENTITY}; add your own recipient`,
  );
  expect(readdirSync(dir)).toEqual([]);
});

import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { directorySecretStore } from '../../../provisioning/secrets/directory-store.js';
import { dotenvFileSecretStore } from '../../../provisioning/secrets/dotenv-file-store.js';
import { environmentSecretStore } from '../../../provisioning/secrets/environment-store.js';
import { writeKubernetesSecret } from '../../../provisioning/secrets/kubernetes-secret.js';
import type { SecretStore } from '../../../provisioning/secrets/secret-store.js';
import { sopsSecretStore } from '../../../provisioning/secrets/sops-store.js';
import { CANARY, CONNECTION, fixture, key, temporaryDirectory } from './support.js';

const IDENTITY = fixture('test-only-age-key.txt');
const RECIPIENT = 'age19htr745fxfstem6djz3ywp8cdn3rs50ypmdxthlze72whatq2ujq2wfts3';
const ENTRY = { current: key('2', 'active'), next: key('3', 'pending'), previous: key('1', 'active') };

/** Path of every file below, with its content. */
function files(dir: string): [string, string][] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => [path, readFileSync(path, 'utf8')]);
}

/** Everything that a store says of itself or in an error: nested, enumerable or not. */
const shown = (value: unknown) => inspect(value, { depth: 10, showHidden: true }) + JSON.stringify(value);

/** Damages the file in many ways, tries everything each time, and collects all that is said. */
async function provoke(open: () => SecretStore, file: string): Promise<string[]> {
  const whole = readFileSync(file, 'utf8');
  const damages = [
    ...Array.from({ length: 20 }, (_, part) => whole.slice(0, Math.floor((whole.length * part) / 20))),
    whole.replaceAll(':', '\t'),
    whole.replaceAll('=', ''),
    `${whole}\nx: [${CANARY}`,
    `${CANARY}\n${whole}`,
  ];
  const said: string[] = [];
  for (const damaged of damages) {
    writeFileSync(file, damaged);
    const store = open();
    const actions = [
      store.names(),
      store.read('loki'),
      store.write('loki', { current: key('4', 'active') }, CONNECTION),
    ];
    for (const result of await Promise.allSettled(actions)) {
      if (result.status === 'rejected') said.push(shown(result.reason));
    }
    said.push(shown(store));
  }
  writeFileSync(file, whole);
  chmodSync(file, 0o600);
  return said;
}

test.each([
  ['a directory', (dir: string) => directorySecretStore(dir), 'loki.env', true],
  ['a dotenv file', (dir: string) => dotenvFileSecretStore(join(dir, '.env')), '.env', true],
  [
    'a SOPS file',
    (dir: string) =>
      sopsSecretStore({ file: join(dir, 'c.yaml'), ageIdentityFile: IDENTITY, ageRecipients: [RECIPIENT] }),
    'c.yaml',
    false,
  ],
])('%s keeps a secret to its own file', async (_, openIn, fileName, plain) => {
  const dir = join(temporaryDirectory(), 'store');
  const store = openIn(dir);
  await store.write('loki', ENTRY, CONNECTION);
  expect(await store.read('loki')).toEqual(ENTRY);
  expect(shown(store)).not.toContain(CANARY);
  expect(files(dir).map(([path, text]) => [path, text.includes(CANARY)])).toEqual([[join(dir, fileName), plain]]);

  const said = await provoke(() => openIn(dir), join(dir, fileName));
  expect(said.length).toBeGreaterThan(40);
  expect(said.filter((text) => text.includes(CANARY))).toEqual([]);

  const release = await store.lock?.();
  expect(files(dir).filter(([path, text]) => !path.endsWith(fileName) && text.includes(CANARY))).toEqual([]);
  await release?.();
});

test('a Kubernetes Secret and a read-only store show nothing', async () => {
  const dir = temporaryDirectory();
  const store = environmentSecretStore({ LOKI_S3_ACCESS_KEY: 'id', LOKI_S3_SECRET_KEY: CANARY });
  expect(shown(store)).not.toContain(CANARY);
  await writeKubernetesSecret({
    store,
    entry: 'loki',
    connection: CONNECTION,
    file: join(dir, 'loki.yaml'),
    namespace: 'monitoring',
    ageRecipients: [RECIPIENT],
    ageIdentityFile: IDENTITY,
  });
  expect(files(dir).map(([path, text]) => [path, text.includes(CANARY)])).toEqual([[join(dir, 'loki.yaml'), false]]);
});

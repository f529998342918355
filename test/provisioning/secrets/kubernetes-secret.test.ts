import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { environmentSecretStore } from '../../../provisioning/secrets/environment-store.js';
import { writeKubernetesSecret } from '../../../provisioning/secrets/kubernetes-secret.js';
import { sopsFile } from '../../../provisioning/secrets/sops/file.js';
import { loadAgeIdentities } from '../../../provisioning/secrets/sops/identities.js';
import { CANARY, CONNECTION, fixture, refusal, temporaryDirectory } from './support.js';

const IDENTITY = fixture('test-only-age-key.txt');
const RECIPIENT = 'age19htr745fxfstem6djz3ywp8cdn3rs50ypmdxthlze72whatq2ujq2wfts3';
const SECOND_RECIPIENT = 'age1cy6gp36r4kmny9ulcswwuxll0ghhvw7ksqsfcl2cjwywyfp9uc4srj608y';
const store = (secret = CANARY) =>
  environmentSecretStore({ LANGFUSE_S3_ACCESS_KEY: 'langfuse-id', LANGFUSE_S3_SECRET_KEY: secret });
const props = (file: string) => ({
  store: store(),
  entry: 'langfuse',
  connection: CONNECTION,
  file,
  namespace: 'ai-system',
  ageRecipients: [RECIPIENT],
  ageIdentityFile: IDENTITY,
});

test('names are readable, values are encrypted', async () => {
  const file = join(temporaryDirectory(), 'apps', 'langfuse.sops.yaml');
  expect(await writeKubernetesSecret(props(file))).toBe('created');
  const text = readFileSync(file, 'utf8');
  const shape = text
    .replace(/ENC\[AES256_GCM,data:[^,]+,iv:[^,]+,tag:[^,]+,type:str\]/g, 'ENC')
    .replace(/\|\n( {12}.*\n)+/, 'ARMOR\n')
    .replace(/"20.*Z"/, 'DATE');
  expect(shape).toBe(`apiVersion: "v1"
kind: "Secret"
metadata:
    name: "langfuse-s3-secret"
    namespace: "ai-system"
    labels:
        app.kubernetes.io/managed-by: "cdktf-rustfs"
type: "Opaque"
stringData:
    access-key-id: ENC
    secret-access-key: ENC
    endpoint: ENC
    region: ENC
sops:
    age:
        - recipient: ${RECIPIENT}
          enc: ARMOR
    lastmodified: DATE
    mac: ENC
    encrypted_regex: "^(data|stringData)$"
    version: 3.13.3
`);
  expect(text).not.toContain(CANARY);
  const opened = await sopsFile(file, () => loadAgeIdentities(IDENTITY, {})).open();
  expect(opened?.scalars.filter(({ path }) => path[0] === 'stringData')).toEqual([
    { path: ['stringData', 'access-key-id'], text: 'langfuse-id' },
    { path: ['stringData', 'secret-access-key'], text: CANARY },
    { path: ['stringData', 'endpoint'], text: 'http://127.0.0.1:9000' },
    { path: ['stringData', 'region'], text: 'us-east-1' },
  ]);
});

test('a manifest changes only if what it says changes', async () => {
  const file = join(temporaryDirectory(), 'langfuse.sops.yaml');
  await writeKubernetesSecret(props(file));
  const first = readFileSync(file, 'utf8');
  expect(await writeKubernetesSecret(props(file))).toBe('unchanged');
  expect(readFileSync(file, 'utf8')).toBe(first);
  expect(await writeKubernetesSecret({ ...props(file), store: store(`${CANARY}2`) })).toBe('updated');
  const both = { ...props(file), store: store(`${CANARY}2`), ageRecipients: [SECOND_RECIPIENT, RECIPIENT] };
  expect(await writeKubernetesSecret(both)).toBe('updated');
  expect(await writeKubernetesSecret({ ...both, ageIdentityFile: fixture('second-test-only-age-key.txt') })).toBe(
    'unchanged',
  );
  expect(
    await writeKubernetesSecret({ ...both, secretName: 'other', dataKeys: { accessKeyId: 'AWS_ACCESS_KEY_ID' } }),
  ).toBe('updated');
  expect(readFileSync(file, 'utf8')).toMatch(
    /name: "other"[\s\S]*\n {4}AWS_ACCESS_KEY_ID: ENC\[.*\n {4}secret-access-key: ENC/,
  );
});

test.each([
  [{ secretName: 'A' }, 'invalid name of a Kubernetes Secret: "A": expected lower-case letters, digits, "-" and "."'],
  [
    { namespace: 'a: b' },
    'invalid Kubernetes namespace: "a: b": expected at most 63 lower-case letters, digits and "-"',
  ],
  [
    { dataKeys: { region: 'a b' } },
    'invalid key of a Kubernetes Secret: "a b": expected letters, digits, "-", "_" and "."',
  ],
  [{ entry: 'loki' }, 'environment variables has no published access key of loki: apply the manifest first'],
])('%j is refused before anything is written', async (change, message) => {
  const file = join(temporaryDirectory(), 'secret.yaml');
  expect(await refusal(writeKubernetesSecret({ ...props(file), ...change }))).toBe(message);
  expect(existsSync(file)).toBe(false);
});

test('a key that is still pending is not published', async () => {
  const pending = environmentSecretStore({ LOKI_S3_NEXT_ACCESS_KEY: 'id', LOKI_S3_NEXT_SECRET_KEY: CANARY });
  const file = join(temporaryDirectory(), 'secret.yaml');
  expect(await refusal(writeKubernetesSecret({ ...props(file), store: pending, entry: 'loki' }))).toBe(
    'environment variables has no published access key of loki: apply the manifest first',
  );
});

import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { environmentSecretStore } from '../../../provisioning/secrets/environment-store.js';
import { writeKubernetesSecret } from '../../../provisioning/secrets/kubernetes-secret.js';
import { sopsSecretStore } from '../../../provisioning/secrets/sops-store.js';
import { CONNECTION, copyOfFixture, fixture, key, refusal, temporaryDirectory } from './support.js';

const IDENTITY = fixture('test-only-age-key.txt');
const SECOND_IDENTITY = fixture('second-test-only-age-key.txt');
const RECIPIENT = 'age19htr745fxfstem6djz3ywp8cdn3rs50ypmdxthlze72whatq2ujq2wfts3';
const SECOND_RECIPIENT = 'age1cy6gp36r4kmny9ulcswwuxll0ghhvw7ksqsfcl2cjwywyfp9uc4srj608y';

const SOPS = 'sops';
const installed = spawnSync(SOPS, ['--version', '--disable-version-check']).status === 0;
if (!installed) console.log('skipped: cross-check with the sops CLI, because no sops is on the PATH');

const sops = (args: readonly string[], identity = IDENTITY) =>
  execFileSync(SOPS, args, { env: { PATH: process.env.PATH, SOPS_AGE_KEY_FILE: identity }, encoding: 'utf8' });
const decrypt = (file: string, identity = IDENTITY) => sops(['decrypt', file], identity);
/** Not a "#" in a value. */
const COMMENT = /# .*/g;
const open = (file: string, ageIdentityFile = IDENTITY) => sopsSecretStore({ file, ageIdentityFile });

describe.skipIf(!installed)('the sops CLI', () => {
  test('decrypts a file that was created here, for each recipient', async () => {
    const file = join(temporaryDirectory(), 'cluster.yaml');
    const ageRecipients = [RECIPIENT, SECOND_RECIPIENT];
    const store = sopsSecretStore({ file, ageIdentityFile: IDENTITY, ageRecipients });
    await store.write(
      'langfuse',
      { current: key('1', 'active', 'é "quoted" # : {}'.replaceAll(/[^!-~]/g, '~')) },
      CONNECTION,
    );
    await store.write(
      'mcp-gateway',
      { current: key('2', 'active', '0755'), next: key('3', 'pending', 'true') },
      CONNECTION,
    );
    const expected = {
      langfuse_s3_access_key: 'AKIA1',
      langfuse_s3_secret_key: '~~"quoted"~#~:~{}',
      langfuse_s3_key_created_at: '2026-01-14T10:00:00.000Z',
      mcp_gateway_s3_access_key: 'AKIA2',
      mcp_gateway_s3_secret_key: '0755',
      mcp_gateway_s3_key_created_at: '2026-01-14T10:00:00.000Z',
      mcp_gateway_s3_next_access_key: 'AKIA3',
      mcp_gateway_s3_next_secret_key: 'true',
      mcp_gateway_s3_next_key_created_at: '2026-01-14T10:00:00.000Z',
    };
    expect(parse(decrypt(file))).toEqual(expected);
    expect(parse(decrypt(file, SECOND_IDENTITY))).toEqual(expected);
  });

  test.each(['cluster', 'regex', 'suffix', 'unencrypted-regex', 'mac-only-encrypted'])(
    'decrypts a file that it wrote and that was edited here: %s',
    async (name) => {
      const file = copyOfFixture(`${name}.yaml`);
      const before = parse(decrypt(file));
      const comments = decrypt(file).match(COMMENT);
      const store = open(file);
      await store.write('langfuse', { current: key('2', 'active'), previous: key('1', 'active') }, CONNECTION);
      await store.write('loki', { current: key('3', 'pending') }, CONNECTION);
      await store.remove('talos-backup');
      const after = parse(decrypt(file));
      expect(after.langfuse_s3_access_key).toBe('AKIA2');
      expect(after.langfuse_s3_previous_access_key).toBe('AKIA1');
      expect(after.loki_s3_next_access_key).toBe('AKIA3');
      const others = (values: object) =>
        Object.fromEntries(Object.entries(values).filter(([name]) => !name.includes('_s3_')));
      expect(others(after)).toEqual(others(before));
      expect(decrypt(file).match(COMMENT)).toEqual(comments);
    },
  );

  test('edits what was written here, and is read again', async () => {
    const file = join(temporaryDirectory(), 'cluster.yaml');
    await sopsSecretStore({ file, ageIdentityFile: IDENTITY, ageRecipients: [RECIPIENT] }).write(
      'loki',
      { current: key('1', 'active') },
      CONNECTION,
    );
    sops(['set', file, '["loki_s3_secret_key"]', '"by hand"']);
    sops(['set', file, '["database"]', '{"port": 5432, "ratio": 0.5, "tls": true, "none": null, "hosts": ["a", "b"]}']);
    expect((await open(file).read('loki'))?.current.secretAccessKey).toBe('by hand');
    sops(['rotate', '--in-place', '--add-age', SECOND_RECIPIENT, file]);
    const store = sopsSecretStore({ file, ageIdentityFile: SECOND_IDENTITY, ageRecipients: [SECOND_RECIPIENT] });
    await store.write('loki', { current: key('2', 'active') }, CONNECTION);
    sops(['unset', file, '["database"]["hosts"]']);
    expect(parse(decrypt(file))).toEqual({
      loki_s3_access_key: 'AKIA2',
      loki_s3_secret_key: key('2', 'active').secretAccessKey,
      loki_s3_key_created_at: '2026-01-14T10:00:00.000Z',
      database: { port: 5432, ratio: 0.5, tls: true, none: null },
    });
    expect(await store.names()).toEqual(['loki']);
  });

  test('refuses what is refused here: a plain value that was changed', async () => {
    const file = copyOfFixture('cluster.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replace('note_unencrypted: public', 'note_unencrypted: evil'));
    expect(
      spawnSync(SOPS, ['decrypt', file], { env: { PATH: process.env.PATH, SOPS_AGE_KEY_FILE: IDENTITY } }).status,
    ).not.toBe(0);
    expect(await refusal(open(file).names())).toContain('its MAC does not match');
  });

  test('decrypts a Kubernetes Secret', async () => {
    const file = join(temporaryDirectory(), 'langfuse.sops.yaml');
    await writeKubernetesSecret({
      store: environmentSecretStore({ LANGFUSE_S3_ACCESS_KEY: 'id', LANGFUSE_S3_SECRET_KEY: 'secret' }),
      entry: 'langfuse',
      connection: CONNECTION,
      file,
      namespace: 'ai-system',
      ageRecipients: [RECIPIENT],
      ageIdentityFile: IDENTITY,
    });
    expect(parse(decrypt(file))).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: 'langfuse-s3-secret',
        namespace: 'ai-system',
        labels: { 'app.kubernetes.io/managed-by': 'cdktf-rustfs' },
      },
      type: 'Opaque',
      stringData: {
        'access-key-id': 'id',
        'secret-access-key': 'secret',
        endpoint: 'http://127.0.0.1:9000',
        region: 'us-east-1',
      },
    });
  });
});

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SeaweedFsFilers } from '../../../constructs/index.js';
import { fleetDocuments } from '../../../constructs/seaweedfs-fleet-manifest.js';
import { resolveFleetProps } from '../../../constructs/seaweedfs-fleet-props.js';
import { directorySecretStore, SecretStoreError } from '../../../provisioning/index.js';
import type { FleetIamConfig } from '../../../seaweedfs/config/index.js';
import { type RenderedFiles, renderFleetFiles } from '../../../seaweedfs/deploy/index.js';

let projectDir: string;
beforeEach(() => {
  projectDir = mkdtempSync(join(tmpdir(), 'fleet-'));
});
afterEach(() => rmSync(projectDir, { recursive: true, force: true }));

const me = `${process.getuid?.() ?? 1000}:${process.getgid?.() ?? 1000}`;
const iam: FleetIamConfig = { sts: { issuer: 'test-sts' }, identities: [{ name: 'admin', actions: ['Admin'] }] };

async function render(config: FleetIamConfig = iam, runAs = me): Promise<RenderedFiles> {
  const props = resolveFleetProps({ iam: config, filers: SeaweedFsFilers.existing(['filer:8888']), runAs }, 'test');
  const { manifest, template } = fleetDocuments('test', 'test-fleet', props);
  const manifestFile = join(projectDir, 'out', 'fleet.json');
  mkdirSync(join(projectDir, 'out'), { recursive: true });
  writeFileSync(join(projectDir, 'out', manifest.templateFile), template);
  return renderFleetFiles({ manifest, manifestFile, projectDir });
}

async function withSigningKey(secretAccessKey: string) {
  const store = directorySecretStore(join(projectDir, 'secrets/test'));
  const current = {
    accessKeyId: 'signing-key',
    secretAccessKey,
    createdAt: '2026-01-14T10:00:00.000Z',
    state: 'active' as const,
  };
  await store.write('test-fleet-signing-key', { current }, { endpoint: 'http://127.0.0.1:8333', region: 'us-east-1' });
  return store;
}

const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Record<string, never>;
const mode = (file: string) => (statSync(file).mode & 0o777).toString(8);

test('makes a signing key and the static keys once, and writes a private file with them', async () => {
  const first = await render();
  expect(first.created).toEqual(['test-fleet-admin', 'test-fleet-signing-key']);
  expect(mode(first.configFile)).toBe('600');
  expect(mode(first.balancerFile)).toBe('644');
  const { sts, identities } = read(first.configFile) as unknown as {
    sts: { signingKey: string };
    identities: { credentials: { accessKey: string; secretKey: string }[] }[];
  };
  expect(sts.signingKey).toMatch(/^[A-Za-z0-9+/]{43}=$/);
  expect(Buffer.from(sts.signingKey, 'base64')).toHaveLength(32);
  const stored = await directorySecretStore(join(projectDir, 'secrets/test')).read('test-fleet-admin');
  expect(identities[0]?.credentials).toEqual([
    { accessKey: stored?.current.accessKeyId, secretKey: stored?.current.secretAccessKey },
  ]);
  const second = await render();
  expect(second.created).toEqual([]);
  expect(second.fingerprint).toBe(first.fingerprint);
  expect(readFileSync(second.configFile, 'utf8')).toBe(readFileSync(first.configFile, 'utf8'));
});

test('a new signing key changes the fingerprint, not the file name, and the fingerprint tells nothing', async () => {
  const before = await render();
  await withSigningKey('q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=');
  const after = await render();
  expect(after.configFile).toBe(before.configFile);
  expect(after.fingerprint).not.toBe(before.fingerprint);
  const fingerprint = readFileSync(after.configFile.replace('.json', '.fingerprint'), 'utf8');
  expect(fingerprint).toBe(`${after.fingerprint}\n`);
});

test('keeps the rendering before, which running gateways have mounted, and drops older ones', async () => {
  const issuers = ['one', 'two', 'three'];
  for (const issuer of issuers) await render({ ...iam, sts: { issuer } });
  const directory = join(projectDir, 'secrets/test/fleet/test-fleet');
  const kept = readdirSync(directory).filter((name) => name.endsWith('.json'));
  const keptIssuers = kept.map((name) => (read(join(directory, name)).sts as unknown as { issuer: string }).issuer);
  expect(keptIssuers.sort()).toEqual(['three', 'two']);
});

test('a weak signing key and a missing password are refused at once, and nothing is made', async () => {
  const store = await withSigningKey('MTIzNDU2Nzg5MDEyMzQ1');
  const ldap = {
    name: 'ldap',
    type: 'ldap',
    server: 'ldaps://ldap.example.com',
    baseDN: 'dc=example',
    userFilter: '(uid=%s)',
    bindPassword: { secret: 'ldap-bind' },
  } as const;
  const where = `secret store ${join(projectDir, 'secrets/test')}`;
  await expect(render({ ...iam, providers: [ldap] })).rejects.toThrow(
    new SecretStoreError(
      [
        `${where} has no entry ldap-bind: write the password into it as secretAccessKey`,
        `entry test-fleet-signing-key of ${where}: the key decodes to 15 bytes, and at least 32 are needed: HS256 is as strong as its key, and below 16 bytes SeaweedFS refuses the whole file and, without static identities, serves everybody`,
      ].join('\n'),
    ),
  );
  expect(await store.names()).toEqual(['test-fleet-signing-key']);
});

test.skipIf(process.getuid?.() !== 0)('root gives the file to the gateways’ user (skipped unless root)', async () => {
  const { configFile } = await render(iam, '1000:1000');
  expect([statSync(configFile).uid, statSync(configFile).gid, mode(configFile)]).toEqual([1000, 1000, '600']);
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/index.js';
import { type Manifest, serializeManifest } from '../../manifest/index.js';
import { CLIENT_ID, startIssuer, type TestIssuer } from '../oidc/issuer.js';
import { trusting } from '../oidc/settings.js';
import { manifestFor, ROOT } from '../provisioning/fixture.js';
import { runCli } from './run.js';

let issuer: TestIssuer;
let emulator: Emulator;
let directory: string;
const cli = (...args: string[]) => runCli(directory, [...args, '--manifest', 'manifest.json']);

function declare(change: (provider: NonNullable<Manifest['oidc']>['providers'][number]) => void = () => {}): void {
  const manifest = manifestFor(emulator.endpoint, (one) => {
    const mapping = { groupsClaim: 'groups', rolesClaim: '', claimName: 'groups', claimPrefix: '', rolePolicies: [] };
    const claims = [{ value: 'web-storage', policies: ['web-storage'] }];
    const provider = { id: 'default', issuer: issuer.url, clientId: CLIENT_ID, scopes: ['openid'], mapping, claims };
    change(provider);
    one.oidc = { providers: [provider] };
  });
  writeFileSync(join(directory, 'manifest.json'), serializeManifest(manifest));
}

beforeAll(async () => {
  issuer = await startIssuer();
  emulator = await startEmulator({
    accessKey: ROOT.accessKeyId,
    secretKey: ROOT.secretAccessKey,
    oidc: trusting(issuer),
  });
  directory = mkdtempSync(join(tmpdir(), 'cdktf-rustfs-doctor-'));
});
afterAll(async () => {
  await emulator.close();
  await issuer.close();
  rmSync(directory, { recursive: true, force: true });
});

describe('oidc doctor', () => {
  test('a provider that is well, and what claims would get', async () => {
    declare();
    const { exitCode, stdout } = await cli('oidc', 'doctor', '--claims', '{"groups":["web-storage"]}');
    expect(stdout.split('\n')).toEqual([
      'asked from where this command runs; inside the network of the server it may look different',
      `ok      default: discovery: ${issuer.url}/.well-known/openid-configuration`,
      `ok      default: issuer: ${issuer.url}`,
      'ok      default: scopes: openid',
      "warning default: PKCE: the provider does not list S256, which the console's login uses (it lists none)",
      expect.stringMatching(/^ok {6}default: clock: the provider's clock and this machine's differ by about [01] s$/),
      `ok      default: keys: 1 at ${issuer.url}/jwks`,
      'ok      default: server: the server lists it',
      'a token with these claims would get these policies: web-storage',
      '  may list, get, put, delete on web-assets',
      '  may list, get, put, delete on web-uploads',
    ]);
    expect(exitCode).toBe(0);
  });

  test('claims that RustFS would refuse', async () => {
    declare();
    const { exitCode, stdout } = await cli('oidc', 'doctor', '--claims', '{"groups":["web-storage","offline_access"]}');
    expect(stdout.split('\n').slice(-3)).toEqual([
      'a token with these claims would get these policies: web-storage, offline_access',
      'RustFS 1.0.1 refuses the sign-in: no policy is called offline_access (400 InvalidRequest); leave such values out of the claim',
      '  may do nothing on any declared bucket',
    ]);
    expect(exitCode).toBe(1);
  });

  test('a token with another audience, from a key that was never published', async () => {
    declare();
    const token = await issuer.foreign({ groups: ['web-storage'], aud: [CLIENT_ID, 'account'] });
    writeFileSync(join(directory, 'token'), `${token}\n`);
    const { exitCode, stdout } = await cli('oidc', 'doctor', '--token-file', 'token', '--json');
    const { checks } = JSON.parse(stdout) as { checks: { check: string; status: string; detail: string }[] };
    expect(
      checks
        .filter(({ check }) => check.startsWith('token'))
        .map(({ check, status, detail }) => [check, status, detail]),
    ).toEqual([
      ['token signature', 'failed', 'signature verification failed: none of the published keys signed it'],
      ['token expiry', 'ok', expect.stringMatching(/^good until /)],
      ['token audience', 'failed', 'RustFS does not trust account: name it in otherAudiences'],
    ]);
    expect(stdout).not.toContain(token);
    expect(exitCode).toBe(1);
  });

  test('a provider that nobody reaches, and that the server does not know', async () => {
    declare((provider) => Object.assign(provider, { id: 'gone', issuer: 'http://127.0.0.1:9' }));
    const { exitCode, stdout } = await cli('oidc', 'doctor');
    expect(stdout.split('\n').slice(1)).toEqual([
      expect.stringMatching(
        /^failed {2}gone: discovery: cannot read http:\/\/127\.0\.0\.1:9\/\.well-known\/openid-configuration: /,
      ),
      'failed  gone: server: the server does not list it: it could not read the discovery document when it started; see its log, then restart it',
    ]);
    expect(exitCode).toBe(1);
  });

  test.each([
    [['--claims', 'groups'], `error: invalid --claims groups: expected a JSON object such as '{"groups":["obs"]}'`],
    [['--provider', 'x'], 'error: the manifest declares no OIDC provider x: it declares default'],
    [['--token-file', 'none'], 'error: cannot read the token file none (ENOENT)'],
  ])('mistake: %j', async (args, message) => {
    declare();
    const { exitCode, stderr } = await cli('oidc', 'doctor', ...args);
    expect([exitCode, stderr]).toEqual([1, message]);
  });
});

test('verify signs in by a token and tries what can be forged from it', async () => {
  const actions = ['s3:ListBucket', 's3:GetObject', 's3:PutObject', 's3:DeleteObject'];
  const grants = ['web-assets', 'web-uploads'].map((bucket) => ({ bucket, actions }));
  declare((provider) => Object.assign(provider.claims[0] ?? {}, { grants }));
  expect((await cli('apply', '--yes')).exitCode).toBe(0);
  writeFileSync(join(directory, 'token'), await issuer.mint({ groups: ['web-storage'] }));
  const { exitCode, stdout } = await cli('verify', '--web-identity-token-file', 'token');
  expect(stdout).toContain('8 forged tokens: 8 refused');
  expect(stdout).toContain(' 0 contradictions');
  expect(exitCode).toBe(0);
});

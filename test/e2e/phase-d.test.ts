/** One command: the gateway as OpenID provider, the emulator that trusts it, and the access proof with nothing but sessions. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProject, type Project, repository } from './fixture.js';

const MAIN = `
import { App } from 'cdktf';
import { PhaseDStack } from '${join(repository, 'stacks', 'phase-d.js')}';

const app = new App();
new PhaseDStack(app, 'phase-d');
app.synth();
`;

interface Event {
  readonly type: string;
  readonly [field: string]: unknown;
}

let project: Project;
beforeAll(async () => {
  project = await createProject(MAIN);
});
afterAll(async () => {
  // Only there if the test failed half-way.
  for (const directory of ['emulator-phase-d', 'gateway-phase-d']) {
    const handle = at('.cdktf-rustfs', directory, 'process.json');
    if (existsSync(handle)) process.kill((JSON.parse(readFileSync(handle, 'utf8')) as { pid: number }).pid);
  }
  await project.remove();
});

const at = (...path: string[]) => join(project.directory, ...path);

test('up signs every identity in at the gateway, proves what the sessions can do, and refuses every forgery', async () => {
  const { exitCode, stdout, stderr } = await project.run(process.execPath, [
    ...['node_modules/.bin/cdktf-rustfs', 'up', '--stack', 'phase-d', '--port', '0', '--json'],
  ]);
  expect([exitCode, stderr]).toEqual([0, '']);
  const events = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Event);
  const of = (type: string) => events.filter((event) => event.type === type);

  const proofs = of('proof');
  expect(proofs.map(({ endpoint }) => String(endpoint).replace(/\d+$/, '<port>'))).toEqual([
    'http://127.0.0.1:<port>',
    'http://s3.localhost:<port>',
  ]);
  for (const proof of proofs) {
    expect(proof.findings).toEqual([]);
    const matrix = proof.matrix as { accessKey: string; bucket: string; predicted: string[] }[];
    const byLogin = matrix.filter(({ accessKey, predicted }) => /login page$/.test(accessKey) && predicted.length > 0);
    expect(byLogin.map(({ bucket, predicted }) => `${predicted.join(' ')} on ${bucket}`).sort()).toEqual([
      'list get on audit',
      'list get on reports',
      'list get put delete on reports',
      'list get put on audit',
    ]);
  }
  const names = ['collector', 'editor', 'auditor'].flatMap((who) => [`${who} (token exchange)`, `${who} (login page)`]);
  expect(of('signed-in').map(({ name }) => name)).toEqual([...names, ...names]);

  const forged = of('forgery');
  expect(forged.filter(({ refused }) => refused !== true)).toEqual([]);
  const tried = new Set(forged.map(({ what }) => what));
  for (const what of [
    'without signature (alg: none)',
    "signed with the provider's public key as a shared secret (HS256)",
    'that has expired, signed by the provider',
    'for another audience, signed by the provider',
    'in the name of another issuer, signed by the provider',
    'for a code that was used before',
    'for a code without its PKCE verifier',
    "for a code with another sign-in's PKCE verifier",
    'for a sign-in without PKCE',
  ])
    expect([what, tried.has(what)]).toEqual([what, true]);

  // Nobody has a key at RustFS, and what identities have is in no file of Terraform.
  const manifest = JSON.parse(readFileSync(at('cdktf.out/stacks/phase-d/manifest.json'), 'utf8')) as {
    accessKeys: object[];
    users: object[];
    server: { clientEndpoint: string };
  };
  expect([manifest.accessKeys, manifest.users]).toEqual([[], []]);
  const tokens = readdirSync(at('secrets/phase-d/gateway/api-keys')).map((name) =>
    readFileSync(at('secrets/phase-d/gateway/api-keys', name), 'utf8').trim(),
  );
  expect(tokens).toHaveLength(3);
  for (const file of ['cdktf.out/stacks/phase-d/cdk.tf.json', 'terraform.phase-d.tfstate', 'reports/access.json'])
    for (const token of tokens) expect(readFileSync(at(file), 'utf8')).not.toContain(token);
  for (const directory of ['emulator-phase-d', 'gateway-phase-d'])
    expect([directory, existsSync(at('.cdktf-rustfs', directory, 'process.json'))]).toEqual([directory, false]);
}, 180_000);

/** One command: an external OpenID provider's stand-in, the emulator that trusts it, and the access proof of who signs in there. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProject, type Project, repository } from './fixture.js';
import { jsonLines, leftRunning, mainOf, onlyNode, removeWithProcesses, type UpEvent, upArguments } from './up.js';

let project: Project;
let path: string;
beforeAll(async () => {
  project = await createProject(mainOf(repository, 'phase-b', 'PhaseBStack'));
  path = await onlyNode(project);
});
afterAll(() => removeWithProcesses(project));

const SIGN_INS = ['audit-collectors', 'auditors', 'report-writers'].map((value) => `${value} at sso`);

interface Row {
  readonly accessKey: string;
  readonly bucket: string;
  readonly predicted: readonly string[];
}

/** What the three groups may do, beside which nothing is allowed: as the stack says in words. */
const RIGHTS = [
  'sign-in at sso of audit-collectors: list get put on audit',
  'sign-in at sso of auditors: list get on audit',
  'sign-in at sso of auditors: list get on reports',
  'sign-in at sso of report-writers: list get put delete on reports',
];

test('up signs in by each claim value, directly and through the gateway, and every forgery is refused', async () => {
  const { exitCode, stdout, stderr } = await project.run(process.execPath, upArguments('phase-b', '--json', '--keep'), {
    PATH: path,
  });
  expect([exitCode, stderr]).toEqual([0, '']);
  const events = jsonLines(stdout);
  const of = (type: string) => events.filter((event) => event.type === type);

  const proofs = of('proof') as (UpEvent & { findings: unknown[]; matrix: Row[]; endpoint: string })[];
  expect(proofs.map(({ endpoint, findings }) => [endpoint.replace(/\d+$/, '<port>'), findings])).toEqual([
    ['http://127.0.0.1:<port>', []],
    ['http://s3.localhost:<port>', []],
  ]);
  for (const { matrix } of proofs) {
    const rights = matrix
      .filter(({ accessKey, predicted }) => accessKey.startsWith('sign-in') && predicted.length > 0)
      .map(({ accessKey, bucket, predicted }) => `${accessKey}: ${predicted.join(' ')} on ${bucket}`);
    expect(rights.sort()).toEqual(RIGHTS);
  }
  const signedIn = of('signed-in') as (UpEvent & {
    name: string;
    probes: { total: number; allowed: number; refused: number };
  })[];
  expect(signedIn.map(({ by, name }) => `${by}: ${name}`)).toEqual(
    [...SIGN_INS, ...SIGN_INS].map((name) => `web identity: ${name}`),
  );
  for (const { probes } of signedIn) {
    expect(probes.allowed).toBeGreaterThan(0);
    expect(probes.refused).toBeGreaterThan(0);
    expect(probes.allowed + probes.refused).toBe(probes.total);
  }
  const forgeries = of('forgery') as (UpEvent & { what: string; refused: boolean; answer: string })[];
  expect(forgeries).toHaveLength(2 * 3 * 12);
  expect(forgeries.filter(({ answer }) => answer !== '403 AccessDenied')).toEqual([]);
  expect([...new Set(forgeries.map(({ what }) => what))].sort()).toEqual([
    'for a further audience, signed by the provider',
    'for another audience',
    'for another audience, signed by the provider',
    'in the name of another issuer, signed by the provider',
    'of another issuer',
    'signed by another key under the same key id',
    "signed with the provider's public key as a shared secret (HS256)",
    'that has expired',
    'that has expired, signed by the provider',
    'with changed claims under the old signature',
    'with the signature cut off',
    'without signature (alg: none)',
  ]);

  expect(leftRunning(project).map(({ name }) => name)).toEqual([
    'emulator-phase-b',
    'gateway-phase-b',
    'oidc-provider-phase-b',
  ]);
}, 240_000);

test('a browser gets from the gateway to the provider, and nowhere else in the administration', async () => {
  const at = (name: string) =>
    JSON.parse(readFileSync(join(project.directory, '.cdktf-rustfs', name, 'process.json'), 'utf8')) as {
      endpoint: string;
    };
  const { endpoint } = at('gateway-phase-b');
  const gateway = async (target: string) => {
    const call = request(endpoint + target, { headers: { host: 's3.localhost' } }).end();
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    return { status: response.statusCode, location: response.headers.location, body: await text(response) };
  };
  expect(JSON.parse((await gateway('/rustfs/admin/v3/oidc/providers')).body)).toEqual([
    { provider_id: 'sso', display_name: 'sso' },
  ]);
  expect((await gateway('/rustfs/admin/v3/oidc/config')).status).toBe(403);
  const begun = await gateway('/rustfs/admin/v3/oidc/authorize/sso');
  const login = new URL(begun.location ?? '');
  expect([begun.status, login.origin, login.searchParams.get('redirect_uri')]).toEqual([
    302,
    at('oidc-provider-phase-b').endpoint,
    'http://s3.localhost/rustfs/admin/v3/oidc/callback/sso',
  ]);

  // RustFS' own verifier is RustFS' secret, so the way back is gone with one of ours.
  const verifier = randomBytes(32).toString('base64url');
  login.searchParams.set('code_challenge', createHash('sha256').update(verifier).digest('base64url'));
  expect(await (await fetch(login)).text()).toContain('Anybody gets any token here. Never for production.');
  const submitted = await fetch(login, {
    method: 'POST',
    body: new URLSearchParams({ sub: 'wanda', groups: 'auditors, report-writers' }),
    redirect: 'manual',
  });
  const back = new URL(submitted.headers.get('location') ?? '');
  expect([submitted.status, back.origin + back.pathname, back.searchParams.get('state')]).toEqual([
    303,
    'http://s3.localhost/rustfs/admin/v3/oidc/callback/sso',
    login.searchParams.get('state'),
  ]);
  const redeem = (code_verifier: string) =>
    fetch(`${login.origin}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: back.searchParams.get('code') ?? '',
        redirect_uri: login.searchParams.get('redirect_uri') ?? '',
        client_id: 'rustfs',
        code_verifier,
      }),
    });
  const { id_token } = (await (await redeem(verifier)).json()) as { id_token: string };
  const claims = JSON.parse(Buffer.from(id_token.split('.')[1] ?? '', 'base64url').toString('utf8')) as object;
  expect(claims).toMatchObject({
    sub: 'wanda',
    aud: 'rustfs',
    groups: ['auditors', 'report-writers'],
    nonce: login.searchParams.get('nonce'),
  });
  expect((await redeem(verifier)).status).toBe(400); // a code is good once
}, 60_000);

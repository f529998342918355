import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { directorySecretStore } from '../../provisioning/secrets/directory-store.js';
import type { DevelopmentIssuer } from '../../seaweedfs/development-issuer/issuer.js';
import { serializeFleetManifest } from '../../seaweedfs/manifest/index.js';
import { bin } from '../e2e/fixture.js';
import {
  ADMIN,
  AUDITOR,
  goodConfig,
  manifestOf,
  SIGNING_KEY,
  startFleet,
  type TestFleet,
  testIssuer,
} from '../seaweedfs/support/fleet.js';

let directory: string;
let issuer: DevelopmentIssuer;
let fleet: TestFleet | undefined;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'cdktf-rustfs-fleet-cli-'));
  issuer = await testIssuer();
});
afterEach(async () => {
  await fleet?.close();
  fleet = undefined;
  await issuer.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Starts stand-ins with these configurations, and writes what a deployment leaves: manifest, template and secrets. */
async function deploy(configs: readonly object[]): Promise<void> {
  fleet = await startFleet(configs.map((config) => ({ iamConfig: JSON.stringify(config) })));
  const template = JSON.stringify({ sts: { tokenDuration: '1h', maxSessionLength: '12h' } });
  const templateSha256 = createHash('sha256').update(template).digest('hex');
  const manifest = { ...manifestOf(fleet.addresses, issuer.issuer), templateSha256 };
  writeFileSync(join(directory, 'template.json'), template);
  writeFileSync(join(directory, 'fleet.json'), serializeFleetManifest(manifest));
  const store = directorySecretStore(join(directory, 'secrets'));
  const keys = {
    'fleet-admin': ADMIN,
    'fleet-auditor': AUDITOR,
    'fleet-signing-key': { accessKeyId: 'signing-key', secretAccessKey: SIGNING_KEY },
  };
  for (const [name, { accessKeyId, secretAccessKey }] of Object.entries(keys)) {
    const current = { accessKeyId, secretAccessKey, createdAt: '2026-01-01T00:00:00.000Z', state: 'active' as const };
    await store.write(name, { current }, { endpoint: fleet.addresses.balancer, region: 'us-east-1' });
  }
}

const cli = (args: readonly string[], environment: Record<string, string> = {}) =>
  execa(process.execPath, [bin, 'fleet', ...args], {
    cwd: directory,
    reject: false,
    stdin: 'ignore',
    env: { CI: 'true', FORCE_COLOR: undefined, AWS_WEB_IDENTITY_TOKEN_FILE: undefined, ...environment },
  });
const onManifest = (command: string, ...args: string[]) => cli([command, '--manifest', 'fleet.json', ...args]);
const good = () => goodConfig(issuer.issuer);
const open = () => ({ sts: { signingKey: 'not base64' } });

describe('fleet verify', () => {
  test('0 for a fleet as declared, and names what was not probed', async () => {
    await deploy([good(), good(), good()]);
    const { exitCode, stdout } = await onManifest(
      'verify',
      '--development-issuer',
      issuer.issuer,
      '--confidence',
      '0.9',
    );
    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      '3 gateways and the balancer; through the balancer each request 9 times, web identities 22 times',
    );
    expect(stdout).toMatch(/answers, \d+ as expected, 0 findings$/m);
    expect(stdout).toContain('stand-in: these answers came from the cdktf-rustfs stand-in, not from SeaweedFS');
    expect(stdout).toContain('not probed: configuration of the containers: ask for it with --containers');
    expect(stdout).toContain('not probed: clients go on while a gateway is stopped: ask for it with --kill-one');
    expect(stdout).not.toContain(ADMIN.secretAccessKey);
  });

  test('with the token of a file, as CI jobs and pods have it', async () => {
    await deploy([good(), good(), good()]);
    writeFileSync(join(directory, 'token'), `${await issuer.token({ team: 'storage' })}\n`);
    const { exitCode, stdout } = await onManifest(
      'verify',
      '--web-identity-token-file',
      'token',
      '--confidence',
      '0.5',
      '--json',
    );
    const proof = JSON.parse(stdout) as { findings: unknown[]; notProbed: { what: string }[] };
    expect([exitCode, proof.findings]).toEqual([0, []]);
    expect(proof.notProbed.map(({ what }) => what)).toContain('tokens of wrong audience and expired ones');
  });

  test('3 for one open gateway, with what it means and the way out', async () => {
    await deploy([good(), good(), open()]);
    const { exitCode, stdout } = await onManifest('verify', '--confidence', '0.9');
    expect(exitCode).toBe(3);
    expect(stdout).toContain('gateway-3: anonymous GET /: expected 403, got 200 OK');
    expect(stdout).toContain('    way out: take the gateway out of the balancer now;');
  });

  test('1 where nobody answers', async () => {
    await deploy([good(), good(), good()]);
    await fleet?.close();
    fleet = undefined;
    const { exitCode, stdout } = await onManifest('verify', '--confidence', '0.5');
    expect(exitCode).toBe(1);
    expect(stdout).toContain('there was no answer at all, so nothing is known of this place');
  });

  test.each([
    [
      'a token that is none',
      ['--web-identity-token-file', 'fleet.json'],
      "fleet.json holds no JWT: expected an OIDC token of one of the fleet's providers",
    ],
    ['a file that is not there', ['--web-identity-token-file', 'nope'], 'cannot read the token file nope (ENOENT)'],
    [
      'an issuer of nobody',
      ['--development-issuer', 'http://127.0.0.1:9'],
      '--development-issuer http://127.0.0.1:9 is no provider of the fleet; it has: ',
    ],
    ['a confidence of 1', ['--confidence', '1'], 'expected a probability between 0 and 1, such as 0.999'],
  ])('1 for %s', async (_, args, message) => {
    await deploy([good()]);
    const { exitCode, stderr } = await onManifest('verify', ...args);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(message);
  });

  test('1 without the key that the proof signs with', async () => {
    await deploy([good()]);
    rmSync(join(directory, 'secrets'), { recursive: true });
    const { exitCode, stderr } = await onManifest('verify');
    expect([exitCode, stderr]).toEqual([
      1,
      `error: secret store ${join(directory, 'secrets')} has no key of identity admin, which the proof signs with: deploy the fleet, or make its secrets with fleet render`,
    ]);
  });
});

describe('fleet status', () => {
  test('a line per gateway, 3 when one differs', async () => {
    const other = good();
    await deploy([good(), good(), { ...other, roles: other.roles.slice(1), sts: { ...other.sts, issuer: 'other' } }]);
    const { exitCode, stdout } = await onManifest('status');
    expect(exitCode).toBe(3);
    const line = (name: string) =>
      stdout
        .split('\n')
        .find((text) => text.startsWith(name))
        ?.split(/\s{2,}/);
    expect(line('gateway-1')?.slice(0, 4)).toEqual(['gateway-1', 'as declared', 'as declared', 'as declared']);
    expect(line('gateway-3')?.[3]).toBe('role not found: Writer');
  });
});

describe('fleet restart and rotate-signing-key', () => {
  /** A docker that notes what it is asked, and says that the balancer has one worker. */
  function fakeDocker(): () => string[] {
    const bins = join(directory, 'bin');
    const log = join(directory, 'docker.log');
    mkdirSync(bins);
    writeFileSync(log, '');
    writeFileSync(
      join(bins, 'docker'),
      `#!/bin/sh\necho "$@" >> ${log}\n[ "$1" = top ] && echo '1 nginx: worker process'\nexit 0\n`,
    );
    chmodSync(join(bins, 'docker'), 0o755);
    return () => readFileSync(log, 'utf8').trim().split('\n');
  }

  test('a rotation needs an approval, and says what it ends', async () => {
    await deploy([good(), good(), good()]);
    fakeDocker();
    const { exitCode, stdout, stderr } = await cli(['rotate-signing-key', '--manifest', 'fleet.json'], {
      PATH: `${join(directory, 'bin')}:${process.env.PATH}`,
    });
    expect([exitCode, stderr]).toEqual([1, 'error: this needs an approval: pass --yes, or run it on a terminal']);
    expect(stdout).toContain(
      'Rotating the signing key of fleet fleet ends every session that exists, on all 3 gateways:',
    );
    expect(
      (await directorySecretStore(join(directory, 'secrets')).read('fleet-signing-key'))?.current.secretAccessKey,
    ).toBe(SIGNING_KEY);
  });

  test('a restart drains, stops and starts each container through docker', async () => {
    await deploy([good(), good(), good()]);
    const manifest = JSON.parse(readFileSync(join(directory, 'fleet.json'), 'utf8'));
    const runAs = `${process.getuid?.()}:${process.getgid?.()}`;
    const template = JSON.stringify({
      ...goodConfig('https://idp.example.com'),
      sts: {
        ...goodConfig('https://idp.example.com').sts,
        signingKey: { $secret: 'fleet-signing-key', field: 'secretAccessKey' },
      },
    });
    const templateSha256 = createHash('sha256').update(template).digest('hex');
    writeFileSync(join(directory, 'template.json'), template);
    writeFileSync(
      join(directory, 'fleet.json'),
      JSON.stringify({
        ...manifest,
        runAs,
        templateSha256,
        configFile: 'files/iam.json',
        balancer: { ...manifest.balancer, configFile: 'files/balancer/nginx.conf' },
      }),
    );
    const calls = fakeDocker();
    const { exitCode, stdout, stderr } = await cli(['restart', '--manifest', 'fleet.json'], {
      PATH: `${join(directory, 'bin')}:${process.env.PATH}`,
    });
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout.split('\n').slice(1, 4)).toEqual(['gateway-1: drained', 'gateway-1: stopped', 'gateway-1: ready']);
    const reload = 'kill --signal HUP fleet-balancer';
    const one = (name: string) => [
      reload,
      'top fleet-balancer -eo pid,args',
      `stop --time 10 fleet-${name}`,
      `start fleet-${name}`,
    ];
    expect(calls()).toEqual([
      'inspect --type container fleet-gateway-1 fleet-gateway-2 fleet-gateway-3 fleet-balancer',
      reload,
      ...one('gateway-1'),
      ...one('gateway-2'),
      ...one('gateway-3'),
      reload,
    ]);
    expect(readFileSync(join(directory, 'files', 'balancer', 'nginx.conf'), 'utf8')).not.toContain(' down;');
  });

  test('without docker, says so and leaves nothing half-done', async () => {
    await deploy([good(), good(), good()]);
    const { exitCode, stderr } = await cli(['rotate-signing-key', '--manifest', 'fleet.json', '--yes'], {
      PATH: '/nonexistent',
    });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: docker inspect --type container .* failed: .*ENOENT/);
    expect(
      (await directorySecretStore(join(directory, 'secrets')).read('fleet-signing-key'))?.current.secretAccessKey,
    ).toBe(SIGNING_KEY);
  });
});

describe('fleet stand-in', () => {
  test('ends with the exit code of weed where weed would end', async () => {
    writeFileSync(join(directory, 'iam.json'), '{"sts":');
    const { exitCode, stdout, stderr } = await cli(['stand-in', '--iam-config', 'iam.json', '--port', '0']);
    expect(exitCode).toBe(255);
    expect(stdout).toBe('cdktf-rustfs stand-in for weed s3 (not SeaweedFS), behaving like 4.44');
    expect(stderr).toBe('F fail to load config file: unmarshal error: proto: syntax error');
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { directorySecretStore } from '../../../provisioning/secrets/directory-store.js';
import { type Credentials, createWire, type Wire } from '../../../provisioning/wire.js';
import type { FleetGateway, FleetManifest } from '../../../seaweedfs/manifest/index.js';
import type { FleetDriver } from '../../../seaweedfs/operations/driver.js';
import { fileJournal, replaceSigningKey, rollingRestart, rotationNotice } from '../../../seaweedfs/operations/index.js';
import { ask, assumeRole, sessionOf } from '../../../seaweedfs/proof/client.js';
import { memoryStore, startStandIn } from '../../../seaweedfs/stand-in/index.js';
import { ADMIN, goodConfig, manifestOf } from '../support/fleet.js';
import { freePorts } from '../support/weed.js';

const ISSUER = 'http://127.0.0.1:9';

let directory: string;
let manifest: FleetManifest;
let driver: FleetDriver & { readonly down: () => string[]; readonly log: string[] };
/** What a gateway reads at its next start. */
let config: object;
const ends: (() => unknown)[] = [];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'fleet-restart-'));
  const ports = await freePorts(4);
  const urls = ports.map((port) => `http://127.0.0.1:${port}`);
  manifest = manifestOf({ gateways: urls.slice(0, 3), balancer: urls[3] ?? '' }, ISSUER);
  config = goodConfig(ISSUER);
  driver = inProcessDriver();
  for (const gateway of manifest.gateways) await driver.start(gateway);
  driver.log.length = 0;
});
afterEach(async () => {
  for (const gateway of manifest.gateways) await driver.stop(gateway);
  for (const end of ends.splice(0)) await end();
  rmSync(directory, { recursive: true, force: true });
});

function inProcessDriver(): typeof driver {
  const store = memoryStore();
  const running = new Map<string, { close(): Promise<void> }>();
  const log: string[] = [];
  let down: ReadonlySet<string> = new Set();
  return {
    description: 'this process',
    check: async () => {},
    log,
    down: () => [...down],
    async stop({ name }) {
      log.push(`stop ${name}`);
      await running.get(name)?.close();
      running.delete(name);
    },
    async start({ name, endpoint }) {
      if (running.has(name)) return;
      log.push(`start ${name}`);
      const port = Number(new URL(endpoint).port);
      running.set(name, await startStandIn({ iamConfig: JSON.stringify(config), port, store }));
    },
    async configureBalancer(names) {
      log.push(`down ${[...names].join(' ')}`.trim());
      down = names;
    },
    hasDrained: async () => true,
    configSha256: async () => undefined,
  };
}

const journal = () => fileJournal(join(directory, 'operation.json'));
const restart = (more: Partial<Parameters<typeof rollingRestart>[0]> = {}) =>
  rollingRestart({
    manifest,
    driver,
    admin: ADMIN,
    journal: journal(),
    fingerprint: 'f1',
    readyTimeoutMs: 500,
    ...more,
  });

function wireOf(gateway: FleetGateway | undefined): Wire {
  const wire = createWire({ endpoint: gateway?.endpoint ?? '' });
  ends.push(() => wire.close());
  return wire;
}

const list = (gateway: FleetGateway | undefined, who: Credentials) =>
  ask(wireOf(gateway), { method: 'GET', path: '/' }, who).then(({ text }) => text);

describe('rolling restart', () => {
  test('takes one gateway out at a time, and all are in at the end', async () => {
    await restart();
    expect(driver.log).toEqual([
      'down',
      ...['gateway-1', 'gateway-2', 'gateway-3'].flatMap((name) => [`down ${name}`, `stop ${name}`, `start ${name}`]),
      'down',
    ]);
    expect(await journal().read()).toBeUndefined();
  });

  test('a gateway that comes up open stays out, and nothing else is touched', async () => {
    config = { sts: { signingKey: 'broken' } };
    await expect(restart()).rejects.toThrow(
      `gateway gateway-1 at ${manifest.gateways[0]?.endpoint} is not ready: it is open: anonymous GET / was answered with 200 OK; ` +
        'it stays out of the balancer, the others serve. Look at its log, correct the cause and run the command again',
    );
    expect(driver.down()).toEqual(['gateway-1']);
    expect(await list(manifest.gateways[1], ADMIN)).toBe('200 OK');

    config = goodConfig(ISSUER);
    driver.log.length = 0;
    await restart();
    expect(driver.log.slice(0, 4)).toEqual(['down gateway-1', 'stop gateway-1', 'start gateway-1', 'down']);
    expect(driver.log.filter((line) => line.startsWith('stop'))).toEqual([
      'stop gateway-1',
      'stop gateway-2',
      'stop gateway-3',
    ]);
    expect(driver.down()).toEqual([]);
  });

  test('after an interruption, goes on with what is not done; after a change of the configuration, from the start', async () => {
    await journal().write({ operation: 'restart', fingerprint: 'f1', done: ['gateway-1', 'gateway-2'] });
    await restart();
    expect(driver.log.filter((line) => line.startsWith('stop'))).toEqual(['stop gateway-3']);

    await journal().write({ operation: 'restart', fingerprint: 'f0', done: ['gateway-1', 'gateway-2'] });
    driver.log.length = 0;
    await restart();
    expect(driver.log.filter((line) => line.startsWith('stop'))).toHaveLength(3);
  });

  test('a broken journal is as good as none', async () => {
    writeFileSync(join(directory, 'operation.json'), '{"operation":');
    await restart();
    expect(driver.log.filter((line) => line.startsWith('stop'))).toHaveLength(3);
  });

  test('refuses a fleet of one', async () => {
    manifest = { ...manifest, gateways: manifest.gateways.slice(0, 1) };
    await expect(restart()).rejects.toThrow(
      'fleet fleet has one gateway: a restart would fail every request meanwhile; declare at least two',
    );
  });
});

describe('rotation of the signing key', () => {
  const store = () => directorySecretStore(join(directory, 'secrets'));
  const entry = async () => (await store().read('fleet-signing-key'))?.current.secretAccessKey;
  const OLD = Buffer.alloc(32, 1).toString('base64');

  beforeEach(async () => {
    const current = {
      accessKeyId: 'signing-key',
      secretAccessKey: OLD,
      createdAt: '2026-01-01T00:00:00.000Z',
      state: 'active' as const,
    };
    await store().write(
      'fleet-signing-key',
      { current },
      { endpoint: manifest.balancer.endpoint, region: 'us-east-1' },
    );
  });

  test('says what it ends', () => {
    expect(rotationNotice(manifest, '4h')).toBe(
      [
        'Rotating the signing key of fleet fleet ends every session that exists, on all 3 gateways:',
        '  - each gateway has one key, so sessions of the old key fail with InvalidAccessKeyId as soon as the gateway that they meet has restarted;',
        '  - until the last gateway has restarted, old and new sessions both fail now and then: clients have to assume their role again',
        '    on InvalidAccessKeyId, and once more if that hits the other kind of gateway;',
        '  - sessions would have lived up to 4h, those of static keys up to 12h. Static keys go on without a failed request.',
      ].join('\n'),
    );
  });

  test('ends old sessions, not static keys; the old key stays beside the new one', async () => {
    const session = sessionOf('AssumeRole', await assumeRole(wireOf(manifest.gateways[0]), undefined, ADMIN));
    if (session === undefined) throw new Error('no session');
    expect(await list(manifest.gateways[1], session.credentials)).toBe('200 OK');

    expect(await replaceSigningKey(manifest, store(), journal())).toBe(true);
    const key = await entry();
    expect(key).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    expect(key).not.toBe(OLD);
    expect((await store().read('fleet-signing-key'))?.previous?.secretAccessKey).toBe(OLD);

    config = { ...goodConfig(ISSUER), sts: { ...goodConfig(ISSUER).sts, signingKey: key } };
    await restart({ operation: 'rotate-signing-key', fingerprint: 'f2' });
    expect(await list(manifest.gateways[1], session.credentials)).toBe('403 InvalidAccessKeyId');
    expect(await list(manifest.gateways[1], ADMIN)).toBe('200 OK');
  });

  test('an interrupted one goes on with the key that it has made', async () => {
    expect(await replaceSigningKey(manifest, store(), journal())).toBe(true);
    const key = await entry();
    const interrupted = new AbortController();
    const run = restart({
      operation: 'rotate-signing-key',
      fingerprint: 'f2',
      signal: interrupted.signal,
      onStep: (gateway, step) => gateway === 'gateway-2' && step === 'ready' && interrupted.abort(new Error('stopped')),
    });
    await expect(run).rejects.toThrow('stopped');
    expect(driver.down()).toEqual([]);
    expect(JSON.parse(readFileSync(join(directory, 'operation.json'), 'utf8'))).toEqual({
      operation: 'rotate-signing-key',
      fingerprint: 'f2',
      done: ['gateway-1', 'gateway-2'],
    });

    expect(await replaceSigningKey(manifest, store(), journal())).toBe(false);
    expect(await entry()).toBe(key);
    driver.log.length = 0;
    await restart({ operation: 'rotate-signing-key', fingerprint: 'f2' });
    expect(driver.log.filter((line) => line.startsWith('stop'))).toEqual(['stop gateway-3']);
  });
});

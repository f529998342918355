import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../../emulator/index.js';
import {
  type AccessProof,
  createWire,
  directorySecretStore,
  openSession,
  type PreflightResult,
  preflight,
  type Session,
  verify,
} from '../../../provisioning/index.js';
import { manifestFor, ROOT } from '../fixture.js';
import { allow } from './estate.js';

const BETA = '1.0.0-beta.7';
let directory: string;
let backup: string;
let emulator: Emulator | undefined;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cdktf-rustfs-preflight-'));
  backup = join(directory, 'backup.json');
});
afterEach(async () => {
  await emulator?.close();
  emulator = undefined;
  await rm(directory, { recursive: true, force: true });
});

/** Ends the server that runs, and starts another version on the same data. */
async function restart(version: Emulator['version'], options: Partial<EmulatorOptions> = {}): Promise<Emulator> {
  await emulator?.close();
  const { accessKeyId: accessKey, secretAccessKey: secretKey } = ROOT;
  emulator = await startEmulator({ accessKey, secretKey, dataDir: join(directory, 'data'), version, ...options });
  return emulator;
}

const manifestOn = (version: Emulator['version']) =>
  manifestFor(emulator?.endpoint ?? '', (manifest) => {
    manifest.server.rustfsVersion = version;
  });

async function withSession<T>(version: Emulator['version'], work: (session: Session) => Promise<T>): Promise<T> {
  const store = directorySecretStore(join(directory, 'secrets'));
  const session = await openSession({ manifest: manifestOn(version), root: ROOT, store });
  try {
    return await work(session);
  } finally {
    session.close();
  }
}

async function asRoot(method: string, path: string, query: Record<string, string>, body?: unknown) {
  const wire = createWire({ endpoint: emulator?.endpoint ?? '' });
  try {
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    return await wire.send({ method, path: `/rustfs/admin/v3/${path}`, query, ...text }, ROOT, { retry: false });
  } finally {
    wire.close();
  }
}

async function run(fix: boolean, keepRights = false): Promise<PreflightResult> {
  const wire = createWire({ endpoint: emulator?.endpoint ?? '' });
  try {
    return await preflight({
      from: BETA,
      to: '1.0.1',
      manifest: manifestOn(BETA),
      server: { wire, root: ROOT },
      keepRights,
      accept: ['quota-usage'],
      ...(fix ? { fix: { backup } } : {}),
    });
  } finally {
    wire.close();
  }
}

const put = async (name: string, ...Statement: object[]) => {
  const { status } = await asRoot('PUT', 'add-canned-policy', { name }, { Version: '2012-10-17', Statement });
  expect(status).toBe(200);
};
const plant = async () => {
  await put('kms-operator', allow(['admin:KMSCreateKey', 'admin:ServerInfo'], {}));
  await put('kms-only', allow(['admin:KMSKeyStatus'], {}));
  await put('reader', allow(['s3:ListBucket', 's3:GetObject']));
};
const blocking = ({ report }: PreflightResult) =>
  report.findings.filter(({ severity }) => severity === 'blocks-start').map(({ object }) => object);
const storedPolicy = async (name: string) =>
  JSON.parse((await asRoot('GET', 'list-canned-policies', {})).body.toString())[name].Statement as {
    Action: string[];
  }[];
const backedUp = async () =>
  (
    JSON.parse(await readFile(backup, 'utf8')).replaced as {
      policy: string;
      document: { Statement: { Action: string[] }[] };
    }[]
  )
    .map(({ policy, document }) => [policy, document.Statement.flatMap(({ Action }) => Action)])
    .sort();

test('found on beta.7, fixed there, and the same data on 1.0.1 holds what is declared and nothing else', async () => {
  await restart(BETA);
  await withSession(BETA, async (session) => session.apply(await session.plan()));
  await plant();

  expect(blocking(await run(false)).sort()).toEqual(['policy kms-only', 'policy kms-operator']);
  await restart('1.0.1');
  expect(emulator?.unreadablePolicies.toSorted()).toEqual(['kms-only', 'kms-operator']);
  expect((await asRoot('GET', 'list-users', {})).status).toBe(503);

  await restart(BETA);
  const { report, fixed } = await run(true);
  expect(blocking({ report, fixed })).toEqual([]);
  expect(fixed.map(({ object, rule }) => `${object} ${rule}`).sort()).toEqual([
    'policy kms-only policy-actions',
    'policy kms-operator policy-actions',
  ]);
  expect(await backedUp()).toEqual([
    ['kms-only', ['admin:KMSKeyStatus']],
    ['kms-operator', ['admin:KMSCreateKey', 'admin:ServerInfo']],
  ]);

  await restart('1.0.1');
  expect(emulator?.unreadablePolicies).toEqual([]);
  const proof: AccessProof = await withSession('1.0.1', async (session) => {
    await session.apply(await session.plan());
    return verify(session, {});
  });
  expect([proof.probes.contradictions, proof.findings]).toEqual([0, []]);
  expect(proof.probes.allowed).toBeGreaterThan(0);
  expect(proof.probes.refused).toBeGreaterThan(0);
});

test('a second run finds nothing more to fix, and an interrupted one is finished by the next', async () => {
  await restart(BETA);
  await withSession(BETA, async (session) => session.apply(await session.plan()));
  await plant();
  let writes = 0;
  await restart(BETA, {
    onRequest: ({ path }) =>
      path.endsWith('/add-canned-policy') && ++writes === 2 ? { action: 'respond', status: 500 } : undefined,
  });
  await expect(run(true)).rejects.toThrow(/^PUT \/rustfs\/admin\/v3\/add-canned-policy failed: HTTP 500/);
  expect((await backedUp()).map(([policy]) => policy)).toEqual(['kms-only', 'kms-operator']);

  const second = await run(true);
  expect([second.fixed.length, blocking(second)]).toEqual([1, []]);
  expect((await run(true)).fixed).toEqual([]);
  expect((await backedUp()).map(([policy]) => policy)).toEqual(['kms-only', 'kms-operator']);
});

test('--keep-rights adds what 1.0.1 wants by name; without it nothing is added', async () => {
  await restart(BETA);
  await withSession(BETA, async (session) => session.apply(await session.plan()));
  await plant();
  await run(true);
  expect((await storedPolicy('reader'))[0]?.Action.toSorted()).toEqual(['s3:GetObject', 's3:ListBucket']);
  await run(true, true);
  expect((await storedPolicy('reader'))[0]?.Action.toSorted()).toEqual([
    's3:GetObject',
    's3:GetObjectVersion',
    's3:ListBucket',
    's3:ListBucketVersions',
  ]);
});

test('a declared policy is left to the stack, which would put it back', async () => {
  await restart(BETA);
  await put('web-storage', allow(['admin:KMSCreateKey'], {}));
  const { report, fixed } = await run(true);
  expect(fixed).toEqual([]);
  const finding = report.findings.find(
    ({ rule, object }) => rule === 'policy-actions' && object === 'policy web-storage',
  );
  expect(finding).toMatchObject({
    fixable: false,
    fix: 'it is declared: change it in the stack and apply, then run preflight again',
  });
});

test('a file that is no backup is not overwritten, and nothing is changed', async () => {
  await restart(BETA);
  await plant();
  await writeFile(backup, 'my notes');
  await expect(run(true)).rejects.toThrow(`${backup} is no backup of preflight: name another file with --backup`);
  expect(await readFile(backup, 'utf8')).toBe('my notes');
  expect((await storedPolicy('kms-only'))[0]?.Action).toEqual(['admin:KMSKeyStatus']);
});

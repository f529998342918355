import { afterEach, expect, test } from 'vitest';
import { directorySecretStore, type ProbeResult, type StoreEntry } from '../../../provisioning/index.js';
import { createProofWorld, type ProofWorld, type WorldOptions } from './world.js';

let world: ProofWorld | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

async function start(options: WorldOptions = {}): Promise<ProofWorld> {
  world = await createProofWorld(options);
  await world.apply();
  return world;
}

async function changeEntry(
  { secretsDir, endpoint }: ProofWorld,
  name: string,
  change: (entry: StoreEntry) => StoreEntry,
) {
  const store = directorySecretStore(secretsDir);
  const entry = await store.read(name);
  if (!entry) throw new Error(`no entry ${name}`);
  await store.write(name, change(entry), { endpoint, region: 'us-east-1' });
}

test('beta.7, as declared', async () => {
  const { prove, leftovers } = await start({ version: '1.0.0-beta.7' });
  const proof = await prove();
  expect(proof.findings).toEqual([]);
  expect(proof.probes).toEqual({ total: 302, allowed: 49, refused: 253, contradictions: 0 });
  expect(await leftovers()).toEqual([]);
});

test('no secret is in what a run hands out', async () => {
  const { prove, secretsDir, admin } = await start();
  await admin('PUT', '/set-user-or-group-policy', { policyName: 'readonly', userOrGroup: 'web-svc', isGroup: 'false' });
  const results: ProbeResult[] = [];
  const proof = await prove({ onResult: (result) => results.push(result) });
  const text = JSON.stringify({ proof, results });
  expect(proof.findings.length).toBeGreaterThan(10);
  expect(text).toContain('AWS_SECRET_ACCESS_KEY');
  for (const name of ['backup', 'notes', 'web']) {
    const { secretAccessKey = '' } = (await directorySecretStore(secretsDir).read(name))?.current ?? {};
    expect(secretAccessKey.length).toBeGreaterThan(20);
    expect(text).not.toContain(secretAccessKey);
  }
  expect(text).not.toContain('proofroot-secret');
});

test('a key that is not in the store is named, not passed over', async () => {
  const { prove, secretsDir } = await start();
  const store = directorySecretStore(secretsDir);
  await store.remove('backup');
  const proof = await prove();
  expect(proof.accessKeys).toBe(2);
  expect(proof.notProbed).toContainEqual({
    what: 'access key backup',
    reason: `its secret is not in ${store.description}`,
  });
  expect(proof.pairs).toEqual({ probed: 10, total: 10 });
  expect(
    proof.matrix.filter(({ accessKey }) => accessKey === 'backup').map(({ bucket, state }) => [bucket, state]),
  ).toEqual([
    ['backup-dumps', 'not-probed'],
    ['backup-vault', 'not-probed'],
  ]);
});

test('a key whose creation was interrupted is named; it can be tried all the same', async () => {
  const started = await start();
  await changeEntry(started, 'backup', ({ current }) => ({ current: { ...current, state: 'pending' } }));
  const { description } = directorySecretStore(started.secretsDir);
  const proof = await started.prove();
  expect(proof.notProbed).toContainEqual({
    what: 'access key backup',
    reason: `its creation was interrupted, and its secret in ${description} is not published: run apply again`,
  });
  const only = await started.prove({ accessKeys: ['backup'], unpublished: true });
  expect(only.findings).toEqual([]);
  expect(only.accessKeys).toBe(1);
  expect(only.pairs).toEqual({ probed: 5, total: 5 });
});

test('single keys can be asked for, and then nobody else is tried', async () => {
  const { prove } = await start();
  const results: ProbeResult[] = [];
  const proof = await prove({ accessKeys: ['web'], onResult: (result) => results.push(result) });
  expect(proof.findings).toEqual([]);
  expect([...new Set(results.map(({ probe }) => probe.who))].sort()).toEqual(['web', 'web with a wrong secret']);
});

test('during a rotation the old key is tried too, and the next one if asked for', async () => {
  const started = await start();
  const second = { accessKeyId: 'WEBSECONDKEY', secretAccessKey: 'web-second-secret' };
  await started.admin(
    'PUT',
    '/add-service-account',
    {},
    {
      accessKey: second.accessKeyId,
      secretKey: second.secretAccessKey,
      name: 'web-second',
      targetUser: 'web-svc',
    },
  );
  const who = async (unpublished: boolean) => {
    const results: ProbeResult[] = [];
    const proof = await started.prove({ accessKeys: ['web'], unpublished, onResult: (result) => results.push(result) });
    expect(proof.findings).toEqual([]);
    return [...new Set(results.map(({ probe }) => probe.who))].sort();
  };
  await changeEntry(started, 'web', ({ current }) => ({
    current,
    next: { ...current, ...second, state: 'pending' },
  }));
  expect(await who(false)).toEqual(['web', 'web with a wrong secret']);
  expect(await who(true)).toEqual(['web', 'web (next)', 'web (next) with a wrong secret', 'web with a wrong secret']);
  await changeEntry(started, 'web', ({ current }) => ({
    current: { ...current, ...second },
    previous: current,
  }));
  expect(await who(false)).toEqual([
    'web',
    'web (draining)',
    'web (draining) with a wrong secret',
    'web with a wrong secret',
  ]);
});

test('a bucket with a quota whose use is not known yet: the right is shown, the writing is not', async () => {
  const { prove } = await start({
    declare: ({ buckets }) => {
      for (const bucket of buckets) if (bucket.name === 'web-uploads') bucket.quotaBytes = 1_073_741_824;
    },
  });
  const proof = await prove();
  expect(proof.findings).toEqual([]);
  expect(proof.notProbed).toContainEqual({
    what: 'storing an object in web-uploads',
    reason:
      'RustFS has not counted yet how much of its quota the bucket uses, and answers 503 until then; the right to was shown',
  });
});

/** More components with a bucket each: too many to try every key everywhere by default. */
function manyComponents(count: number): WorldOptions {
  return {
    declare: (manifest) => {
      for (let index = 0; index < count; index++) {
        const name = `app${String(index).padStart(2, '0')}`;
        manifest.buckets.push({ name: `${name}-data`, removalPolicy: 'retain' });
        manifest.policies.push({
          name: `${name}-storage`,
          document: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
                Resource: [`arn:aws:s3:::${name}-data/*`],
              },
            ],
          },
        });
        manifest.users.push({ name: `${name}-svc`, enabled: true, policies: [`${name}-storage`] });
        manifest.accessKeys.push({ name, user: `${name}-svc` });
        manifest.components.push({
          name,
          user: `${name}-svc`,
          policy: `${name}-storage`,
          accessKey: name,
          buckets: [`${name}-data`],
        });
      }
    },
  };
}

test('a large estate is sampled, which is said, and still nothing is left behind', async () => {
  const { prove, leftovers, manifest } = await start(manyComponents(16));
  expect(manifest.buckets).toHaveLength(21);
  const proof = await prove();
  expect(proof.findings).toEqual([]);
  // Each of 19 keys: its own buckets (1, of web and backup 2) and one of somebody else.
  expect(proof).toMatchObject({ sampled: true, pairs: { probed: 40, total: 399 } });
  // Every bucket is tried by somebody who may do nothing there.
  const foreign = proof.matrix.filter(
    ({ predicted, accessKey }) => predicted.length === 0 && accessKey !== 'anonymous',
  );
  expect(foreign.length).toBe(19);
  // backup-vault and web-uploads come after a bucket of the same component, which is the one that is next to others.
  expect(new Set(foreign.map(({ bucket }) => bucket)).size).toBe(19);
  // An application with one bucket costs 15 probes: 7 there, 5 on a neighbour, 3 without a bucket. 16 of them, 65 for the
  // public (3 for each bucket, and 2), web 23, backup 21, notes 19.
  expect(proof.probes).toEqual({ total: 368, allowed: 91, refused: 277, contradictions: 0 });
  expect(await leftovers()).toEqual([]);
});

test('exhaustive means every pair', async () => {
  const { prove, leftovers } = await start(manyComponents(16));
  const done: string[] = [];
  const proof = await prove({ exhaustive: true, onProgress: (now, total) => done.push(`${now}/${total}`) });
  expect(proof.findings).toEqual([]);
  expect(proof).toMatchObject({ sampled: false, pairs: { probed: 399, total: 399 } });
  expect(done.at(-1)).toBe(`${proof.probes.total}/${proof.probes.total}`);
  expect(proof.matrix).toHaveLength(399 + 21);
  expect(await leftovers()).toEqual([]);
});

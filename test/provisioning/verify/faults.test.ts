import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AccessProof } from '../../../provisioning/index.js';
import { blamed } from './by-hand.js';
import { createProofWorld, type ProofWorld, summary } from './world.js';

let world: ProofWorld;
beforeEach(async () => {
  world = await createProofWorld();
  await world.apply();
});
afterEach(() => world.close());

const ACCESS_DENIED = '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>';
const answerAll = (status: number, body = ''): void => {
  world.fault = () => ({ action: 'respond', status, body });
};
const count = ({ findings }: AccessProof, severity: string) =>
  findings.filter((finding) => finding.severity === severity).length;

test('a server that allows everything is full of security findings', async () => {
  answerAll(200);
  const proof = await world.prove();
  expect(proof.probes).toEqual({ total: 325, allowed: 34, refused: 0, contradictions: 291 });
  expect(count(proof, 'security')).toBe(287);
  // Even that does not look like working access: what was put does not come back.
  expect(summary(proof).filter((line) => line.startsWith('access'))).toEqual([
    'access backup: get object on backup-dumps',
    'access notes: get object on notes-data',
    'access web: get object on web-assets',
    'access web: get object on web-uploads',
  ]);
  expect(blamed(proof).filter((line) => line.startsWith('security'))).toEqual([
    'security anonymous',
    'security backup',
    'security backup with a wrong secret',
    'security notes',
    'security notes with a wrong secret',
    'security web',
    'security web with a wrong secret',
  ]);
});

test('a server that refuses everything breaks what is allowed, and what root does', async () => {
  answerAll(403, ACCESS_DENIED);
  const proof = await world.prove();
  expect(proof.probes).toEqual({ total: 325, allowed: 0, refused: 287, contradictions: 38 });
  expect(count(proof, 'access')).toBe(38);
  expect(count(proof, 'security')).toBe(0);
  expect(
    proof.findings.filter(({ who }) => who === 'root').map(({ severity, message }) => [severity, message]),
  ).toEqual([
    ['error', 'root: list buckets got no usable answer (403)'],
    [
      'error',
      'root: removing the probe objects from backup-dumps, backup-vault, notes-data, web-assets, web-uploads failed: ' +
        'GET /<bucket> failed: HTTP 403 AccessDenied Access Denied; ' +
        'the credentials may not do this: provisioning needs the root credentials',
    ],
  ]);
});

test('403 from something else than RustFS proves no refusal', async () => {
  answerAll(403, '<html>Forbidden</html>');
  const proof = await world.prove();
  expect(proof.probes).toMatchObject({ allowed: 0, contradictions: 38 });
  // Only answers to HEAD, which never have a body, cannot be told from RustFS' own; and wrong secrets have to be turned away.
  expect(proof.probes.refused).toBe(4);
});

test('a server that fails proves nothing', async () => {
  answerAll(500, '<Error><Code>InternalError</Code><Message>disk is full</Message></Error>');
  const proof = await world.prove();
  expect(proof.probes).toEqual({ total: 325, allowed: 0, refused: 0, contradictions: 0 });
  expect(count(proof, 'error')).toBe(325 + 2);
  expect(new Set(proof.matrix.map(({ state }) => state))).toEqual(new Set(['unknown']));
});

test('one answer that never came is asked for again', async () => {
  let spoiled = 0;
  world.fault = ({ method, path }) => {
    if (method !== 'PUT' || !path.startsWith('/web-uploads/') || spoiled++ > 0) return undefined;
    return { action: 'destroy' };
  };
  const proof = await world.prove();
  expect(proof.findings).toEqual([]);
  expect(spoiled).toBeGreaterThan(1);
});

test('a server that dies is not asked on and on; the next run cleans up after this one', async () => {
  world.fault = ({ n }) => (n > 250 ? { action: 'destroy' } : undefined);
  const dead = await world.prove({ concurrency: 64 });
  expect(count(dead, 'error')).toBeGreaterThan(49);
  expect(count(dead, 'error')).toBeLessThan(150);
  expect(dead.probes.contradictions).toBe(0);
  expect(dead.notProbed.at(-1)?.what).toMatch(/^\d+ probes$/);
  expect(dead.notProbed.at(-1)?.reason).toMatch(/^the server stopped answering: /);
  world.fault = undefined;
  expect((await world.leftovers()).length).toBeGreaterThan(0);

  const proof = await world.prove();
  expect(proof.findings).toEqual([]);
  expect(await world.leftovers()).toEqual([]);
});

test('what killed runs left is removed: versions, markers and unfinished uploads; nothing else is touched', async () => {
  const stale = '/web-assets/.cdktf-rustfs-probe/killed/web';
  await world.asRoot('PUT', stale, {}, 'probe');
  await world.asRoot('PUT', stale, {}, 'probe again');
  await world.asRoot('DELETE', stale);
  await world.asRoot('DELETE', stale);
  await world.asRoot('POST', `${stale}-upload`, { uploads: '' });
  await world.asRoot('PUT', '/notes-data/home/.cdktf-rustfs-probe/killed/notes', {}, 'probe');
  await world.asRoot('PUT', '/web-assets/.cdktf-rustfs-probes', {}, 'somebody wrote this');
  await world.asRoot('PUT', '/web-assets/data', {}, 'somebody wrote this');
  expect(await world.leftovers()).toHaveLength(8);
  const proof = await world.prove();
  expect(proof.findings).toEqual([]);
  expect(await world.leftovers()).toEqual(['web-assets/.cdktf-rustfs-probes', 'web-assets/data']);
});

test('an interrupted run cleans up before it ends', async () => {
  const interruption = new AbortController();
  let done = 0;
  const running = world.prove({
    concurrency: 8,
    signal: interruption.signal,
    onResult: () => {
      done += 1;
      if (done === 60) interruption.abort(new Error('interrupted by the user'));
    },
  });
  await expect(running).rejects.toThrow('interrupted by the user');
  expect(done).toBeGreaterThanOrEqual(60);
  expect(done).toBeLessThan(80);
  expect(await world.leftovers()).toEqual([]);
});

test('a failing callback does not keep the run from cleaning up', async () => {
  const running = world.prove({
    onResult: ({ probe }) => {
      if (probe.title === 'get object' && probe.predicted === 'allowed') throw new Error('disk is full');
    },
  });
  await expect(running).rejects.toThrow('disk is full');
  expect(await world.leftovers()).toEqual([]);
});

test('what the server refuses against its own policies is told apart from drift', async () => {
  world.fault = ({ method, path }) =>
    method === 'GET' && path.startsWith('/web-uploads/')
      ? { action: 'respond', status: 403, body: ACCESS_DENIED }
      : undefined;
  const proof = await world.prove();
  expect(summary(proof)).toEqual(['access web: get object on web-uploads']);
  expect(proof.findings[0]).toMatchObject({
    cause: 'model',
    message:
      'web could not get object on web-uploads, although the declared policies allow it (403 AccessDenied); ' +
      'by what the server holds it should be allowed: our evaluator and the server disagree, please report it',
  });
});

test('a leftover that cannot be removed is a finding', async () => {
  world.fault = ({ method, path, query }) =>
    method === 'POST' && path === '/backup-dumps' && query === 'delete='
      ? {
          action: 'respond',
          status: 200,
          body: '<DeleteResult><Error><Key>k</Key><Code>AccessDenied</Code></Error></DeleteResult>',
        }
      : undefined;
  const proof = await world.prove();
  expect(proof.findings).toEqual([
    {
      severity: 'error',
      who: 'root',
      probe: 'remove the probe objects',
      predicted: 'allowed',
      observed: 'error',
      answer: 'deleting backup-dumps/k failed: AccessDenied',
      message:
        'root: removing the probe objects from backup-dumps failed: deleting backup-dumps/k failed: AccessDenied',
      command:
        `curl -sS -i -X GET --aws-sigv4 aws:amz:us-east-1:s3 --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" ` +
        `-H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' ` +
        `'${world.endpoint}/backup-dumps?versions='`,
    },
  ]);
});

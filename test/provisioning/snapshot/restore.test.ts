import { afterEach, describe, expect, test } from 'vitest';
import type { EmulatorOptions } from '../../../emulator/index.js';
import type { RustFsVersion } from '../../../policies/index.js';
import { canonicalText } from '../../../provisioning/snapshot/contents.js';
import { carryOut, compare, readContents } from '../../../provisioning/snapshot/restore.js';
import { rollBack } from '../../../provisioning/snapshot/safeguard.js';
import { createWorld, type World } from '../fixture.js';
import { ADMIN, furnish, ransack, writer } from './support.js';

let world: World | undefined;
const closing: (() => void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) close();
  await world?.close();
});

async function startWorld(version: RustFsVersion, onRequest?: EmulatorOptions['onRequest']) {
  world = await createWorld({ version, ...(onRequest ? { onRequest } : {}) });
  const { write, close } = writer(world.endpoint);
  const session = await world.open((manifest) => {
    manifest.server.rustfsVersion = version;
  });
  closing.push(close, () => session.close());
  return { write, session };
}

const VERSIONED = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>';
const PUBLIC_NEWER = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::newer/*'] }],
};

describe.each<RustFsVersion>(['1.0.1', '1.0.0-beta.7'])('%s', (version) => {
  const start = (onRequest?: EmulatorOptions['onRequest']) => startWorld(version, onRequest);

  test('everything comes back byte for byte, and a second rollback has nothing to do', async () => {
    const { write, session } = await start();
    await furnish(write);
    const past = await readContents(session);
    const before = canonicalText(past);
    await ransack(write);
    expect(canonicalText(await readContents(session))).not.toBe(before);

    const { equal, left, digests } = await rollBack(session, past);
    expect({ left, equal }).toEqual({ left: [], equal: true });
    expect(digests.server).toBe(digests.snapshot);
    expect(canonicalText(await readContents(session))).toBe(before);
    expect((await compare(session, past)).plan.changes).toEqual([]);
  });

  test('cut off at any write, the next rollback finishes', async () => {
    let writes = 0;
    let limit = Number.POSITIVE_INFINITY;
    const { write, session } = await start(({ method }) =>
      method !== 'GET' && ++writes > limit ? { action: 'respond', status: 400, body: 'cut off' } : undefined,
    );
    await furnish(write);
    const past = await readContents(session);
    for (const cutAt of [1, 9, 19]) {
      limit = Number.POSITIVE_INFINITY;
      await ransack(write);
      const { plan, now } = await compare(session, past);
      writes = 0;
      limit = cutAt;
      expect((await carryOut(plan, session, now, past)).size).toBeGreaterThan(0);
      limit = Number.POSITIVE_INFINITY;
      expect(await rollBack(session, past)).toMatchObject({ left: [], equal: true });
    }
  });

  test('what cannot be undone is named, and the rest is undone', async () => {
    const { write, session } = await start();
    await write('PUT', '/kept');
    await write('PUT', `${ADMIN}/add-user`, { accessKey: 'alice' }, { secretKey: 'alice-secret', status: 'enabled' });
    const past = await readContents(session);
    await write('PUT', '/kept', { versioning: '' }, VERSIONED);
    await write('PUT', '/newer');
    await write('PUT', '/newer/cat.jpg', {}, 'meow');
    await write('PUT', '/newer', { policy: '' }, PUBLIC_NEWER);
    await write('DELETE', `${ADMIN}/remove-user`, { accessKey: 'alice' });
    const { left, equal } = await rollBack(session, past);
    expect({ left, equal }).toEqual({
      left: [
        'bucket-config kept/versioning: versioning was never set, and cannot be unset: it is suspended',
        'bucket newer: it is newer than the snapshot, but holds objects, so it stays',
      ],
      equal: false,
    });
    const { iam, buckets } = await readContents(session);
    expect(Object.keys(iam.users)).toEqual(['alice']);
    expect(buckets.newer?.policy).toBeNull();
    expect(buckets.kept?.versioning).toContain('Suspended');
  });
});

test('beta.7: a key that can no longer be disabled is left out rather than left on', async () => {
  const { write, session } = await startWorld('1.0.0-beta.7');
  await furnish(write);
  const past = await readContents(session);
  const { KEYOFF } = past.iam.accessKeys;
  await write('DELETE', `${ADMIN}/delete-service-account`, { accessKey: 'KEYOFF' });
  // Without the right to switch its keys.
  const alice = past.iam.users.alice;
  if (KEYOFF === undefined || alice === undefined) throw new Error('the furniture is incomplete');
  const powerless = {
    ...past,
    iam: { ...past.iam, users: { ...past.iam.users, alice: { ...alice, policies: ['read-full'] } } },
  };
  const { left } = await rollBack(session, powerless);
  expect(left).toEqual([
    'access-key KEYOFF: access key KEYOFF was disabled, and the server does not let it be made so again, so it was left out: POST /rustfs/admin/v3/update-service-account failed: HTTP 403 AccessDenied access denied; the credentials may not do this: provisioning needs the root credentials',
  ]);
  expect((await readContents(session)).iam.accessKeys.KEYOFF).toBeUndefined();
});

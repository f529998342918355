import { afterEach, expect, test } from 'vitest';
import type { SeenRequest } from '../../emulator/index.js';
import { byHand } from './drift/hand-made.js';
import { createWorld, type World } from './fixture.js';

let world: World;
afterEach(() => world.close());

const REFUSAL = '<Error><Code>InternalError</Code><Message>one account is damaged</Message></Error>';

/** A world whose export answers 500 as long as `isBroken` says so, and the admin calls that it got. */
async function worldWith(isBroken: () => boolean) {
  const calls: string[] = [];
  world = await createWorld({
    onRequest({ path }: SeenRequest) {
      if (!path.startsWith('/rustfs/admin/v3/')) return undefined;
      calls.push(path.slice('/rustfs/admin/v3'.length));
      return path.endsWith('/export-iam') && isBroken() ? { action: 'respond', status: 500, body: REFUSAL } : undefined;
    },
  });
  return calls;
}

async function observed() {
  const session = await world.open();
  try {
    return await session.plan();
  } finally {
    session.close();
  }
}

test('an export that fails once is asked for again', async () => {
  let failures = 0;
  const calls = await worldWith(() => failures-- > 0);
  await world.apply();
  failures = 1;
  calls.length = 0;
  const { estate, plan } = await observed();
  expect([plan.changes, estate.notes]).toEqual([[], []]);
  expect(calls.sort()).toEqual(['/export-bucket-metadata', '/export-iam', '/export-iam', '/list-users']);
});

test('without the export, identities are read one by one: the same estate, and a note', async () => {
  let broken = false;
  const calls = await worldWith(() => broken);
  await world.apply();
  const hand = byHand(world);
  await hand.user('other');
  await hand.key({
    targetUser: 'other',
    accessKey: 'OTHERKEY',
    secretKey: 'other-secret',
    name: 'x',
    policy: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::web-assets/*'] }],
    },
  });
  await hand.members('team', ['other', 'web-svc']);
  await hand.attach('team', 'web-storage', true);
  await hand.groupStatus('team', 'disabled');
  const fromExport = await observed();
  broken = true;
  calls.length = 0;
  const oneByOne = await observed();
  expect({ ...oneByOne.estate, notes: [] }).toEqual(fromExport.estate);
  expect(oneByOne.estate.notes).toEqual([
    'the server did not export its identities (GET /rustfs/admin/v3/export-iam failed: HTTP 500 InternalError one account is damaged), ' +
      'so each was read on its own: access keys of OIDC users and of deleted users were not seen',
  ]);
  expect(calls.filter((path) => path === '/info-service-account')).toHaveLength(3);
});

import { afterEach, expect, test } from 'vitest';
import { KMS_LOCAL_ENTRY, serializeManifest } from '../../../manifest/index.js';
import { kmsStatus, openSession, renderPlan, verify } from '../../../provisioning/index.js';
import { ROOT } from '../fixture.js';
import { createKmsWorld, type KmsWorld, openPort, withVault } from './fixture.js';

let world: KmsWorld;
afterEach(() => world?.close());

const formsOf = (secret: string) => [
  secret,
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(secret).toString('hex'),
];

/** Everything that a run says: requests as --debug shows them, plan, status, proof, manifest and error. */
async function saidBy(change?: Parameters<KmsWorld['open']>[0]): Promise<string> {
  const said: string[] = [];
  const { manifest, store } = await world.with(async (session) => session, change);
  const session = await openSession({
    manifest,
    root: ROOT,
    store,
    onRequest: (event) => said.push(JSON.stringify(event)),
  });
  try {
    const state = await session.plan();
    said.push(renderPlan(state.plan), JSON.stringify(state.plan), serializeManifest(manifest));
    await session.apply(state).catch((error: Error) => said.push(error.message, String(error.stack)));
    said.push(JSON.stringify(await kmsStatus(session)));
    if ((await session.plan()).plan.changes.length === 0) said.push(JSON.stringify(await verify(session)));
  } finally {
    session.close();
  }
  return said.join('\n');
}

test('the master key of a local KMS is in the secret store and nowhere else', async () => {
  world = await createKmsWorld('1.0.0-beta.7', { durable: false });
  const said = await saidBy();
  const secret = (await world.store.read(KMS_LOCAL_ENTRY))?.current.secretAccessKey ?? '';
  expect(secret).toHaveLength(44);
  expect(said).toContain('"master_key":"***"'.replaceAll('"', '\\"'));
  expect(said).toContain('-customer-key: ***');
  for (const form of formsOf(secret)) expect(said).not.toContain(form);
});

test('the token of a Vault is in its file and nowhere else, also when the server repeats it', async () => {
  const port = await openPort();
  world = await createKmsWorld('1.0.1', {
    durable: false,
    onRequest: ({ path }) =>
      path.endsWith('/kms/start')
        ? {
            action: 'respond',
            status: 200,
            body: '{"success":false,"message":"bad token vault-token-canary","status":"Configured"}',
          }
        : undefined,
  });
  const vault = await withVault(world, port.address);
  const said = await saidBy(vault);
  await port.close();
  expect(said).toContain('\\"token\\":\\"***\\"');
  for (const form of formsOf('vault-token-canary')) expect(said).not.toContain(form);
});

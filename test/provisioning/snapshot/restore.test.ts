import { afterEach, describe, expect, test } from 'vitest';
import type { RustFsVersion } from '../../../policies/index.js';
import { canonicalText } from '../../../provisioning/snapshot/contents.js';
import { compare, readContents } from '../../../provisioning/snapshot/restore.js';
import { rollBack } from '../../../provisioning/snapshot/safeguard.js';
import { createWorld, type World } from '../fixture.js';
import { furnish, ransack, writer } from './support.js';

let world: World | undefined;
const closing: (() => void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) close();
  await world?.close();
});

describe.each<RustFsVersion>(['1.0.1', '1.0.0-beta.7'])('%s', (version) => {
  async function start() {
    world = await createWorld({ version });
    const { write, close } = writer(world.endpoint);
    const session = await world.open((manifest) => {
      manifest.server.rustfsVersion = version;
    });
    closing.push(close, () => session.close());
    return { write, session };
  }

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
});

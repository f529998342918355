import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { eventsFromEnvironment, startEmulator } from '../../emulator/index.js';
import { RUSTFS_VERSIONS } from '../../policies/index.js';
import { startReceiver } from '../events/receiver.js';
import { type Credentials, replay, type Vectors } from './replay.js';

const ROOT: Credentials = { accessKey: 'contractroot', secretKey: 'contractroot-secret' };

test.each(RUSTFS_VERSIONS)(
  'events of a recorded RustFS %s: every answer, and what its webhook got',
  async (version) => {
    const receiver = await startReceiver();
    const events = eventsFromEnvironment({
      RUSTFS_NOTIFY_ENABLE: 'true',
      RUSTFS_NOTIFY_WEBHOOK_ENABLE_PRIMARY: 'on',
      RUSTFS_NOTIFY_WEBHOOK_ENDPOINT_PRIMARY: `${receiver.origin}/webhook`,
      RUSTFS_NOTIFY_WEBHOOK_AUTH_TOKEN_PRIMARY: 'sink-token',
      RUSTFS_OUTBOUND_ALLOW_ORIGINS: receiver.origin,
    });
    const emulator = await startEmulator({ ...ROOT, version, events });
    try {
      const text = readFileSync(new URL(`./vectors/notify/${version}.json`, import.meta.url), 'utf8');
      const vectors = JSON.parse(text.replaceAll('http://sink.test:3020', receiver.origin)) as Vectors;
      const { differences, replayed } = await replay(emulator.endpoint, ROOT, vectors);
      expect(differences).toEqual([]);
      expect(replayed).toBe(17);
      await expect.poll(() => receiver.posts().length, { timeout: 10_000 }).toBe(2);
      const seen = receiver.posts().map(({ path, authorization, body }) => {
        const { EventName, Key } = JSON.parse(body) as { EventName: string; Key: string };
        return [path, authorization, EventName, Key];
      });
      expect(seen).toEqual([
        ['/webhook', 'Bearer sink-token', 's3:ObjectCreated:Put', 'ctr-events/in/a.txt'],
        ['/webhook', 'Bearer sink-token', 's3:ObjectRemoved:Delete', 'ctr-events/in/a.txt'],
      ]);
    } finally {
      await emulator.close();
      await receiver.close();
    }
  },
);

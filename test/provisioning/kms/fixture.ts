import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../../emulator/index.js';
import type { Manifest } from '../../../manifest/index.js';
import type { RustFsVersion } from '../../../policies/index.js';
import { directorySecretStore, openSession, type SecretStore, type Session } from '../../../provisioning/index.js';
import { send, type WireAnswer, type WireRequest } from '../../contract/client.js';
import { manifestFor, ROOT } from '../fixture.js';

type Change = (manifest: Manifest) => void;

/** Three buckets and nobody who may use them, and a local KMS with two keys: `web-uploads` is encrypted with `app`, `backup-dumps` with SSE-S3. */
export const withKms: Change = (manifest) => {
  Object.assign(manifest, { policies: [], users: [], accessKeys: [], components: [] });
  manifest.kms = { backend: { type: 'local', keyDirectory: '/kms' }, defaultKey: 'app', keys: ['app', 'archive'] };
  for (const bucket of manifest.buckets) {
    if (bucket.name === 'web-uploads') bucket.encryption = { algorithm: 'aws:kms', kmsKeyId: 'app' };
    if (bucket.name === 'backup-dumps') bucket.encryption = { algorithm: 'AES256' };
  }
};

export interface KmsWorld {
  readonly store: SecretStore;
  /** For files of the test. */
  readonly directory: string;
  open(change?: Change): Promise<Session>;
  apply(change?: Change): Promise<void>;
  /** What plan finds, as `action kind name`. */
  planned(change?: Change): Promise<string[]>;
  /** Does something with a session, and closes it. */
  with<T>(use: (session: Session) => Promise<T>, change?: Change): Promise<T>;
  /** A request as root. */
  ask(request: WireRequest): Promise<WireAnswer>;
  /** A request as root to the KMS, its answer as JSON. */
  kms(method: string, path: string, body?: object): Promise<Record<string, unknown>>;
  /** Ends the emulated server and starts it again with the same data. */
  restart(options?: Partial<EmulatorOptions>): Promise<void>;
  close(): Promise<void>;
}

export async function createKmsWorld(
  version: RustFsVersion,
  { durable = true, ...options }: Partial<EmulatorOptions> & { readonly durable?: boolean } = {},
): Promise<KmsWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'cdktf-rustfs-kms-'));
  const store = directorySecretStore(join(directory, 'secrets'));
  let settings: EmulatorOptions = {
    accessKey: ROOT.accessKeyId,
    secretKey: ROOT.secretAccessKey,
    ...(durable && { dataDir: join(directory, 'data') }),
    version,
    ...options,
  };
  let emulator: Emulator = await startEmulator(settings);
  const credentials = { accessKey: ROOT.accessKeyId, secretKey: ROOT.secretAccessKey };
  const world: KmsWorld = {
    store,
    directory,
    open: (change = withKms) =>
      openSession({
        manifest: manifestFor(emulator.endpoint, (manifest) => {
          manifest.server.rustfsVersion = version;
          change(manifest);
        }),
        root: ROOT,
        store,
      }),
    async with(use, change) {
      const session = await world.open(change);
      try {
        return await use(session);
      } finally {
        session.close();
      }
    },
    apply: (change) =>
      world.with(async (session) => {
        await session.apply(await session.plan());
      }, change),
    planned: (change) =>
      world.with(async (session) => {
        const { changes } = (await session.plan()).plan;
        return changes.map(({ action, kind, name }) => `${action} ${kind} ${name}`);
      }, change),
    ask: (request) => send(emulator.endpoint, { credentials, ...request }),
    async kms(method, path, body) {
      const text = body === undefined ? {} : { body: JSON.stringify(body) };
      const answer = await world.ask({ method, path: `/rustfs/admin/v3/kms${path}`, ...text });
      return JSON.parse(answer.body) as Record<string, unknown>;
    },
    async restart(changed = {}) {
      await emulator.close();
      settings = { ...settings, ...changed };
      emulator = await startEmulator(settings);
    },
    async close() {
      await emulator.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
  return world;
}

/** A port of this machine that takes connections, as a Vault would: more the emulator does not ask. */
export async function openPort(): Promise<{ readonly address: string; close(): Promise<void> }> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    address: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** A Vault at an address, its token in a file. */
export async function withVault(world: KmsWorld, address: string): Promise<Change> {
  const tokenFile = join(world.directory, 'vault-token');
  await writeFile(tokenFile, 'vault-token-canary\n', { mode: 0o600 });
  return (manifest) => {
    withKms(manifest);
    const auth = { method: 'token' as const, tokenFile };
    manifest.kms = {
      backend: { type: 'vault-transit', address, mount: 'transit', auth, insecureReason: 'test' },
      defaultKey: 'app',
      keys: ['app'],
    };
  };
}

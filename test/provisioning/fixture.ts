import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmulatorOptions, startEmulator } from '../../emulator/index.js';
import type { Manifest } from '../../manifest/index.js';
import {
  type Credentials,
  createWire,
  directorySecretStore,
  openSession,
  type Session,
  type WireResponse,
} from '../../provisioning/index.js';

export const ROOT: Credentials = { accessKeyId: 'testrootkey', secretAccessKey: 'testroot-secret' };

/** Two components: `web` reads and writes two buckets, `backup` may add to its bucket but not delete. */
export function manifestFor(endpoint: string, change: (manifest: Manifest) => void = () => {}): Manifest {
  const manifest: Manifest = {
    version: 1,
    stack: 'test',
    server: { id: 'rustfs', endpoint, region: 'us-east-1', rustfsVersion: '1.0.1', target: 'external' },
    secretStore: { type: 'directory', directory: 'secrets/test' },
    buckets: [
      { name: 'backup-dumps', removalPolicy: 'retain' },
      { name: 'web-assets', removalPolicy: 'retain', versioning: 'Enabled', quotaBytes: 1_073_741_824 },
      { name: 'web-uploads', removalPolicy: 'retain' },
    ],
    policies: [
      {
        name: 'backup-storage',
        document: {
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Action: ['s3:ListBucket'], Resource: ['arn:aws:s3:::backup-dumps'] },
            { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: ['arn:aws:s3:::backup-dumps/*'] },
          ],
        },
      },
      {
        name: 'web-storage',
        document: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: ['s3:ListBucket'],
              Resource: ['arn:aws:s3:::web-assets', 'arn:aws:s3:::web-uploads'],
            },
            {
              Effect: 'Allow',
              Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
              Resource: ['arn:aws:s3:::web-assets/*', 'arn:aws:s3:::web-uploads/*'],
            },
          ],
        },
      },
    ],
    users: [
      { name: 'backup-svc', enabled: true, policies: ['backup-storage'] },
      { name: 'web-svc', enabled: true, policies: ['web-storage'] },
    ],
    groups: [],
    accessKeys: [
      { name: 'backup', user: 'backup-svc' },
      { name: 'web', user: 'web-svc' },
    ],
    components: [
      { name: 'backup', user: 'backup-svc', policy: 'backup-storage', accessKey: 'backup', buckets: ['backup-dumps'] },
      { name: 'web', user: 'web-svc', policy: 'web-storage', accessKey: 'web', buckets: ['web-assets', 'web-uploads'] },
    ],
  };
  change(manifest);
  return manifest;
}

export interface World {
  readonly endpoint: string;
  readonly secretsDir: string;
  open(change?: (manifest: Manifest) => void): Promise<Session>;
  /** Brings the server to what the manifest declares. */
  apply(change?: (manifest: Manifest) => void): Promise<void>;
  /** Brings the server to what another manifest declares. */
  applyManifest(manifest: Manifest): Promise<void>;
  /** A request with the published access key of that name. */
  asKey(name: string, method: string, path: string): Promise<WireResponse>;
  /** What plan finds, as `action kind name`. */
  differences(): Promise<string[]>;
  /** A request as root, to change the server by hand. */
  asRoot(
    method: string,
    path: string,
    query?: Record<string, string>,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<WireResponse>;
  close(): Promise<void>;
}

/** An emulator with an empty secret store. */
export async function createWorld(options: Partial<EmulatorOptions> = {}): Promise<World> {
  const emulator = await startEmulator({
    port: 0,
    accessKey: ROOT.accessKeyId,
    secretKey: ROOT.secretAccessKey,
    ...options,
  });
  const directory = await mkdtemp(join(tmpdir(), 'cdktf-rustfs-test-'));
  const secretsDir = join(directory, 'secrets');
  const wire = createWire({ endpoint: emulator.endpoint });
  const store = directorySecretStore(secretsDir);
  const world: World = {
    endpoint: emulator.endpoint,
    secretsDir,
    open: (change) => openSession({ manifest: manifestFor(emulator.endpoint, change), root: ROOT, store }),
    apply: (change) => world.applyManifest(manifestFor(emulator.endpoint, change)),
    async applyManifest(manifest) {
      const session = await openSession({ manifest, root: ROOT, store });
      try {
        await session.apply(await session.plan());
      } finally {
        session.close();
      }
    },
    async asKey(name, method, path) {
      const entry = await store.read(name);
      if (entry?.current.state !== 'active') throw new Error(`no published key ${name}`);
      const { accessKeyId, secretAccessKey } = entry.current;
      return wire.send({ method, path }, { accessKeyId, secretAccessKey });
    },
    async differences() {
      const session = await world.open();
      try {
        const { plan } = await session.plan();
        return plan.changes.map(({ action, kind, name }) => `${action} ${kind} ${name}`);
      } finally {
        session.close();
      }
    },
    asRoot: (method, path, query = {}, body = undefined, headers = {}) =>
      wire.send(
        {
          method,
          path,
          query,
          headers,
          ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        },
        ROOT,
      ),
    async close() {
      wire.close();
      await emulator.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
  return world;
}

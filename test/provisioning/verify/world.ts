import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type InjectedFault, type SeenRequest, startEmulator } from '../../../emulator/index.js';
import type { Manifest } from '../../../manifest/index.js';
import {
  type AccessProof,
  type Credentials,
  createWire,
  directorySecretStore,
  openSession,
  type Session,
  type VerifyOptions,
  verify,
  type WireResponse,
} from '../../../provisioning/index.js';

const ADMIN = '/rustfs/admin/v3';
const allow = (Action: string[], ...resources: string[]) => ({
  Effect: 'Allow' as const,
  Action,
  Resource: resources.map((resource) => `arn:aws:s3:::${resource}`),
});
const document = (...Statement: ReturnType<typeof allow>[]) => ({ Version: '2012-10-17', Statement });

/**
 * Three components: `web` reads, writes and deletes in two buckets, one of them versioned; `backup` may add to a bucket but not
 * delete, and to one that keeps every object for a day; `notes` may use only what lies below `home/`.
 */
export function threeComponents(endpoint: string, rustfsVersion: Manifest['server']['rustfsVersion']): Manifest {
  const component = (name: string, buckets: string[]) => ({
    name,
    user: `${name}-svc`,
    policy: `${name}-storage`,
    accessKey: name,
    buckets,
  });
  return {
    version: 1,
    stack: 'proof',
    server: { id: 'rustfs', endpoint, region: 'us-east-1', rustfsVersion, target: 'external' },
    secretStore: { type: 'directory', directory: 'secrets' },
    buckets: [
      { name: 'backup-dumps', removalPolicy: 'retain' },
      {
        name: 'backup-vault',
        versioning: 'Enabled',
        objectLock: { defaultRetention: { mode: 'GOVERNANCE', days: 1 } },
        removalPolicy: 'retain',
      },
      { name: 'notes-data', removalPolicy: 'retain' },
      { name: 'web-assets', versioning: 'Enabled', removalPolicy: 'retain' },
      { name: 'web-uploads', removalPolicy: 'retain' },
    ],
    policies: [
      {
        name: 'backup-storage',
        document: document(
          allow(['s3:ListBucket'], 'backup-dumps', 'backup-vault'),
          allow(['s3:GetObject', 's3:PutObject'], 'backup-dumps/*', 'backup-vault/*'),
        ),
      },
      {
        name: 'notes-storage',
        document: document(allow(['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], 'notes-data/home/*')),
      },
      {
        name: 'web-storage',
        document: document(
          allow(['s3:ListBucket'], 'web-assets', 'web-uploads'),
          allow(
            ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'],
            'web-assets/*',
            'web-uploads/*',
          ),
        ),
      },
    ],
    users: ['backup', 'notes', 'web'].map((name) => ({
      name: `${name}-svc`,
      enabled: true,
      policies: [`${name}-storage`],
    })),
    groups: [],
    accessKeys: ['backup', 'notes', 'web'].map((name) => ({ name, user: `${name}-svc` })),
    components: [
      component('backup', ['backup-dumps', 'backup-vault']),
      component('notes', ['notes-data']),
      component('web', ['web-assets', 'web-uploads']),
    ],
  };
}

export interface ProofWorld {
  readonly endpoint: string;
  readonly secretsDir: string;
  readonly manifest: Manifest;
  /** Replaces what the server answers, while it is set. */
  fault: ((request: SeenRequest) => InjectedFault | undefined) | undefined;
  open(change?: (manifest: Manifest) => void): Promise<Session>;
  apply(change?: (manifest: Manifest) => void): Promise<void>;
  prove(options?: VerifyOptions & { readonly change?: (manifest: Manifest) => void }): Promise<AccessProof>;
  asRoot(method: string, path: string, query?: Record<string, string>, body?: unknown): Promise<WireResponse>;
  admin(method: string, path: string, query?: Record<string, string>, body?: unknown): Promise<void>;
  /** Everything in the declared buckets: objects, versions, delete markers and unfinished uploads, as `bucket/key`. */
  leftovers(): Promise<string[]>;
  close(): Promise<void>;
}

export interface WorldOptions {
  /** A server that runs already, with these root credentials. @default - an emulator of its own */
  readonly live?: { readonly endpoint: string; readonly root: Credentials };
  readonly version?: Manifest['server']['rustfsVersion'];
  /** Changes what is declared. */
  readonly declare?: (manifest: Manifest) => void;
}

export async function createProofWorld({ live, version = '1.0.1', declare }: WorldOptions = {}): Promise<ProofWorld> {
  const root = live?.root ?? { accessKeyId: 'proofroot', secretAccessKey: 'proofroot-secret' };
  const emulator = live
    ? undefined
    : await startEmulator({
        accessKey: root.accessKeyId,
        secretKey: root.secretAccessKey,
        version,
        onRequest: (request) => world.fault?.(request),
      });
  const endpoint = live?.endpoint ?? emulator?.endpoint ?? '';
  const directory = await mkdtemp(join(tmpdir(), 'cdktf-rustfs-proof-'));
  const secretsDir = join(directory, 'secrets');
  const wire = createWire({ endpoint });
  const manifest = threeComponents(endpoint, version);
  declare?.(manifest);

  /** Leaves a live server as it was. */
  async function removeDeclared(): Promise<void> {
    for (const { name } of manifest.buckets)
      await wire.send({ method: 'DELETE', path: `/${name}`, headers: { 'x-rustfs-force-delete': 'true' } }, root);
    for (const { name } of manifest.users) await world.asRoot('DELETE', `${ADMIN}/remove-user`, { accessKey: name });
    for (const { name } of manifest.policies) await world.asRoot('DELETE', `${ADMIN}/remove-canned-policy`, { name });
  }

  const world: ProofWorld = {
    endpoint,
    secretsDir,
    manifest,
    fault: undefined,
    async open(change) {
      const changed = structuredClone(manifest);
      change?.(changed);
      return openSession({ manifest: changed, root, store: directorySecretStore(secretsDir) });
    },
    async apply(change) {
      const session = await world.open(change);
      try {
        // A live server may hold the keys of an earlier test run, whose secrets are gone.
        await session.apply(await session.plan({ replaceKeys: true }), { replaceKeys: true });
      } finally {
        session.close();
      }
    },
    async prove({ change, ...options } = {}) {
      const { fault } = world;
      world.fault = undefined;
      const session = await world.open(change);
      world.fault = fault;
      try {
        return await verify(session, options);
      } finally {
        session.close();
      }
    },
    asRoot: (method, path, query = {}, body = undefined) =>
      wire.send(
        {
          method,
          path,
          query,
          ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        },
        root,
        { retry: false },
      ),
    async admin(method, path, query, body) {
      const { status, body: text } = await world.asRoot(method, ADMIN + path, query, body);
      if (status < 200 || status > 299) throw new Error(`${method} ${path}: ${status} ${text.toString('utf8')}`);
    },
    async leftovers() {
      const found: string[] = [];
      for (const { name } of manifest.buckets) {
        for (const listing of ['versions', 'uploads']) {
          const { status, body } = await world.asRoot('GET', `/${name}`, { [listing]: '' });
          if (status === 404) continue;
          if (status !== 200) throw new Error(`listing ${listing} of ${name}: ${status}`);
          for (const [, key] of body.toString('utf8').matchAll(/<Key>([^<]*)<\/Key>/g)) found.push(`${name}/${key}`);
        }
      }
      return found.sort();
    },
    async close() {
      if (live) await removeDeclared();
      wire.close();
      await emulator?.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
  return world;
}

/** Findings as `severity who: probe on bucket`, sorted. */
export function summary({ findings }: AccessProof): string[] {
  return findings
    .map(({ severity, who, probe, bucket }) => `${severity} ${who}: ${probe}${bucket ? ` on ${bucket}` : ''}`)
    .sort();
}

import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { s3Error } from '../../emulator/errors.js';

/** What gateways share: buckets and objects, and the policies that SeaweedFS keeps on the filer. */
export interface ObjectStore {
  buckets(): Promise<readonly string[]>;
  createBucket(name: string): Promise<void>;
  /** With everything in it, as SeaweedFS does by default. */
  deleteBucket(name: string): Promise<void>;
  /** Sorted. */
  keys(bucket: string): Promise<readonly string[]>;
  put(bucket: string, key: string, content: Buffer): Promise<void>;
  get(bucket: string, key: string): Promise<Buffer | undefined>;
  delete(bucket: string, key: string): Promise<void>;
  /** A policy document on the filer; it wins over one of the same name in a file. */
  policy(name: string): Promise<unknown>;
  putPolicy(name: string, document: unknown): Promise<void>;
  policyNames(): Promise<readonly string[]>;
}

export function memoryStore(): ObjectStore {
  const buckets = new Map<string, Map<string, Buffer>>();
  const policies = new Map<string, unknown>();
  const required = (name: string) => {
    const bucket = buckets.get(name);
    if (bucket === undefined) throw noSuchBucket();
    return bucket;
  };
  return {
    buckets: async () => [...buckets.keys()].sort(),
    createBucket: async (name) => void buckets.set(name, buckets.get(name) ?? new Map()),
    deleteBucket: async (name) => void (required(name) && buckets.delete(name)),
    keys: async (bucket) => [...required(bucket).keys()].sort(),
    put: async (bucket, key, content) => void required(bucket).set(key, content),
    get: async (bucket, key) => required(bucket).get(key),
    delete: async (bucket, key) => void required(bucket).delete(key),
    policy: async (name) => policies.get(name),
    putPolicy: async (name, document) => void policies.set(name, document),
    policyNames: async () => [...policies.keys()].sort(),
  };
}

/**
 * The same in a directory, for gateways that are processes of their own. Names of keys and buckets are encoded into file
 * names, so they may not be longer than a file system takes.
 */
export function directoryStore(directory: string): ObjectStore {
  const bucketDir = (name: string) => join(directory, 'buckets', encodeURIComponent(name));
  const file = (bucket: string, key: string) => join(bucketDir(bucket), encodeURIComponent(key));
  const policyFile = (name: string) => join(directory, 'policies', `${encodeURIComponent(name)}.json`);
  const write = async (target: string, content: Buffer | string) => {
    const draft = join(directory, `.${randomUUID()}`);
    await writeFile(draft, content);
    await rename(draft, target).catch(async (error: NodeJS.ErrnoException) => {
      await rm(draft, { force: true });
      throw error.code === 'ENOENT' ? noSuchBucket() : error;
    });
  };
  const list = (folder: string) =>
    readdir(folder).then(
      (names) => names.map(decodeURIComponent).sort(),
      () => undefined,
    );
  const missing = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  };
  return {
    buckets: async () => (await list(join(directory, 'buckets'))) ?? [],
    createBucket: async (name) => void (await mkdir(bucketDir(name), { recursive: true })),
    async deleteBucket(name) {
      for (const key of await this.keys(name)) await this.delete(name, key);
      await rmdir(bucketDir(name));
    },
    async keys(bucket) {
      const keys = await list(bucketDir(bucket));
      if (keys === undefined) throw noSuchBucket();
      return keys;
    },
    put: (bucket, key, content) => write(file(bucket, key), content),
    async get(bucket, key) {
      const content = await readFile(file(bucket, key)).catch(missing);
      if (content === undefined) await this.keys(bucket);
      return content;
    },
    delete: (bucket, key) => rm(file(bucket, key), { force: true }),
    async policy(name) {
      const text = await readFile(policyFile(name), 'utf8').catch(missing);
      return text === undefined ? undefined : (JSON.parse(text) as unknown);
    },
    async putPolicy(name, document) {
      await mkdir(join(directory, 'policies'), { recursive: true });
      await write(policyFile(name), JSON.stringify(document));
    },
    policyNames: async () =>
      ((await list(join(directory, 'policies'))) ?? []).map((name) => name.replace(/\.json$/, '')),
  };
}

function noSuchBucket(): Error {
  return s3Error('NoSuchBucket', 'The specified bucket does not exist');
}

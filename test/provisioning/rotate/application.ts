import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseEnv } from 'node:util';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Credentials } from '../../../provisioning/index.js';

export interface Application {
  /** Requests that were answered as they should. */
  succeeded(): number;
  readonly failures: readonly string[];
  /** Access key ids that it was seen to use. */
  readonly used: ReadonlySet<string>;
  /** Waits until every part of the application has read its key again: what a drain is for. */
  drained(): Promise<void>;
  stop(): Promise<void>;
}

/** The published key as an application finds it: the dotenv file alone, read without any help of ours. */
export function publishedKey(secretsDir: string, name: string): Credentials {
  const variables = parseEnv(readFileSync(join(secretsDir, `${name}.env`), 'utf8'));
  return {
    accessKeyId: variables.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: variables.AWS_SECRET_ACCESS_KEY ?? '',
  };
}

/** An S3 client with one attempt for each request, so that nothing that fails is hidden. */
export function s3Client(endpoint: string, credentials: Credentials): S3Client {
  return new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, maxAttempts: 1, credentials });
}

/**
 * An application that reads and writes without pause, in four places at a time, with the key that it reads from its dotenv
 * file once for every round of three requests.
 */
export function startApplication(endpoint: string, secretsDir: string, name: string, bucket: string): Application {
  const failures: string[] = [];
  const used = new Set<string>();
  let succeeded = 0;
  let stopped = false;
  const rounds = [0, 0, 0, 0];

  async function round(worker: number, number: number): Promise<void> {
    const key = publishedKey(secretsDir, name);
    used.add(key.accessKeyId);
    const client = s3Client(endpoint, key);
    const content = `worker ${worker}, round ${number}`;
    const object = { Bucket: bucket, Key: `load/${worker}` };
    const attempt = async (what: string, work: () => Promise<boolean>) => {
      const wrong = await work().then(
        (right) => (right ? undefined : 'wrong content'),
        (error: Error) => `${error.name}: ${error.message}`,
      );
      if (wrong === undefined) succeeded++;
      else failures.push(`${what} with ${key.accessKeyId}: ${wrong}`);
    };
    await attempt('put', async () => Boolean(await client.send(new PutObjectCommand({ ...object, Body: content }))));
    await attempt('get', async () => {
      const { Body } = await client.send(new GetObjectCommand(object));
      return (await Body?.transformToString()) === content;
    });
    await attempt('list', async () => {
      const { Contents } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: object.Key }));
      return Contents?.length === 1;
    });
    client.destroy();
  }

  async function work(worker: number): Promise<void> {
    for (let number = 0; !stopped; number++) {
      await round(worker, number);
      rounds[worker] = number + 1;
    }
  }

  const workers = Promise.all(rounds.map((_, worker) => work(worker)));
  return {
    succeeded: () => succeeded,
    failures,
    used,
    async drained() {
      // The round that is under way may have read the key before; the one after has not.
      const wanted = rounds.map((done) => done + 2);
      while (rounds.some((done, worker) => done < (wanted[worker] ?? 0))) await sleep(2);
    },
    async stop() {
      stopped = true;
      await workers;
    },
  };
}

import type { BucketConfig } from '../client/bucket-xml.js';
import { createBucketClient, parseRest } from '../client/buckets.js';
import { forEachConcurrently } from '../concurrency.js';
import type { Estate } from '../estate.js';
import type { Session } from '../session.js';

const READS_AT_A_TIME = 32;

/** CORS and public access block are in no bulk answer: they are read for the buckets where they matter. */
export async function withRest(
  session: Session,
  estate: Estate,
  matters: (config: BucketConfig, bucket: string) => boolean,
): Promise<Estate> {
  const client = createBucketClient(session.wire, session.root);
  const buckets = new Map(estate.buckets);
  const wanted = [...estate.buckets].filter(([name, config]) => matters(config, name));
  await forEachConcurrently(wanted, READS_AT_A_TIME, async ([name, config]) => {
    buckets.set(name, { ...config, ...parseRest(await client.readRest(name)) });
  });
  return { ...estate, buckets };
}

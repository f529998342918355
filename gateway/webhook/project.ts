import { createHash } from 'node:crypto';
import { z } from 'zod';

/** An event of the store in alknet's manner: namespace and operation. What the delivery holds beyond this is not kept. */
export interface StorageEvent {
  /** The same for every delivery of one event. */
  readonly id: string;
  readonly time: string;
  readonly source: 'rustfs';
  readonly namespace: 'storage.object' | 'storage.bucket';
  /** `created.put`, `removed.delete`, … */
  readonly operation: string;
  readonly bucket: string;
  /** Decoded. Absent for events of a bucket. */
  readonly key?: string;
  readonly size?: number;
  readonly etag?: string;
  readonly version_id?: string;
  readonly sequencer?: string;
  /** Access key of who did it. */
  readonly principal?: string;
}

const text = z.string().optional();

/**
 * RustFS' delivery (source 1.0.0-beta.7 crates/targets/src/target/mod.rs). Records also carry the request's headers, Authorization
 * among them (recorded): only what is listed here is ever read.
 */
const delivery = z.object({
  Records: z
    .array(
      z.object({
        eventName: z.string().min(1),
        eventTime: z.string(),
        userIdentity: z.object({ principalId: text }).optional(),
        s3: z.object({
          bucket: z.object({ name: z.string().min(1) }),
          object: z.object({ key: text, size: z.number().optional(), eTag: text, versionId: text, sequencer: text }),
        }),
      }),
    )
    .min(1)
    .max(1000),
});

type EventRecord = z.output<typeof delivery>['Records'][number];

/** Events of a delivery. `undefined` if it is none. */
export function projectDelivery(body: string): StorageEvent[] | undefined {
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    return undefined;
  }
  return delivery.safeParse(document).data?.Records.map(projectRecord);
}

function projectRecord({ eventName, eventTime, userIdentity, s3 }: EventRecord): StorageEvent {
  const { key, size, eTag, versionId, sequencer } = s3.object;
  const [subject = '', ...action] = eventName.replace(/^s3:/, '').split(':');
  const [, kind = '', verb = subject] = /^(Object|Bucket)(.*)$/.exec(subject) ?? [];
  return {
    id: eventId([eventName, s3.bucket.name, key, versionId, sequencer ?? eventTime]),
    time: eventTime,
    source: 'rustfs',
    namespace: kind === 'Bucket' ? 'storage.bucket' : 'storage.object',
    operation: [verb, ...action].map(snakeCase).join('.'),
    bucket: s3.bucket.name,
    ...(key && { key: decodeKey(key) }),
    ...(size !== undefined && { size }),
    ...(eTag && { etag: eTag }),
    ...(versionId && { version_id: versionId }),
    ...(sequencer && { sequencer }),
    ...(userIdentity?.principalId && { principal: userIdentity.principalId }),
  };
}

function snakeCase(name: string): string {
  return name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase();
}

function eventId(parts: readonly (string | undefined)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/** Keys come form-encoded, as in S3's notifications. */
function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key;
  }
}

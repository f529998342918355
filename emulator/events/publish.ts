import { isModuleEnabled } from '../admin/modules.js';
import type { EmulatorRequest } from '../context.js';
import { readConfig } from '../s3/bucket-config/store.js';
import type { XmlObject } from '../s3/bucket-config/xml-codec.js';
import type { S3Context } from '../s3/context.js';

/** What happened to an object. */
export interface ObjectEvent {
  /** Such as `s3:ObjectCreated:Put`. */
  readonly name: string;
  readonly bucket: string;
  readonly key: string;
  readonly size?: number;
  readonly etag?: string;
  readonly versionId?: string;
}

let sequence = 0;

/** A pattern as `s3:ObjectCreated:*`, or a whole name. */
const covers = (pattern: string, name: string) =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;

/** ARNs of the targets whose rules an event fits. */
function targetsOf(context: S3Context, { bucket, key, name }: ObjectEvent): ReadonlySet<string> {
  const record = context.buckets.get(bucket);
  const document = record && readConfig(record, 'notification');
  const entries = (document?.QueueConfiguration ?? []) as readonly XmlObject[];
  const fitting = entries.filter((entry) => {
    const filter = (entry.Filter as XmlObject | undefined)?.S3Key as XmlObject | undefined;
    const rules = (filter?.FilterRule ?? []) as readonly XmlObject[];
    return (
      (entry.Event as readonly string[]).some((pattern) => covers(pattern, name)) &&
      rules.every(({ Name, Value }) =>
        String(Name).toLowerCase() === 'prefix' ? key.startsWith(String(Value)) : key.endsWith(String(Value)),
      )
    );
  });
  return new Set(fitting.map(({ Queue }) => String(Queue)));
}

/** The request as RustFS repeats it in events, secrets masked (recorded: 14-notify, and a running 1.0.1). */
function requestParameters({ headers, id }: EmulatorRequest, principalId: string): Readonly<Record<string, string>> {
  const names = ['host', 'x-amz-date', 'content-length', 'content-type'];
  const shown = names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]] as const]));
  return { ...Object.fromEntries(shown), authorization: '***redacted***', 'x-request-id': id, principalId };
}

/** Keys are form-encoded in events. */
const encodeEventKey = (key: string) => encodeURIComponent(key).replaceAll('%20', '+');

/** Hands an event to the targets of the bucket's rules. */
export function publishEvent(context: S3Context, request: EmulatorRequest, event: ObjectEvent): void {
  if (!isModuleEnabled(context, 'notify')) return;
  const arns = targetsOf(context, event);
  if (arns.size === 0) return;
  const { name, bucket, key, size, etag, versionId } = event;
  const { accessKey } = request.principal;
  sequence += 1;
  const body = {
    EventName: name,
    Key: `${bucket}/${key}`,
    Records: [
      {
        ...{ eventVersion: '2.1', eventSource: 'rustfs:s3', awsRegion: '', eventTime: new Date().toISOString() },
        eventName: name,
        userIdentity: { principalId: accessKey },
        requestParameters: requestParameters(request, accessKey),
        responseElements: { 'x-amz-id-2': '', 'x-amz-request-id': request.id },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'Config',
          bucket: { name: bucket, ownerIdentity: { principalId: accessKey }, arn: `arn:aws:s3:::${bucket}` },
          object: {
            key: encodeEventKey(key),
            ...(size === undefined ? {} : { size }),
            ...(etag === undefined ? {} : { eTag: etag }),
            ...(versionId === undefined ? {} : { versionId }),
            sequencer: (BigInt(Date.now()) * 1_000_000n + BigInt(sequence)).toString(16).toUpperCase(),
          },
        },
        source: { host: request.headers.host ?? '', port: '', userAgent: request.headers['user-agent'] ?? '' },
      },
    ],
  };
  for (const { config, webhook } of context.events.list('notify')) {
    if (arns.has(`arn:rustfs:sqs:${context.region}:${config.id}:${config.type}`)) webhook?.deliver(body);
  }
}

/** Hands a record of an S3 request to every audit target (form recorded on a running 1.0.1). */
export function publishAudit(context: S3Context, request: EmulatorRequest, operation: string, status: number): void {
  if (!isModuleEnabled(context, 'audit')) return;
  const { bucket, key, id, principal, rawPath, headers } = request;
  const trigger = `s3:${operation}`;
  const record = {
    ...{ version: '1.0', time: Date.now(), event: trigger, trigger },
    api: {
      name: trigger,
      ...(bucket === undefined ? {} : { bucket }),
      ...(key === undefined ? {} : { object: key }),
      status: status < 400 ? 'success' : 'failure',
      status_code: status,
    },
    ...{ remotehost: request.remoteAddress, requestID: id, userAgent: headers['user-agent'] ?? '' },
    ...{ requestPath: rawPath, requestHost: headers.host ?? '', accessKey: principal.accessKey },
  };
  const body = { EventName: trigger, Key: `${bucket ?? ''}/${trigger}`, Records: [record] };
  for (const { webhook } of context.events.list('audit')) webhook?.deliver(body);
}

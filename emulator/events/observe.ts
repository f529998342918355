import type { EmulatorResponse } from '../context.js';
import type { ObjectRequest } from '../http/incoming.js';
import type { KeyRequest, S3Context } from '../s3/context.js';
import { publishAudit, publishEvent } from './publish.js';

const EVENTS: Readonly<Record<string, string>> = {
  PutObject: 's3:ObjectCreated:Put',
  CopyObject: 's3:ObjectCreated:Copy',
  CompleteMultipartUpload: 's3:ObjectCreated:CompleteMultipartUpload',
  GetObject: 's3:ObjectAccessed:Get',
  HeadObject: 's3:ObjectAccessed:Head',
};

/** Name of the event that a deletion is; deleting what is not there is one, too (tried on a running 1.0.1). */
function deletionName(existed: boolean, marker: boolean): string {
  if (marker) return 's3:ObjectRemoved:DeleteMarkerCreated';
  return existed ? 's3:ObjectRemoved:Delete' : 's3:ObjectRemoved:NoOP';
}

export function publishDeletion(
  context: S3Context,
  request: ObjectRequest,
  { bucket, key, versionId }: { readonly bucket: string; readonly key: string; readonly versionId?: string },
  { existed, marker, version }: { readonly existed: boolean; readonly marker: boolean; readonly version?: string },
): void {
  const shown = versionId ?? version;
  const name = deletionName(existed, marker && versionId === undefined);
  publishEvent(context, request, { name, bucket, key, ...(shown === undefined ? {} : { versionId: shown }) });
}

export function exists(context: S3Context, bucket: string, key: string): boolean {
  return context.objects.versions(bucket, key).length > 0;
}

/** Carries an S3 operation out, and tells the targets of it. */
export async function withEvents(
  context: S3Context,
  request: ObjectRequest,
  operation: string,
  handle: () => Promise<EmulatorResponse>,
): Promise<EmulatorResponse> {
  const existed = operation === 'DeleteObject' && exists(context, request.bucket ?? '', request.key ?? '');
  const response = await handle();
  publishAudit(context, request, operation, response.status);
  if (request.key === undefined || response.status >= 300) return response;
  if (operation === 'DeleteObject') {
    const { 'x-amz-delete-marker': marker, 'x-amz-version-id': version } = response.headers ?? {};
    const result = { existed, marker: marker === 'true', ...(version === undefined ? {} : { version }) };
    const versionId = request.query.get('versionId');
    publishDeletion(context, request, { ...addressOf(request), ...(versionId ? { versionId } : {}) }, result);
  } else if (EVENTS[operation]) publishStored(context, request as KeyRequest, EVENTS[operation]);
  return response;
}

const addressOf = ({ bucket = '', key = '' }: ObjectRequest) => ({ bucket, key });

function publishStored(context: S3Context, request: KeyRequest, name: string): void {
  const { bucket, key } = request;
  const [latest] = context.objects.versions(bucket, key);
  publishEvent(context, request, {
    ...{ name, bucket, key },
    ...(latest ? { size: latest.size, etag: latest.etag } : {}),
    ...(latest && latest.versionId !== 'null' ? { versionId: latest.versionId } : {}),
  });
}

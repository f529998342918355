import { XMLParser } from 'fast-xml-parser';
import { refusal } from '../client/response.js';
import { RustFsError } from '../errors.js';
import { type Credentials, encodeKey, type Wire, type WireRequest } from '../wire.js';

interface Version {
  readonly Key: string;
  readonly VersionId?: string;
}

interface Upload {
  readonly Key: string;
  readonly UploadId: string;
}

/** The elements that root's requests here are answered with. */
interface Documents {
  readonly ListVersionsResult: {
    readonly Version?: readonly Version[];
    readonly DeleteMarker?: readonly Version[];
  };
  readonly ListMultipartUploadsResult: { readonly Upload?: readonly Upload[] };
  readonly DeleteResult: { readonly Error?: readonly { readonly Key: string; readonly Code: string }[] };
}

const LISTS = new Set(['Version', 'DeleteMarker', 'Upload', 'Error']);
const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false, isArray: (name) => LISTS.has(name) });
const escapeXml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** So many rounds without an end mean that nothing gets deleted. A round removes a page of keys, of each key one version. */
const MAX_ROUNDS = 1000;

/** What root needs to remove what probes left. */
export interface Sweeper {
  readonly wire: Wire;
  readonly root: Credentials;
}

async function ask<Element extends keyof Documents>(
  { wire, root }: Sweeper,
  request: WireRequest,
  element: Element,
): Promise<Documents[Element]> {
  const response = await wire.send(request, root);
  if (response.status !== 200) throw refusal(request, response);
  const parsed = parser.parse(response.body.toString('utf8')) as Partial<Record<Element, unknown>>;
  const document = parsed[element];
  // An empty element is parsed as an empty text.
  if (document !== undefined) return (document === '' ? {} : document) as Documents[Element];
  throw new RustFsError(
    `${request.method} ${request.path} answered ${response.status} without ${element}: is this RustFS, or a proxy before it?`,
    response.status,
    '',
  );
}

/** Aborts one multipart upload; one that is gone is fine. `path`: of the object, as in a request. */
export async function abortUpload({ wire, root }: Sweeper, path: string, uploadId: string): Promise<void> {
  const request = { method: 'DELETE', path, query: { uploadId } };
  const response = await wire.send(request, root);
  if (response.status !== 204 && response.status !== 404) throw refusal(request, response);
}

async function abortUploads(sweeper: Sweeper, bucket: string, prefix: string): Promise<void> {
  const request = { method: 'GET', path: `/${bucket}`, query: { uploads: '', prefix } };
  const { Upload: uploads = [] } = await ask(sweeper, request, 'ListMultipartUploadsResult');
  for (const { Key: key, UploadId: uploadId } of uploads) {
    if (key.startsWith(prefix)) await abortUpload(sweeper, `/${bucket}/${encodeKey(key)}`, uploadId);
  }
}

async function deleteVersions(sweeper: Sweeper, bucket: string, versions: readonly Version[]): Promise<void> {
  const objects = versions.map(
    ({ Key, VersionId }) =>
      `<Object><Key>${escapeXml(Key)}</Key>${VersionId ? `<VersionId>${escapeXml(VersionId)}</VersionId>` : ''}</Object>`,
  );
  const request = {
    method: 'POST',
    path: `/${bucket}`,
    query: { delete: '' },
    headers: { 'Content-Type': 'application/xml' },
    body: `<Delete><Quiet>true</Quiet>${objects.join('')}</Delete>`,
  };
  const { Error: errors = [] } = await ask(sweeper, request, 'DeleteResult');
  const [first] = errors;
  if (first) throw new RustFsError(`deleting ${bucket}/${first.Key} failed: ${first.Code}`, 200, first.Code);
}

/**
 * The first version of each key. Of several versions of one key in one request, RustFS 1.0.1 says that it deleted all, and
 * deletes one (observed on a running server).
 */
function oneOfEachKey(versions: readonly Version[]): readonly Version[] {
  const keys = new Map<string, Version>();
  for (const version of versions) if (!keys.has(version.Key)) keys.set(version.Key, version);
  return [...keys.values()];
}

/**
 * Removes every version, delete marker and unfinished upload below a probe prefix, whichever run left it. Unfinished uploads
 * are looked for where objects are left, because a run has an object in place while an upload is open, or if `uploads` says so.
 */
export async function sweep(sweeper: Sweeper, bucket: string, prefix: string, uploads: boolean): Promise<void> {
  const request = { method: 'GET', path: `/${bucket}`, query: { versions: '', prefix } };
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const { Version: versions = [], DeleteMarker: markers = [] } = await ask(sweeper, request, 'ListVersionsResult');
    // Never trust a listing with what is not ours.
    const left = [...versions, ...markers].filter(({ Key }) => Key.startsWith(prefix));
    // Before the objects, so that what an interrupted sweep leaves is found again.
    if (round === 0 && (uploads || left.length > 0)) await abortUploads(sweeper, bucket, prefix);
    if (left.length === 0) return;
    await deleteVersions(sweeper, bucket, oneOfEachKey(left));
  }
  throw new RustFsError(`objects below ${bucket}/${prefix} do not go away: delete them by hand`, 0, '');
}

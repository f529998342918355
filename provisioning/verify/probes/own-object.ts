import { encodeKey, type WireRequest } from '../../wire.js';
import type { Judgement, ProbeResult } from '../model.js';
import { draftOf, type ProbeContext } from './bucket.js';
import { type Draft, operationNeeds, type Subject } from './draft.js';
import { UNSTORABLE_UPLOAD } from './objects.js';
import { type Place, probeKey } from './place.js';
import { QUOTA_ANSWERS } from './template.js';

/** Stands in for the id of an upload that could not be created (recorded: 08-objects multipart-abort-missing). */
const NO_UPLOAD = 'no-such-upload';

const CONTENT = 'probe';

function judgeContent(body: string): Judgement {
  return body === CONTENT ? { observed: 'allowed' } : { observed: 'broken', detail: 'with other content than was put' };
}

/**
 * The life of an object in a bucket of the credential's own: put, get, copy, multipart upload and delete, one after the
 * other. Only where a put is predicted is anything stored, and never where retention would keep it.
 */
export function ownObjectDrafts(
  context: ProbeContext,
  { who, rights }: Subject,
  bucket: string,
  place: Place,
  stores: boolean,
): readonly Draft[] {
  const { version, run, depth } = context;
  const name = who.replaceAll(/[^\w.-]/g, '_');
  const key = probeKey(place, run, name);
  const path = `/${bucket}/${encodeKey(key)}`;
  type Operation = Parameters<typeof operationNeeds>[1];
  const needs = (operation: Operation, request: WireRequest, target = key) =>
    operationNeeds(version, operation, { bucket, key: target }, request, true);
  const draft = (title: string, operation: Operation, request: WireRequest, more: Partial<Draft> = {}): Draft => ({
    title,
    bucket,
    request,
    needs: needs(operation, request),
    ...more,
  });
  const missing = [{ status: 404, code: 'NoSuchKey' }];

  const upload: WireRequest = { method: 'PUT', path, body: CONTENT };
  const mayStore = stores && rights.predict(needs('PutObject', upload)) === 'allowed';
  const put = mayStore
    ? draft('put object', 'PutObject', upload, { verb: 'put', authorizedBy: QUOTA_ANSWERS })
    : draftOf(context, UNSTORABLE_UPLOAD, bucket, place, true);
  const get: WireRequest = { method: 'GET', path };
  const head: WireRequest = { method: 'HEAD', path };
  const remove: WireRequest = { method: 'DELETE', path };
  return [
    put,
    draft('get object', 'GetObject', get, {
      verb: 'get',
      authorizedBy: missing,
      ...(mayStore ? { judge: judgeContent } : {}),
    }),
    ...(depth === 'full' ? [draft('head object', 'HeadObject', head, { authorizedBy: [{ status: 404 }] })] : []),
    ...(depth === 'full' && mayStore ? [copyWithin()] : []),
    ...(mayStore ? multipart() : []),
    draft('delete object', 'DeleteObject', remove, { verb: 'delete' }),
  ];

  function copyWithin(): Draft {
    const copy = probeKey(place, run, `${name}-copy`);
    const request: WireRequest = {
      method: 'PUT',
      path: `/${bucket}/${encodeKey(copy)}`,
      headers: { 'x-amz-copy-source': path },
    };
    return {
      title: 'copy object within the bucket',
      bucket,
      request,
      needs: [...needs('GetObject', request), ...needs('PutObject', request, copy)],
      authorizedBy: [...missing, ...QUOTA_ANSWERS],
    };
  }

  function multipart(): readonly Draft[] {
    const create: WireRequest = { method: 'POST', path, query: { uploads: '' } };
    const abort = (uploadId: string): WireRequest => ({ method: 'DELETE', path, query: { uploadId } });
    return [
      draft('create multipart upload', 'CreateMultipartUpload', create),
      draft('abort multipart upload', 'AbortMultipartUpload', abort(NO_UPLOAD), {
        authorizedBy: [{ status: 404, code: 'NoSuchUpload' }],
        prepare: (earlier: readonly ProbeResult[]) => {
          const created = earlier.find(({ uploadId }) => uploadId !== undefined)?.uploadId;
          return abort(created ?? NO_UPLOAD);
        },
      }),
    ];
  }
}

/** Reading another bucket through a copy into one of the credential's own. The source never exists, so nothing is copied. */
export function copyOutDraft(
  { version, run }: ProbeContext,
  source: string,
  target: { readonly bucket: string; readonly place: Place },
): Draft {
  const sourceKey = probeKey({ base: '', suffix: '' }, run, 'never-written');
  const copy = probeKey(target.place, run, 'never-copied');
  const request: WireRequest = {
    method: 'PUT',
    path: `/${target.bucket}/${encodeKey(copy)}`,
    headers: { 'x-amz-copy-source': `/${source}/${encodeKey(sourceKey)}` },
  };
  return {
    title: 'copy object out of the bucket',
    bucket: source,
    request,
    needs: [
      ...operationNeeds(version, 'GetObject', { bucket: source, key: sourceKey }, request, true),
      ...operationNeeds(version, 'PutObject', { bucket: target.bucket, key: copy }, request, true),
    ],
    authorizedBy: [{ status: 404, code: 'NoSuchKey' }, ...QUOTA_ANSWERS],
  };
}

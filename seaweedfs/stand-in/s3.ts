import { createHash } from 'node:crypto';
import type { EmulatorResponse, QueryParameters } from '../../emulator/context.js';
import { accessDenied, notImplemented, s3Error } from '../../emulator/errors.js';
import { parseS3Path } from '../../emulator/http/path.js';
import { element, xmlDocument } from '../../emulator/xml.js';
import type { Caller } from './authenticate.js';
import { mayDo } from './authorize.js';
import type { GatewayState } from './state.js';

export interface S3Request {
  readonly method: string;
  /** Decoded. */
  readonly path: string;
  readonly query: QueryParameters;
  readonly caller: Caller | 'open';
  body(): Promise<Buffer>;
}

/** Query parameters of signatures and listings; any other names a sub-resource, and none of them is modelled. */
const KNOWN_PARAMETERS = /^(?:X-Amz-.*|x-id|list-type|prefix|max-keys)$/;
const MAX_KEYS = 1000;
const OK: EmulatorResponse = { status: 200 };

/** The part of S3 that probes and load need; 501 for everything else. @throws EmulatorError */
export async function handleS3(state: GatewayState, request: S3Request): Promise<EmulatorResponse> {
  const { bucket, key } = parseS3Path(request.path);
  const unknown = request.query.pairs.find(([name]) => !KNOWN_PARAMETERS.test(name))?.[0];
  if (unknown !== undefined) throw notImplemented(`query parameter ${unknown} is not modelled by this stand-in`);
  if (bucket === undefined) return listBuckets(state, request);
  return key === undefined ? onBucket(state, request, bucket) : onObject(state, request, bucket, key);
}

async function listBuckets(state: GatewayState, { method, caller }: S3Request): Promise<EmulatorResponse> {
  if (method !== 'GET') throw notImplemented(`${method} / is not modelled by this stand-in`);
  if (caller !== 'open' && caller.kind === 'anonymous') throw accessDenied('Access Denied.');
  const shown: string[] = [];
  for (const name of await state.store.buckets()) {
    if (await mayDo(state, caller, 's3:ListBucket', name)) shown.push(name);
  }
  const body = xmlDocument('ListAllMyBucketsResult', [
    element('Owner', [element('ID', ownerOf(caller))]),
    element(
      'Buckets',
      shown.map((name) => element('Bucket', [element('Name', name)])),
    ),
  ]);
  return xml(body);
}

async function onBucket(state: GatewayState, request: S3Request, bucket: string): Promise<EmulatorResponse> {
  const { method } = request;
  const { store } = state;
  switch (method) {
    case 'PUT':
      await require(state, request, 's3:CreateBucket', bucket);
      await store.createBucket(bucket);
      return OK;
    case 'DELETE':
      await require(state, request, 's3:DeleteBucket', bucket);
      await store.deleteBucket(bucket);
      return { status: 204 };
    case 'HEAD':
    case 'GET': {
      await require(state, request, 's3:ListBucket', bucket);
      const prefix = request.query.get('prefix') ?? '';
      const keys = (await store.keys(bucket)).filter((key) => key.startsWith(prefix));
      if (method === 'HEAD') return OK;
      const limit = Math.min(Number(request.query.get('max-keys') ?? MAX_KEYS), MAX_KEYS);
      return xml(
        xmlDocument('ListBucketResult', [
          element('Name', bucket),
          element('Prefix', prefix),
          element('MaxKeys', limit),
          element('KeyCount', Math.min(keys.length, limit)),
          element('IsTruncated', keys.length > limit),
          ...keys.slice(0, limit).map((key) => element('Contents', [element('Key', key)])),
        ]),
      );
    }
    default:
      throw s3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.');
  }
}

async function onObject(
  state: GatewayState,
  request: S3Request,
  bucket: string,
  key: string,
): Promise<EmulatorResponse> {
  const { method } = request;
  const { store } = state;
  switch (method) {
    case 'PUT': {
      await require(state, request, 's3:PutObject', bucket, key);
      const content = await request.body();
      await store.put(bucket, key, content);
      return { status: 200, headers: { etag: etag(content) } };
    }
    case 'DELETE':
      await require(state, request, 's3:DeleteObject', bucket, key);
      await store.delete(bucket, key);
      return { status: 204 };
    case 'HEAD':
    case 'GET': {
      await require(state, request, 's3:GetObject', bucket, key);
      const content = await store.get(bucket, key);
      if (content === undefined) throw s3Error('NoSuchKey', 'The specified key does not exist.');
      return {
        status: 200,
        headers: { etag: etag(content), 'content-length': String(content.length) },
        body: content,
      };
    }
    default:
      throw s3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.');
  }
}

async function require(
  state: GatewayState,
  { caller }: S3Request,
  action: string,
  bucket: string,
  key?: string,
): Promise<void> {
  if (!(await mayDo(state, caller, action, bucket, key))) throw accessDenied('Access Denied.');
}

function etag(content: Buffer): string {
  return `"${createHash('md5').update(content).digest('hex')}"`;
}

function xml(body: string): EmulatorResponse {
  return { status: 200, headers: { 'content-type': 'application/xml' }, body };
}

function ownerOf(caller: S3Request['caller']): string {
  if (caller === 'open') return '';
  return caller.kind === 'static' ? caller.identity.name : caller.kind === 'session' ? caller.session.sid : '';
}

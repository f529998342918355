import type { QueryParameters } from '../context.js';

/** What a path names. */
export type PathShape = 'root' | 'bucket' | 'object';

interface Rule {
  readonly operation: string;
  /** Query parameters that must be there, in any form. */
  readonly query?: readonly string[];
  /** Query parameters with a value. */
  readonly values?: Readonly<Record<string, string>>;
  readonly headers?: readonly string[];
}

const byKey = (keys: Readonly<Record<string, string>>): Rule[] =>
  Object.entries(keys).map(([key, operation]) => ({ operation, query: [key] }));

const GET_BUCKET: readonly Rule[] = [
  ...byKey({ session: 'CreateSession', uploads: 'ListMultipartUploads', versions: 'ListObjectVersions' }),
  { operation: 'ListObjectsV2', values: { 'list-type': '2' } },
  { operation: 'ListObjects' },
];

const GET_OBJECT: readonly Rule[] = [
  { operation: 'GetObjectAnnotation', query: ['annotation', 'annotationName'] },
  ...byKey({
    attributes: 'GetObjectAttributes',
    acl: 'GetObjectAcl',
    'legal-hold': 'GetObjectLegalHold',
    retention: 'GetObjectRetention',
    tagging: 'GetObjectTagging',
    torrent: 'GetObjectTorrent',
    annotation: 'ListObjectAnnotations',
    uploadId: 'ListParts',
  }),
  { operation: 'GetObject' },
];

const PUT_OBJECT: readonly Rule[] = [
  ...byKey({
    annotation: 'PutObjectAnnotation',
    renameObject: 'RenameObject',
    acl: 'PutObjectAcl',
    'legal-hold': 'PutObjectLegalHold',
    retention: 'PutObjectRetention',
    tagging: 'PutObjectTagging',
    encryption: 'UpdateObjectEncryption',
  }),
  { operation: 'UploadPartCopy', query: ['partNumber', 'uploadId'], headers: ['x-amz-copy-source'] },
  { operation: 'UploadPart', query: ['partNumber', 'uploadId'] },
  { operation: 'CopyObject', headers: ['x-amz-copy-source'] },
  { operation: 'PutObject' },
];

/**
 * Which operation a request is: the first rule that fits, by method and path (RustFS source s3s 0.17 router). Names are
 * those of the S3 API. Sub-resources with a bucket's configuration come before these.
 */
const ROUTES: Readonly<Record<string, Readonly<Partial<Record<PathShape, readonly Rule[]>>>>> = {
  HEAD: { bucket: [{ operation: 'HeadBucket' }], object: [{ operation: 'HeadObject' }] },
  GET: { root: [{ operation: 'ListBuckets' }], bucket: GET_BUCKET, object: GET_OBJECT },
  PUT: { bucket: [{ operation: 'CreateBucket' }], object: PUT_OBJECT },
  POST: {
    bucket: byKey({ delete: 'DeleteObjects' }),
    object: [
      { operation: 'SelectObjectContent', query: ['select'], values: { 'select-type': '2' } },
      ...byKey({ uploads: 'CreateMultipartUpload', restore: 'RestoreObject', uploadId: 'CompleteMultipartUpload' }),
    ],
  },
  DELETE: {
    bucket: [{ operation: 'DeleteBucket' }],
    object: [
      ...byKey({
        annotation: 'DeleteObjectAnnotation',
        tagging: 'DeleteObjectTagging',
        uploadId: 'AbortMultipartUpload',
      }),
      { operation: 'DeleteObject' },
    ],
  },
};

/** The operation that a request asks for; `undefined` if S3 has none. */
export function findOperation(
  method: string,
  shape: PathShape,
  query: QueryParameters,
  headers: Readonly<Record<string, string | undefined>>,
): string | undefined {
  return ROUTES[method]?.[shape]?.find(
    (rule) =>
      (rule.query ?? []).every((name) => query.has(name)) &&
      Object.entries(rule.values ?? {}).every(([name, value]) => query.all(name).join() === value) &&
      (rule.headers ?? []).every((name) => headers[name] !== undefined),
  )?.operation;
}

/** Whether an operation is one of those for a method and path. */
export function isOperationFor(operation: string, method: string, shape: PathShape): boolean {
  return ROUTES[method]?.[shape]?.some((rule) => rule.operation === operation) ?? false;
}

import type { AnswerPattern } from '../model.js';
import { type ProbeTemplate, QUOTA_ANSWERS, xml } from './template.js';

const NO_KEY: AnswerPattern = { status: 404, code: 'NoSuchKey' };
/** Written by nobody. The zero version id is a valid one that RustFS never gives. */
const NO_VERSION = '00000000-0000-0000-0000-000000000000';

/** An upload that RustFS authorizes, reads and throws away, because its MD5 is announced wrong (recorded: 08-objects put-bad-md5). */
export const UNSTORABLE_UPLOAD: ProbeTemplate = {
  title: 'put object',
  operation: 'PutObject',
  method: 'PUT',
  on: 'object',
  headers: { 'Content-MD5': 'AAAAAAAAAAAAAAAAAAAAAA==' },
  body: 'probe',
  verb: 'put',
  authorizedBy: ['wrongDigest', ...QUOTA_ANSWERS],
  foreign: 'core',
  anonymous: 'core',
};

/** Reads and deletions of objects that never exist (recorded: 06-access). A deletion leaves at most a delete marker. */
export const OBJECT_PROBES: readonly ProbeTemplate[] = [
  {
    title: 'list objects',
    operation: 'ListObjectsV2',
    method: 'GET',
    on: 'bucket',
    query: { 'list-type': '2' },
    listing: true,
    verb: 'list',
    own: 'core',
    foreign: 'core',
    anonymous: 'core',
  },
  {
    title: 'get object',
    operation: 'GetObject',
    method: 'GET',
    on: 'object',
    verb: 'get',
    authorizedBy: [NO_KEY],
    foreign: 'core',
    anonymous: 'core',
  },
  UNSTORABLE_UPLOAD,
  {
    title: 'delete object',
    operation: 'DeleteObject',
    method: 'DELETE',
    on: 'object',
    verb: 'delete',
    foreign: 'core',
    anonymous: 'full',
  },
  { title: 'head bucket', operation: 'HeadBucket', method: 'HEAD', on: 'bucket', own: 'full' },
  {
    title: 'list object versions',
    operation: 'ListObjectVersions',
    method: 'GET',
    on: 'bucket',
    query: { versions: '' },
    listing: true,
    own: 'full',
  },
  {
    title: 'list multipart uploads',
    operation: 'ListMultipartUploads',
    method: 'GET',
    on: 'bucket',
    query: { uploads: '' },
    listing: true,
    own: 'full',
  },
  {
    title: 'get object version',
    operation: 'GetObjectVersion',
    method: 'GET',
    on: 'object',
    query: { versionId: NO_VERSION },
    authorizedBy: [{ status: 404, code: 'NoSuchVersion' }, NO_KEY],
    own: 'full',
  },
  {
    title: 'delete object version',
    operation: 'DeleteObjectVersion',
    method: 'DELETE',
    on: 'object',
    query: { versionId: NO_VERSION },
    own: 'full',
  },
  {
    title: 'get object tags',
    operation: 'GetObjectTagging',
    method: 'GET',
    on: 'object',
    query: { tagging: '' },
    authorizedBy: [NO_KEY],
    own: 'full',
  },
  {
    title: 'put object tags',
    operation: 'PutObjectTagging',
    method: 'PUT',
    on: 'object',
    query: { tagging: '' },
    body: xml('Tagging', '<TagSet></TagSet>'),
    authorizedBy: [NO_KEY],
    own: 'full',
  },
  {
    title: 'list parts',
    operation: 'ListParts',
    method: 'GET',
    on: 'object',
    query: { uploadId: 'no-such-upload' },
    authorizedBy: [{ code: 'NoSuchUpload' }, { status: 400, code: 'InvalidArgument' }],
    own: 'full',
  },
];

/** The ones that reports show as verbs: also for places outside of what a policy allows. */
export const VERB_PROBES: readonly ProbeTemplate[] = OBJECT_PROBES.filter(({ verb }) => verb !== undefined);

import { authorize } from '../../authorize.js';
import type { BucketRecord, EmulatorContext, EmulatorRequest, EmulatorResponse } from '../../context.js';
import { notImplemented, s3Error, storageError } from '../../errors.js';
import { getAcl, getLocation, putAcl } from './acl-location.js';
import { deleteDocument, getDocument, putDocument } from './documents.js';
import { SUBRESOURCES, UNIMPLEMENTED } from './operations.js';
import { deletePolicy, getPolicy, getPolicyStatus, putPolicy } from './policy.js';
import { refuseUnimplemented } from './unimplemented.js';

export { bucketSubresource } from './operations.js';
export { bucketPolicyOf } from './policy.js';
export { quotaOf } from './quota.js';
export { corsRulesOf, defaultEncryptionOf, defaultRetentionOf, publicAccessBlockOf } from './settings.js';

/** One request about a bucket's configuration. */
export interface ConfigCall {
  readonly context: EmulatorContext;
  readonly request: EmulatorRequest;
  readonly name: string;
  /** Refuses who may not, then who names a bucket that does not exist: in this order RustFS answers. */
  open(action: string): BucketRecord;
}

type ConfigHandler = (call: ConfigCall) => EmulatorResponse | Promise<EmulatorResponse>;

/** Sub-resources that are more than a stored document. */
const SPECIAL: Readonly<Record<string, Readonly<Record<string, ConfigHandler>>>> = {
  acl: { GET: getAcl, PUT: putAcl },
  location: { GET: getLocation },
  policy: { GET: getPolicy, PUT: putPolicy, DELETE: deletePolicy },
  policyStatus: { GET: getPolicyStatus },
};

/** Answers a request about a sub-resource that `bucketSubresource` found. @throws EmulatorError */
export async function handleBucketConfig(
  context: EmulatorContext,
  request: EmulatorRequest,
  subresource: string,
): Promise<EmulatorResponse> {
  const name = request.bucket;
  if (name === undefined) throw s3Error('InvalidRequest');
  const call: ConfigCall = {
    context,
    request,
    name,
    open: (action) => {
      authorize(context, request, { action });
      const bucket = context.buckets.get(name);
      if (bucket === undefined) throw storageError('NoSuchBucket');
      return bucket;
    },
  };
  const special = SPECIAL[subresource]?.[request.method];
  if (special) return special(call);
  const operations = SUBRESOURCES[subresource];
  if (operations) {
    if (request.method === 'GET') return getDocument(call, operations);
    if (request.method === 'PUT') return putDocument(call, operations);
    return deleteDocument(call, subresource, operations);
  }
  const unimplemented = UNIMPLEMENTED[subresource];
  if (unimplemented) return refuseUnimplemented(request, subresource, unimplemented);
  throw notImplemented();
}

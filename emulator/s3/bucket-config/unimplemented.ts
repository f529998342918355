import type { EmulatorRequest, EmulatorResponse } from '../../context.js';
import { notImplemented, s3Error } from '../../errors.js';

/**
 * Answers for sub-resources that RustFS knows and does not implement: its input is read first, then it is 501 for
 * everybody, whatever their rights (recorded on 1.0.1).
 */
export async function refuseUnimplemented(
  request: EmulatorRequest,
  subresource: string,
  { name, list }: { readonly name: string; readonly list?: string },
): Promise<EmulatorResponse> {
  const hasId = request.query.has('id');
  if (request.method === 'GET') throw unimplemented(list !== undefined && !hasId ? list : `Get${name}`);
  const missingId = list !== undefined && !hasId;
  if (missingId && !(request.method === 'PUT' && subresource === 'analytics')) throw missing();
  if (request.method === 'PUT' && (await request.body()).length === 0) throw s3Error('MissingRequestBodyError');
  if (missingId) throw missing();
  throw unimplemented(`${VERBS[request.method] ?? 'Put'}${name}`);
}

const VERBS: Readonly<Record<string, string>> = { PUT: 'Put', POST: 'Create', DELETE: 'Delete' };

function missing() {
  return s3Error('InvalidRequest', 'missing query: id');
}

function unimplemented(operation: string) {
  return notImplemented(`${operation} is not implemented yet`);
}

import { asList } from '../lists.js';
import type { AccessRequest, PolicyStatement } from '../model.js';
import type { Counterexample } from './model.js';

/** A request in words: `s3:GetObject loki-chunks/x with aws:SourceIp 10.0.0.1`. */
export function describeRequest({ action, bucket, key, conditions = {} }: AccessRequest): string {
  const resource = bucket === undefined ? '' : ` ${bucket}${key ? `/${key}` : ''}`;
  const values = Object.entries(conditions).map(([name, value]) => `${name} ${asList(value).join(' and ')}`);
  return `${action}${resource}${values.length > 0 ? ` with ${values.join(', ')}` : ''}`;
}

function describeStatement({ Action, NotAction, Resource, NotResource }: PolicyStatement): string {
  const actions = Action === undefined ? `everything but ${asList(NotAction).join(', ')}` : asList(Action).join(', ');
  if (Resource !== undefined) return `${actions} on ${asList(Resource).join(', ')}`;
  return NotResource === undefined ? actions : `${actions} on everything but ${asList(NotResource).join(', ')}`;
}

/** `langfuse-svc could s3:GetObject loki-chunks/x because langfuse-storage allows s3:GetObject on arn:aws:s3:::*`. */
export function describeCounterexample(who: string, found: Counterexample): string {
  const { request, allowedBy, allowingStatement } = found;
  const could = `${who} could ${describeRequest(request)}`;
  if (!allowedBy || !allowingStatement) return `${could} because it is root`;
  const policy = allowedBy.policy === 'bucket policy' ? `the policy of bucket ${request.bucket}` : allowedBy.policy;
  return `${could} because ${policy} allows ${describeStatement(allowingStatement)}`;
}

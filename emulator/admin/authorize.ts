import { type AccessRequest, evaluate, type Principal } from '../../policies/index.js';
import type { EmulatorContext, EmulatorRequest } from '../context.js';
import { s3Error } from '../errors.js';

interface Caller {
  readonly context: EmulatorContext;
  readonly request: Pick<EmulatorRequest, 'principal' | 'conditions'>;
}

/** Whether the caller's policies allow an action; bucket policies do not count here. */
export function isAllowed({ context, request }: Caller, action: string, bucket?: string): boolean {
  return decide(context, request, action, bucket).allowed;
}

/**
 * Whether nothing denies an action: self-service needs no allowing statement, but a caller without any policy has no
 * rights at all (RustFS source 1.0.1 iam sys.rs `deny_only`; recorded on 1.0.1).
 */
export function isNotDenied({ context, request }: Caller, action: string): boolean {
  if (request.principal.kind === 'root') return true;
  if (request.principal.policies.length === 0) return false;
  return decide(context, request, action).reason !== 'explicit-deny';
}

/** Refuses unless one of the actions is allowed. @throws EmulatorError */
export function requireAny(caller: Caller, ...actions: readonly string[]): void {
  if (!actions.some((action) => isAllowed(caller, action))) throw s3Error('AccessDenied', 'Access Denied');
}

/** The same for an action on a bucket. @throws EmulatorError */
export function requireOnBucket(caller: Caller, action: string, bucket: string): void {
  if (!isAllowed(caller, action, bucket)) throw s3Error('AccessDenied', 'Access Denied');
}

/** Refuses with the words of RustFS' older handlers. @throws EmulatorError */
export function requireQuietly(caller: Caller, action: string): void {
  if (!isAllowed(caller, action)) throw s3Error('AccessDenied', 'access denied');
}

/** User whose rights the caller has: the parent of a service account or session, otherwise itself. */
export function callerUser({ parentUser, accessKey }: Principal): string {
  return parentUser ?? accessKey;
}

/** Whether a caller acts on the user that it is, or whose session it is; service accounts never do. */
export function isSelf({ context, request }: Caller, user: string): boolean {
  const { principal } = request;
  if (context.iam.serviceAccounts.has(principal.accessKey)) return false;
  return callerUser(principal) === user;
}

function decide(context: EmulatorContext, request: Caller['request'], action: string, bucket?: string) {
  const wanted: AccessRequest = { action, conditions: request.conditions, ...(bucket !== undefined && { bucket }) };
  return evaluate(request.principal, wanted, { version: context.profile.version });
}

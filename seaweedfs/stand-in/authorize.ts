import { type Context, type Statement, verdict } from '../policy/evaluate.js';
import type { Caller } from './authenticate.js';
import { identityMay } from './identities.js';
import { roleName, type SessionClaims } from './session.js';
import type { GatewayState } from './state.js';
import { claimTexts } from './trust.js';

/**
 * Whether a caller may do one S3 action. A session's role and its policies are looked up on the gateway that serves the
 * request. A gateway without IAM configuration and without identities lets everybody do everything.
 */
export async function mayDo(
  state: GatewayState,
  caller: Caller | 'open',
  action: string,
  bucket: string,
  key = '',
): Promise<boolean> {
  const { identities } = state.gateway;
  if (caller === 'open') return true;
  if (caller.kind === 'anonymous') {
    return identities.anonymous !== undefined && identityMay(identities.anonymous, action, bucket, key);
  }
  if (caller.kind === 'static') return identityMay(caller.identity, action, bucket, key);
  const question = {
    action,
    resource: `arn:aws:s3:::${bucket}${key && `/${key}`}`,
    context: contextOf(caller.session),
  };
  const granted = await grantedTo(state, caller.session);
  if (granted !== 'admin' && verdict(granted, question) !== 'allow') return false;
  const { spol } = caller.session;
  if (spol === undefined) return true;
  const { Statement } = JSON.parse(spol) as { Statement?: readonly Statement[] };
  return verdict(Statement ?? [], question) === 'allow';
}

/** Statements of the role's policies; a missing role or policy gives none. */
async function grantedTo(state: GatewayState, session: SessionClaims): Promise<readonly Statement[] | 'admin'> {
  const { iam } = state.gateway;
  if (iam === undefined) return [];
  const name = roleName(session.role);
  if (name === '') return 'admin';
  const statements: Statement[] = [];
  for (const policy of iam.roles.get(name)?.policies ?? []) {
    const onFiler = (await state.store.policy(policy)) as { Statement?: readonly Statement[] } | undefined;
    statements.push(...(onFiler?.Statement ?? iam.policies.get(policy) ?? []));
  }
  return statements;
}

/** Claims under their own name and as `jwt:<name>`. Recorded: policy.principal-tag.injected-claim. */
function contextOf({ req_ctx = {} }: SessionClaims): Context {
  const context = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(req_ctx)) {
    const values = claimTexts(value);
    if (values !== undefined) context.set(name, values).set(`jwt:${name}`, values);
  }
  return context;
}

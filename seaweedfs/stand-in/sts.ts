import { element, type XmlFragment, xmlDocument } from '../../emulator/xml.js';
import type { Caller } from './authenticate.js';
import { IAM_NAMESPACE, STS_NAMESPACE, StsError } from './errors.js';
import type { Iam, Role } from './load.js';
import { unverifiedClaims } from './oidc.js';
import { type IssuedSession, issueSession, roleName } from './session.js';
import type { GatewayState } from './state.js';
import { trusts } from './trust.js';

export interface StsRequest {
  /** Of form and query. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Checks the signature. */
  caller(): Promise<Caller>;
}

/** Answers `POST /` of a gateway whose IAM configuration is loaded; the body of a 200. @throws EmulatorError */
export async function handleSts(state: GatewayState, iam: Iam, request: StsRequest): Promise<string> {
  const { parameters } = request;
  const action = parameters.get('Action') ?? '';
  const version = parameters.get('Version');
  if (IAM_ACTIONS.has(action)) return handleIam(state, iam, action, await request.caller());
  if (version !== undefined && version !== '2011-06-15') {
    throw invalid(`invalid STS API version ${version}, expecting 2011-06-15`);
  }
  switch (action) {
    case 'AssumeRoleWithWebIdentity':
      return assumeWithWebIdentity(state, iam, parameters);
    case 'AssumeRole':
      return assume(iam, parameters, signed(await request.caller()));
    case 'GetCallerIdentity':
      return callerIdentity(iam, signed(await request.caller()));
    case 'AssumeRoleWithLDAPIdentity':
      throw new StsError(503, 'ServiceUnavailable', 'no LDAP provider configured');
    case 'GetFederationToken':
      throw new StsError(501, 'NotImplemented', 'GetFederationToken is not modelled by this stand-in');
    default:
      throw new StsError(400, 'InvalidAction', `unsupported action: ${action}`);
  }
}

function signed(caller: Caller): Exclude<Caller, { kind: 'anonymous' }> {
  if (caller.kind === 'anonymous') throw denied('invalid AWS signature: 33');
  return caller;
}

async function assumeWithWebIdentity(
  state: GatewayState,
  iam: Iam,
  parameters: StsRequest['parameters'],
): Promise<string> {
  const token = required(parameters, 'WebIdentityToken');
  const session = sessionName(parameters);
  const seconds = durationSeconds(parameters);
  const policy = sessionPolicy(parameters);
  const roleArn = parameters.get('RoleArn');
  if (!roleArn) throw denied('RoleArn is required when claim-based policy mode is not configured');
  const role = findRole(iam, roleArn);
  if (role.trust === undefined) throw denied('trust policy validation failed: role has no trust policy');
  // Claims that nobody has verified yet: a refusal by trust comes before one by signature.
  const claims = unverifiedClaims(token);
  const duration = parameters.get('DurationSeconds');
  const admitted = trusts(role, {
    kind: 'web',
    claims,
    provider: state.providerName(String(claims?.iss)),
    ...(duration !== undefined && { duration }),
  });
  if (!admitted) throw denied('trust policy validation failed: trust policy denies web identity assumption');
  if (/^none$/i.test(algorithmOf(token)) && algorithmOf(token) !== 'none') {
    throw denied('failed to validate web identity token: web identity token must be a valid JWT token');
  }
  const validator = state.validator(String(claims?.iss));
  if (validator === undefined) {
    throw denied(`failed to validate web identity token: no identity provider registered for issuer: ${claims?.iss}`);
  }
  const verified = await validator.validate(token);
  const wanted = Math.min(seconds === undefined ? iam.tokenDuration : seconds * 1000, iam.maxSessionLength);
  const lifetime = verified.exp === undefined ? wanted : Math.min(wanted, verified.exp * 1000 - Date.now());
  const issued = await issueSession(
    iam,
    { ...roleClaims(role, session), ...(policy && { spol: policy }), principal: '', req_ctx: verified },
    lifetime,
  );
  return response('AssumeRoleWithWebIdentity', [
    credentials(issued),
    element('SubjectFromWebIdentityToken', String(verified.sub)),
    assumedRoleUser(iam, role, session),
  ]);
}

async function assume(
  iam: Iam,
  parameters: StsRequest['parameters'],
  caller: Exclude<Caller, { kind: 'anonymous' }>,
): Promise<string> {
  const session = sessionName(parameters);
  const seconds = durationSeconds(parameters);
  const policy = sessionPolicy(parameters);
  const roleArn = parameters.get('RoleArn');
  // Observed: maxSessionLength does not hold for static keys.
  const lifetime = seconds === undefined ? iam.tokenDuration : seconds * 1000;
  const inline = policy ? { spol: policy } : {};
  if (!roleArn) {
    if (caller.kind !== 'static' || !caller.identity.actions.includes('Admin')) throw denied('access denied');
    const { name } = caller.identity;
    const claims = { snam: session, role: userArn(name), assumed: `arn:aws:sts::assumed-role/${name}/${session}` };
    const issued = await issueSession(iam, { ...claims, ...inline, principal: name }, lifetime);
    return response('AssumeRole', [credentials(issued), assumedRoleUser(iam, { name }, session)]);
  }
  if (!/^arn:aws:iam::\d*:role\/|^arn:aws:iam::role\//.test(roleArn)) {
    throw invalid(`RoleArn "${roleArn}" is not an IAM role ARN, expected arn:aws:iam::<account>:role/<name>`);
  }
  const name = roleName(roleArn);
  const role = iam.roles.get(name);
  const arn = caller.kind === 'static' ? userArn(caller.identity.name) : caller.session.assumed;
  if (role === undefined || !trusts(role, { kind: 'user', arn })) {
    const who = caller.kind === 'static' ? caller.identity.name : caller.session.snam;
    throw denied(`user ${who} is not authorized to assume role arn:aws:iam::role/${name}`);
  }
  const issued = await issueSession(iam, { ...roleClaims(role, session), ...inline, principal: '' }, lifetime);
  return response('AssumeRole', [credentials(issued), assumedRoleUser(iam, role, session)]);
}

function callerIdentity(iam: Iam, caller: Exclude<Caller, { kind: 'anonymous' }>): string {
  const [arn, id] =
    caller.kind === 'static'
      ? [userArn(caller.identity.name), caller.identity.name]
      : [caller.session.assumed, caller.session.sid];
  return response('GetCallerIdentity', [element('Arn', arn), element('UserId', id), element('Account', iam.accountId)]);
}

const IAM_ACTIONS = new Set(['ListOpenIDConnectProviders', 'ListUsers', 'ListRoles', 'CreateUser']);

function handleIam(state: GatewayState, iam: Iam, action: string, caller: Caller): string {
  if (caller.kind !== 'static' || !caller.identity.actions.includes('Admin')) {
    throw new StsError(403, 'AccessDenied', 'Access Denied.', IAM_NAMESPACE);
  }
  if (action === 'ListOpenIDConnectProviders') {
    const members = iam.providers.map(({ issuer }) =>
      element('member', [element('Arn', `arn:aws:iam:::oidc-provider/${issuer.replace(/^https?:\/\//, '')}`)]),
    );
    return response(action, [element('OpenIDConnectProviderList', members)], IAM_NAMESPACE);
  }
  if (action === 'ListUsers') {
    const names = [...new Set([...state.gateway.identities.byAccessKey.values()].map(({ name }) => name))];
    const members = names.map((name) => element('member', [element('Arn', userArn(name)), element('UserName', name)]));
    return response(action, [element('Users', members)], IAM_NAMESPACE);
  }
  throw new StsError(403, 'AccessDenied', 'IAM write operations are disabled on this server', IAM_NAMESPACE);
}

function findRole(iam: Iam, arn: string): Role {
  const name = roleName(arn);
  const role = iam.roles.get(name);
  if (role === undefined) throw denied(`role not found: ${name}`);
  return role;
}

function roleClaims({ name }: Role, session: string) {
  return { snam: session, role: `arn:aws:iam::role/${name}`, assumed: `arn:aws:sts::assumed-role/${name}/${session}` };
}

function userArn(name: string): string {
  return `arn:aws:iam::000000000000:user/${name}`;
}

function required(parameters: StsRequest['parameters'], name: string): string {
  const value = parameters.get(name);
  if (!value) throw new StsError(400, 'MissingParameter', `${name} is required`);
  return value;
}

function sessionName(parameters: StsRequest['parameters']): string {
  const name = required(parameters, 'RoleSessionName');
  if (name.length < 2 || name.length > 64) throw invalid('RoleSessionName must be between 2 and 64 characters');
  if (/^[\w+=,.@-]+$/.test(name)) return name;
  throw invalid('RoleSessionName contains invalid characters; allowed: [\\w+=,.@-]');
}

function durationSeconds(parameters: StsRequest['parameters']): number | undefined {
  const text = parameters.get('DurationSeconds');
  if (text === undefined) return undefined;
  if (!/^[-+]?\d+$/.test(text)) throw invalid(`invalid DurationSeconds: parsing "${text}": invalid syntax`);
  const seconds = Number(text);
  if (seconds >= 900 && seconds <= 43200) return seconds;
  throw invalid('DurationSeconds must be between 900 and 43200 seconds');
}

function sessionPolicy(parameters: StsRequest['parameters']): string | undefined {
  const text = parameters.get('Policy');
  if (text === undefined) return undefined;
  try {
    JSON.parse(text);
    return text;
  } catch {
    throw new StsError(400, 'MalformedPolicyDocument', 'invalid Policy document: invalid session policy JSON');
  }
}

function algorithmOf(token: string): string {
  try {
    const header = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8')) as {
      alg?: unknown;
    };
    return String(header.alg);
  } catch {
    return '';
  }
}

function credentials({ accessKeyId, secretAccessKey, sessionToken, expiration }: IssuedSession): XmlFragment {
  return element('Credentials', [
    element('AccessKeyId', accessKeyId),
    element('SecretAccessKey', secretAccessKey),
    element('SessionToken', sessionToken),
    element('Expiration', expiration.toISOString()),
  ]);
}

function assumedRoleUser({ accountId }: Iam, { name }: Pick<Role, 'name'>, session: string): XmlFragment {
  return element('AssumedRoleUser', [
    element('AssumedRoleId', `${name}:${session}`),
    element('Arn', `arn:aws:sts::${accountId}:assumed-role/${name}/${session}`),
  ]);
}

function response(action: string, content: readonly XmlFragment[], namespace: string = STS_NAMESPACE): string {
  return xmlDocument(`${action}Response`, [element(`${action}Result`, content)], namespace);
}

function denied(message: string): StsError {
  return new StsError(403, 'AccessDenied', message);
}

function invalid(message: string): StsError {
  return new StsError(400, 'InvalidParameterValue', message);
}

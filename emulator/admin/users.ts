import { s3Error } from '../errors.js';
import { IamError } from '../iam/errors.js';
import { groupsOf, identityKind } from '../iam/lookup.js';
import type { IamState, IamUser } from '../iam/model.js';
import { deleteUser, isSecretKeyLongEnough, putUser, setUserSecret, setUserStatus } from '../iam/users.js';
import { callerUser, isNotDenied, isSelf, requireAny } from './authorize.js';
import { type AdminCall, type AdminHandler, empty, json, requestBody, typedQuery } from './call.js';
import { faultOf, hasWhitespace, iamFault, orIamFault, orInternal } from './faults.js';
import { policiesNaming } from './policy-documents.js';

const KEY_QUERY = { accessKey: { aliases: ['access-key'] } } as const;

const USER_BODY = {
  name: 'AddOrUpdateUserReq',
  fields: {
    secretKey: { type: 'string' },
    policy: { type: 'string', optional: true },
    status: { type: ['enabled', 'disabled'] },
  },
} as const;

export const addUser: AdminHandler = (call) => {
  const { iam, profile, root } = call.context;
  const accessKey = givenKey(call);
  const body = requestBody(call, USER_BODY);
  const secretKey = String(body.secretKey);
  if (secretKey === '') throw s3Error('InvalidArgument', 'secret key is required');
  if (accessKey === root.accessKey) throw s3Error('InvalidArgument', profile.admin.systemUser);
  if (identityKind(iam, accessKey) === undefined && hasWhitespace(accessKey, profile)) {
    throw s3Error('InvalidArgument', 'access key contains spaces');
  }
  if (call.request.principal.parentUser === accessKey) {
    throw s3Error('InvalidArgument', 'cannot change the credentials of the parent user of this session');
  }
  authorizeSelf(call, accessKey, 'admin:CreateUser');
  try {
    putUser(iam, profile, accessKey, secretKey, body.status === 'enabled');
  } catch (error) {
    if (error instanceof IamError && error.kind !== 'AccessKeyAlreadyExists') {
      throw faultOf({ code: 'InternalError', message: profile.admin.createUserFailed }, error.message);
    }
    throw iamFault(error);
  }
  return empty();
};

export const setStatus: AdminHandler = (call) => {
  const accessKey = givenKey(call);
  if (accessKey === call.request.principal.accessKey) {
    throw s3Error('InvalidArgument', 'cannot change the status of the current user');
  }
  requireAny(call, 'admin:EnableUser');
  const { status } = typedQuery(call, { ...KEY_QUERY, status: {} });
  if (status !== 'enabled' && status !== 'disabled') {
    throw s3Error('InvalidArgument', `invalid account status: ${status}`);
  }
  orInternal(
    () => setUserStatus(call.context.iam, accessKey, status === 'enabled'),
    call.context.profile.admin.setStatusFailed,
  );
  return empty();
};

const SECRET_BODY = { name: 'SetUserSecretKeyRequest', fields: { secret_key: { type: 'string' } } } as const;

/** `PUT set-user-secret-key`: changes the secret alone and ends the user's sessions. */
export const setSecretKey: AdminHandler = (call) => {
  const { iam, root } = call.context;
  const accessKey = givenKey(call);
  if (accessKey === root.accessKey) {
    throw s3Error(
      'InvalidRequest',
      'the root identity is provisioned from the server environment and cannot be changed at runtime',
    );
  }
  if (call.request.principal.parentUser === accessKey) {
    throw s3Error('InvalidRequest', 'cannot change the credentials of the parent identity of this session');
  }
  requireAny(call, 'admin:CreateUser');
  const secretKey = String(requestBody(call, SECRET_BODY, 'invalid set-user-secret-key request: %').secret_key);
  if (!isSecretKeyLongEnough(secretKey)) throw s3Error('InvalidArgument', 'the new secret key is too short');
  const kind = identityKind(iam, accessKey);
  if (kind === 'service-account' || kind === 'session') {
    throw s3Error(
      'InvalidRequest',
      'the target access key is a derived credential; rotate service accounts through update-service-account',
    );
  }
  return json({ sessions_revoked: orIamFault(() => setUserSecret(iam, accessKey, secretKey)) });
};

export const listUsers: AdminHandler = (call) => {
  requireAny(call, 'admin:ListUsers');
  const { bucket } = typedQuery(call, { bucket: { required: true } });
  const { iam } = call.context;
  const users = [...iam.users].flatMap(([name, user]) => {
    if (bucket === '') return [[name, describeUser(iam, name, user)] as const];
    const policies = policiesNaming(call.context, name, bucket);
    const described = { ...describeUser(iam, name, user), policyName: policies.join(','), updatedAt: user.updatedAt };
    return policies.length === 0 ? [] : [[name, described] as const];
  });
  return json(Object.fromEntries(users));
};

export const userInfo: AdminHandler = (call) => {
  const { iam } = call.context;
  const accessKey = givenKey(call);
  authorizeSelf(call, accessKey, 'admin:GetUser');
  return json(
    orIamFault(() => {
      if (identityKind(iam, accessKey) === 'service-account') throw new IamError('IAMActionNotAllowed');
      const user = iam.users.get(accessKey);
      if (user === undefined) throw new IamError('NoSuchUser', accessKey);
      return describeUser(iam, accessKey, user);
    }),
  );
};

export const removeUser: AdminHandler = (call) => {
  requireAny(call, 'admin:DeleteUser');
  const accessKey = givenKey(call);
  const { iam, profile, root } = call.context;
  const { principal } = call.request;
  if (accessKey === root.accessKey || accessKey === principal.accessKey || accessKey === callerUser(principal)) {
    throw s3Error('InvalidArgument', 'cannot remove the current user');
  }
  switch (identityKind(iam, accessKey)) {
    case undefined:
      throw faultOf(profile.admin.missingUserOnRemove, accessKey);
    case 'user':
      deleteUser(iam, accessKey);
      return empty();
    default:
      throw s3Error('InvalidArgument', 'cannot remove a temporary user');
  }
};

/** A user as `list-users` and `user-info` show it; the time is that of the mapping if there is one. */
export function describeUser(iam: IamState, name: string, user: IamUser): Record<string, unknown> {
  const mapping = iam.userMappings.get(name);
  const groups = groupsOf(iam, name);
  return {
    ...(mapping && { policyName: mapping.policies }),
    status: user.enabled ? 'enabled' : 'disabled',
    ...(groups.length > 0 && { memberOf: groups }),
    updatedAt: mapping?.updatedAt ?? user.updatedAt,
  };
}

function givenKey(call: AdminCall): string {
  const { accessKey } = typedQuery(call, KEY_QUERY);
  if (accessKey === '') throw s3Error('InvalidArgument', 'access key is empty');
  return accessKey;
}

/** Acting on oneself needs no allowing statement. @throws EmulatorError */
function authorizeSelf(call: AdminCall, user: string, action: string): void {
  if (!isSelf(call, user)) requireAny(call, action);
  else if (!isNotDenied(call, action)) throw s3Error('AccessDenied', 'Access Denied');
}

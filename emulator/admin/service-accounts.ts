import { s3Error } from '../errors.js';
import { IamError } from '../iam/errors.js';
import { identityKind } from '../iam/lookup.js';
import type { ServiceAccount } from '../iam/model.js';
import {
  addServiceAccount,
  getServiceAccount,
  serviceAccountsOf,
  updateServiceAccount,
} from '../iam/service-accounts.js';
import { describeDerivedKey } from './access-keys.js';
import { callerUser, isAllowed, requireQuietly } from './authorize.js';
import { type AdminCall, type AdminHandler, empty, json, requestBodyDebug, typedQuery } from './call.js';
import { faultOf, hasWhitespace, iamFault } from './faults.js';
import { checkDescription } from './key-fields.js';
import { embeddedPolicy } from './policy-documents.js';

const ADD_BODY = {
  name: 'AddServiceAccountReq',
  fields: {
    policy: { type: 'any', optional: true },
    targetUser: { type: 'string', optional: true },
    accessKey: { type: 'string', optional: true },
    secretKey: { type: 'string', optional: true },
    name: { type: 'string', optional: true },
    description: { type: 'string', optional: true },
    expiration: { type: 'time', optional: true },
    comment: { type: 'string', optional: true },
  },
} as const;

export const addKey: AdminHandler = (call) => {
  const { iam, profile, root } = call.context;
  const { principal } = call.request;
  const body = requestBodyDebug(call, ADD_BODY, 'unmarshal body failed, e: %');
  const accessKey = String(body.accessKey ?? '');
  if (hasWhitespace(accessKey, profile)) throw s3Error('InvalidRequest', 'access key has spaces');
  const fields = checkDescription({
    name: body.name,
    description: body.description ?? body.comment,
    expiration: body.expiration,
  });
  const policy = embeddedPolicy(body.policy, profile, 'create');
  if (accessKey === root.accessKey) throw s3Error('InvalidArgument', "can't create user with system access key");
  const target = String(body.targetUser ?? principal.accessKey);
  requireQuietly(call, 'admin:CreateServiceAccount');
  const isKnown = target === root.accessKey || identityKind(iam, target) !== undefined;
  if (!isKnown) throw s3Error('InvalidRequest', 'target user not exist');
  const ownScope = target === principal.accessKey || target === callerUser(principal);
  if (!ownScope && principal.kind !== 'root' && profile.admin.ownScopeKeysOnly) {
    throw s3Error('AccessDenied', 'service account parent is outside requester scope');
  }
  const parentUser = ownScope ? callerUser(principal) : target;
  try {
    const wanted = { parentUser, accessKey, secretKey: String(body.secretKey ?? ''), ...fields };
    const keys = addServiceAccount(iam, profile, { ...wanted, ...(policy && { policy }) });
    return json({ credentials: { ...keys, ...(fields.expiration && { expiration: fields.expiration }) } });
  } catch (error) {
    throw creationFault(call, error);
  }
};

function creationFault({ context }: AdminCall, error: unknown): unknown {
  if (!(error instanceof IamError)) return error;
  const { accessKeyInUse, accessKeyLength, secretKeyLength } = context.profile.admin;
  switch (error.kind) {
    case 'AccessKeyAlreadyExists':
      return faultOf(accessKeyInUse);
    case 'InvalidAccessKeyLength':
      return faultOf(accessKeyLength);
    case 'InvalidSecretKeyLength':
      return faultOf(secretKeyLength);
    case 'UnreadableClaims':
      return s3Error(
        'InternalError',
        `create service account failed, e: Io(Custom { kind: Other, error: "${error.message}" })`,
      );
    default:
      return s3Error('InternalError', `create service account failed, e: ${error.kind}`);
  }
}

const UPDATE_BODY = {
  name: 'UpdateServiceAccountReq',
  fields: {
    newPolicy: { type: 'any', optional: true },
    newSecretKey: { type: 'string', optional: true },
    newStatus: { type: 'string', optional: true },
    newName: { type: 'string', optional: true },
    newDescription: { type: 'string', optional: true },
    newExpiration: { type: 'time', optional: true },
  },
} as const;

export const updateKey: AdminHandler = (call) => {
  const { iam, profile } = call.context;
  const { principal } = call.request;
  const accessKey = givenKey(call);
  const body = requestBodyDebug(call, UPDATE_BODY, 'unmarshal body failed, e: %');
  const fields = checkDescription({
    name: body.newName,
    description: body.newDescription,
    expiration: body.newExpiration,
  });
  requireQuietly(call, 'admin:UpdateServiceAccount');
  const account = findKey(call, accessKey);
  const mayCross = principal.kind === 'root' && profile.admin.ownerUpdatesForeignKeys;
  if (!mayCross && callerUser(principal) !== account.parentUser) throw s3Error('AccessDenied', 'access denied');
  const policy = embeddedPolicy(body.newPolicy, profile, 'update');
  try {
    updateServiceAccount(iam, accessKey, {
      ...fields,
      ...(body.newSecretKey !== undefined && { secretKey: String(body.newSecretKey) }),
      ...(body.newStatus !== undefined && { enabled: isOn(String(body.newStatus)) }),
      ...(policy && { policy }),
    });
  } catch (error) {
    if (error instanceof IamError) throw s3Error('InternalError', 'update service account failed');
    throw error;
  }
  return empty(204);
};

export const keyInfo: AdminHandler = (call) => {
  const accessKey = givenKey(call);
  const account = findKey(call, accessKey);
  const mayList = isAllowed(call, 'admin:ListServiceAccounts');
  if (!mayList && callerUser(call.request.principal) !== account.parentUser) {
    throw s3Error('AccessDenied', 'access denied');
  }
  return json(describeDerivedKey(call.context, account));
};

export const listKeys: AdminHandler = (call) => {
  const { user } = typedQuery(call, { user: {} }, 'invalid service account query parameters');
  const { principal } = call.request;
  const foreign = call.request.query.has('user') && user !== principal.accessKey;
  if (foreign) requireQuietly(call, 'admin:ListServiceAccounts');
  const parent = foreign ? user : callerUser(principal);
  const accounts = serviceAccountsOf(call.context.iam, parent).map(([accessKey, account]) => ({
    parentUser: account.parentUser,
    accountStatus: account.enabled ? 'on' : 'off',
    impliedPolicy: account.policy === undefined,
    accessKey,
    ...(account.name !== undefined && { name: account.name }),
    ...(account.description !== undefined && { description: account.description }),
    expiration: account.expiration ?? null,
  }));
  return json({ accounts });
};

export const deleteKey: AdminHandler = (call) => {
  const { iam } = call.context;
  const { accessKey } = typedQuery(
    call,
    { accessKey: { aliases: ['access-key'], required: true } },
    'invalid access key query parameters',
  );
  if (accessKey === '') throw s3Error('InvalidArgument', 'access key is empty');
  const account = iam.serviceAccounts.get(accessKey);
  const kind = identityKind(iam, accessKey);
  const missing = () => s3Error('InvalidRequest', 'service account not exist');
  if (kind === undefined || kind === 'session') throw missing();
  const owns = account !== undefined && callerUser(call.request.principal) === account.parentUser;
  if (!isAllowed(call, 'admin:RemoveServiceAccount') && !owns) throw missing();
  iam.serviceAccounts.delete(accessKey);
  return empty();
};

function givenKey(call: AdminCall): string {
  const query = { accessKey: { aliases: ['access-key'], required: true } } as const;
  const { accessKey } = typedQuery(call, query, 'get body failed1');
  if (accessKey === '') throw s3Error('InvalidArgument', 'access key is empty');
  return accessKey;
}

/** @throws EmulatorError if there is no such key, or another kind of identity has it */
function findKey({ context }: AdminCall, accessKey: string): ServiceAccount {
  if (identityKind(context.iam, accessKey) === 'user') throw s3Error('InternalError', 'get service account failed');
  try {
    return getServiceAccount(context.iam, accessKey);
  } catch (error) {
    throw iamFault(error);
  }
}

function isOn(status: string): boolean {
  return status === 'enabled' || status === 'on';
}

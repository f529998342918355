import type { PolicyDocument } from '../../policies/index.js';
import type { EmulatorContext, EmulatorResponse } from '../context.js';
import { s3Error } from '../errors.js';
import { effectivePolicies, identityKind } from '../iam/lookup.js';
import type { ServiceAccount, StsSession } from '../iam/model.js';
import { serviceAccountsOf } from '../iam/service-accounts.js';
import { isExpired, liveSessionsOf } from '../iam/sessions.js';
import { callerUser, isAllowed, isNotDenied, requireQuietly } from './authorize.js';
import { type AdminHandler, json, typedQuery } from './call.js';
import { toSeconds } from './key-fields.js';
import { mergedPolicy, printPolicy } from './policy-documents.js';

const KEY_QUERY = { accessKey: { aliases: ['access-key'], required: true } } as const;

/** `GET info-access-key`: any kind of key; without one, the caller's own. */
export const accessKeyInfo: AdminHandler = (call) => {
  const { iam } = call.context;
  const { principal } = call.request;
  const given = typedQuery(call, KEY_QUERY, 'get body failed1').accessKey;
  const accessKey = given === '' ? principal.accessKey : given;
  const denied = () => s3Error('AccessDenied', 'access denied');
  const kind = identityKind(iam, accessKey);
  if (!isAllowed(call, 'admin:ListServiceAccounts')) {
    const byServiceAccount = iam.serviceAccounts.has(principal.accessKey);
    if (!isNotDenied(call, 'admin:ListServiceAccounts') || kind === undefined || byServiceAccount) throw denied();
    if (callerUser(principal) !== ownerOf(call.context, accessKey)) throw denied();
  }
  switch (kind) {
    case undefined:
      throw s3Error('InvalidRequest', 'access key not exist');
    case 'user': {
      const mapping = iam.userMappings.get(accessKey);
      const enabled = iam.users.get(accessKey)?.enabled;
      return describe(accessKey, 'User', {
        parentUser: '',
        accountStatus: enabled ? 'enabled' : 'disabled',
        impliedPolicy: false,
        ...(mapping && { policy: mapping.policies }),
      });
    }
    case 'service-account':
      return describe(
        accessKey,
        'Service Account',
        describeDerivedKey(call.context, iam.serviceAccounts.get(accessKey) as ServiceAccount),
      );
    case 'session':
      return describe(accessKey, 'STS', describeDerivedKey(call.context, iam.sessions.get(accessKey) as StsSession));
  }
};

function describe(accessKey: string, userType: string, info: object): EmulatorResponse {
  return json({ accessKey, ...info, userType, userProvider: 'builtin' });
}

function ownerOf({ iam }: EmulatorContext, accessKey: string): string {
  return iam.serviceAccounts.get(accessKey)?.parentUser ?? iam.sessions.get(accessKey)?.parentUser ?? accessKey;
}

/** `GET temporary-account-info`: a session. */
export const sessionInfo: AdminHandler = (call) => {
  const { accessKey } = typedQuery(call, KEY_QUERY, 'get body failed1');
  if (accessKey === '') throw s3Error('InvalidArgument', 'access key is empty');
  requireQuietly(call, 'admin:ListTemporaryAccounts');
  const { iam } = call.context;
  const kind = identityKind(iam, accessKey);
  if (kind === 'user' || kind === 'service-account') {
    throw s3Error('InternalError', 'get temporary account failed');
  }
  const session = iam.sessions.get(accessKey);
  if (session === undefined || isExpired(session.expiration)) {
    throw s3Error('NoSuchResource', `temp account '${accessKey}' does not exist`);
  }
  return json(describeDerivedKey(call.context, session));
};

/** A service account or session with the policy that counts: its own, or its parent's merged ones. */
export function describeDerivedKey(context: EmulatorContext, key: ServiceAccount | StsSession) {
  const { iam, profile } = context;
  const implied: PolicyDocument = mergedPolicy(effectivePolicies(iam, profile.version, key.parentUser));
  const fields: Partial<ServiceAccount> = key;
  return {
    parentUser: key.parentUser,
    accountStatus: fields.enabled === false ? 'off' : 'on',
    impliedPolicy: key.policy === undefined,
    policy: printPolicy(key.policy ?? { ...implied, Version: implied.Version || '2012-10-17' }, profile),
    ...(fields.name !== undefined && { name: fields.name }),
    ...(fields.description !== undefined && { description: fields.description }),
    ...(key.expiration !== undefined && { expiration: toSeconds(key.expiration) }),
  };
}

const LIST_TYPES: Readonly<Record<string, { readonly sessions: boolean; readonly accounts: boolean }>> = {
  'users-only': { sessions: false, accounts: false },
  'sts-only': { sessions: true, accounts: false },
  'svcacc-only': { sessions: false, accounts: true },
  all: { sessions: true, accounts: true },
};

/** `GET list-access-keys-bulk`: keys of some or all users; without parameters, the caller's own. */
export const bulkList: AdminHandler = (call) => {
  const { iam, root } = call.context;
  const { query, principal } = call.request;
  const users = query.all('users').filter((user) => user !== '');
  const all = ['true', '1', 'on', 'yes'].includes(query.all('all').at(-1) ?? '');
  if (all && users.length > 0) throw s3Error('InvalidRequest', 'either specify users or all, not both');
  const isOwn = users.length === 1 && [principal.accessKey, principal.parentUser].includes(users[0]);
  const selfOnly = !all && (users.length === 0 || isOwn);
  if (all) requireQuietly(call, 'admin:ListUsers');
  if (!selfOnly) requireQuietly(call, 'admin:ListServiceAccounts');
  else if (!isNotDenied(call, 'admin:ListServiceAccounts')) throw s3Error('AccessDenied', 'access denied');
  const wanted = all ? [...iam.users.keys(), root.accessKey] : users.length > 0 ? users : [callerUser(principal)];
  const type = LIST_TYPES[query.all('listType').at(-1) ?? 'all'];
  if (type === undefined) throw s3Error('InvalidRequest', 'invalid list type');
  return json(
    Object.fromEntries(
      wanted.flatMap((user) => {
        const stsKeys = type.sessions ? liveSessionsOf(iam, user).map(([key, session]) => entry(key, session)) : [];
        const serviceAccounts = type.accounts
          ? serviceAccountsOf(iam, user).map(([key, account]) => entry(key, account))
          : [];
        const onlyOneKind = type.sessions !== type.accounts;
        const isEmpty = stsKeys.length + serviceAccounts.length === 0;
        return onlyOneKind && isEmpty ? [] : [[user, { serviceAccounts, stsKeys }]];
      }),
    ),
  );
};

/** Entries of the bulk list leave parent, status and policy blank (recorded: 05-service-accounts). */
function entry(accessKey: string, key: Partial<ServiceAccount>) {
  return {
    parentUser: '',
    accountStatus: '',
    impliedPolicy: false,
    accessKey,
    ...(key.name !== undefined && { name: key.name }),
    ...(key.description !== undefined && { description: key.description }),
    expiration: key.expiration === undefined ? null : toSeconds(key.expiration),
  };
}

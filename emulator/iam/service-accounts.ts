import { randomBytes, randomInt } from 'node:crypto';
import type { PolicyDocument } from '../../policies/index.js';
import type { EmulatorProfile } from '../profile.js';
import { IamError } from './errors.js';
import type { IamState, ServiceAccount } from './model.js';
import { isSecretKeyLongEnough } from './users.js';

/** Largest embedded policy, in bytes of its JSON. */
const LARGEST_POLICY = 4096;
const ACCESS_KEY_LENGTH = { shortest: 3, longest: 128 };
const SECRET_KEY_LENGTH = { shortest: 8, longest: 40 };
const GENERATED_ACCESS_KEY_LENGTH = 20;
const GENERATED_SECRET_KEY_LENGTH = 40;

export interface NewServiceAccount {
  readonly parentUser: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly policy?: PolicyDocument;
  readonly name?: string;
  readonly description?: string;
  readonly expiration?: string;
}

/** Creates a service account, with generated keys if none are given. @throws IamError */
export function addServiceAccount(
  iam: IamState,
  profile: EmulatorProfile,
  wanted: NewServiceAccount,
): { accessKey: string; secretKey: string } {
  if (wanted.accessKey !== '' && wanted.secretKey === '') throw new IamError('NoSecretKeyWithAccessKey');
  if (wanted.secretKey !== '' && wanted.accessKey === '') throw new IamError('NoAccessKeyWithSecretKey');
  if (wanted.accessKey === wanted.parentUser) throw new IamError('AccessKeyAlreadyExists');
  checkPolicySize(wanted.policy);
  const accessKey = wanted.accessKey || generateAccessKey();
  const secretKey = wanted.secretKey || generateSecretKey();
  if (!isWithin(accessKey, ACCESS_KEY_LENGTH)) throw new IamError('InvalidAccessKeyLength');
  if (!isWithin(secretKey, SECRET_KEY_LENGTH)) throw new IamError('InvalidSecretKeyLength');
  if (isInUse(iam, profile, accessKey)) throw new IamError('AccessKeyAlreadyExists');
  if (wanted.expiration !== undefined && Date.parse(wanted.expiration) === 0) throw new IamError('UnreadableClaims');
  iam.serviceAccounts.set(accessKey, {
    secretKey,
    parentUser: wanted.parentUser,
    enabled: true,
    ...(wanted.policy && { policy: wanted.policy }),
    ...(wanted.name !== undefined && { name: wanted.name }),
    ...(wanted.description !== undefined && { description: wanted.description }),
    ...(wanted.expiration !== undefined && { expiration: wanted.expiration }),
  });
  return { accessKey, secretKey };
}

export interface ServiceAccountUpdate {
  readonly secretKey?: string;
  readonly enabled?: boolean;
  readonly name?: string;
  readonly description?: string;
  readonly expiration?: string;
  /** A policy without version and statements drops the embedded one; one without statements changes nothing. */
  readonly policy?: PolicyDocument;
}

/** @throws IamError */
export function updateServiceAccount(iam: IamState, accessKey: string, update: ServiceAccountUpdate): void {
  const { policy: current, ...account } = getServiceAccount(iam, accessKey);
  if (update.secretKey !== undefined && !isSecretKeyLongEnough(update.secretKey)) {
    throw new IamError('InvalidSecretKeyLength');
  }
  checkPolicySize(update.policy);
  const { policy: wanted, ...changes } = update;
  const policy = replacedPolicy(current, wanted);
  iam.serviceAccounts.set(accessKey, { ...account, ...changes, ...(policy && { policy }) });
}

function replacedPolicy(
  current: PolicyDocument | undefined,
  wanted: PolicyDocument | undefined,
): PolicyDocument | undefined {
  if (wanted === undefined) return current;
  if (wanted.Statement.length > 0 && wanted.Version !== '') return wanted;
  return wanted.Statement.length === 0 && wanted.Version === '' ? undefined : current;
}

/** @throws IamError */
export function getServiceAccount(iam: IamState, accessKey: string): ServiceAccount {
  const account = iam.serviceAccounts.get(accessKey);
  if (account === undefined) throw new IamError('NoSuchServiceAccount', accessKey);
  return account;
}

export function serviceAccountsOf(iam: IamState, parentUser: string): [string, ServiceAccount][] {
  return [...iam.serviceAccounts].filter(([, account]) => account.parentUser === parentUser);
}

export function generateAccessKey(): string {
  const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  return Array.from({ length: GENERATED_ACCESS_KEY_LENGTH }, () => alphabet[randomInt(alphabet.length)]).join('');
}

export function generateSecretKey(): string {
  return randomBytes(GENERATED_SECRET_KEY_LENGTH).toString('base64url').slice(0, GENERATED_SECRET_KEY_LENGTH);
}

function checkPolicySize(policy: PolicyDocument | undefined): void {
  if (policy !== undefined && Buffer.byteLength(JSON.stringify(policy)) > LARGEST_POLICY) {
    throw new IamError('PolicyTooLarge');
  }
}

function isWithin(key: string, length: { shortest: number; longest: number }): boolean {
  const bytes = Buffer.byteLength(key);
  return bytes >= length.shortest && bytes <= length.longest;
}

function isInUse(iam: IamState, profile: EmulatorProfile, accessKey: string): boolean {
  if (iam.serviceAccounts.has(accessKey)) return true;
  return profile.admin.accessKeysCounted === 'all' && (iam.users.has(accessKey) || iam.sessions.has(accessKey));
}

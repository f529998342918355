import type { EmulatorContext, StoredRecords } from '../context.js';
import { type IamState, TrackedMap } from './model.js';
import { isExpired } from './sessions.js';

/** Kinds of the stored records, by part of the state. */
const KINDS = {
  users: 'iam-user',
  groups: 'iam-group',
  policies: 'iam-policy',
  userMappings: 'iam-user-mapping',
  groupMappings: 'iam-group-mapping',
  serviceAccounts: 'iam-service-account',
  sessions: 'iam-session',
} as const satisfies Record<keyof IamState, string>;

const SECTIONS = Object.keys(KINDS) as (keyof IamState)[];

/** Identities and rights as stored; sessions that have ended are left out. @default no records */
export function loadIam(records: StoredRecords = () => new Map()): IamState {
  const load = <V>(section: keyof IamState): TrackedMap<V> => {
    const map = new TrackedMap<V>();
    for (const [key, value] of records(KINDS[section])) map.set(key, value as V);
    map.changed.clear();
    return map;
  };
  const iam: IamState = {
    users: load('users'),
    groups: load('groups'),
    policies: load('policies'),
    userMappings: load('userMappings'),
    groupMappings: load('groupMappings'),
    serviceAccounts: load('serviceAccounts'),
    sessions: load('sessions'),
  };
  for (const [key, { expiration }] of iam.sessions) if (isExpired(expiration)) iam.sessions.delete(key);
  return iam;
}

/** Stores what changed since the last time, secrets included. */
export async function saveIam(context: Pick<EmulatorContext, 'iam' | 'persist'>): Promise<void> {
  const stored: Promise<void>[] = [];
  for (const section of SECTIONS) {
    const map = context.iam[section];
    for (const key of map.changed) stored.push(context.persist(KINDS[section], key, map.get(key)));
    map.changed.clear();
  }
  await Promise.all(stored);
}

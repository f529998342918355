import { eventTargetArn, type Manifest } from '../../manifest/index.js';
import type { Estate } from '../estate.js';
import type { Unmanaged } from '../plan/model.js';
import { observedIdentity, observedUser } from '../verify/explain.js';
import { bucketPolicyGives } from './bucket-policies.js';
import type { DriftFinding } from './model.js';
import { type Right, type RightsOptions, rightsOf, shorten } from './rights.js';

/** What the explanations of unmanaged objects need. */
export interface UnmanagedContext {
  readonly manifest: Manifest;
  readonly estate: Estate;
  readonly rootAccessKey: string;
  readonly options: RightsOptions;
}

/** What an unmanaged object is, and what it gives. */
interface Explained {
  readonly message: string;
  readonly gives: readonly string[];
  /** False: it gives nothing that nobody declared. */
  readonly isDangerous: boolean;
  /** @default - remove or declare it */
  readonly wayOut?: string;
}

export const REMOVE_OR_DECLARE = 'remove it from the server, or declare it: drift --adopt prints the TypeScript';

const harmless = (message: string): Explained => ({ message, gives: [], isDangerous: false });
const list = (names: readonly string[]) =>
  names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');

function withRights(message: string, who: string, rights: readonly Right[], nothing: string): Explained {
  if (rights.length === 0) return harmless(`${message}; ${nothing}`);
  return { message, gives: shorten(rights.map(({ text }) => `${who} ${text}`)), isDangerous: true };
}

function explainUser(name: string, { estate, options }: UnmanagedContext): Explained {
  const observed = observedUser(estate, name);
  const { policies = [], groups = [] } = estate.users.get(name) ?? {};
  const held = [
    policies.length > 0 ? `policies ${list(policies)}` : 'no policy',
    ...(groups.length > 0 ? [`groups ${list(groups)}`] : []),
  ].join(', ');
  const nothing = observed.powerless ? `it can do nothing now: ${observed.powerless}` : 'it can do nothing';
  return withRights(`nobody declared this user (${held})`, name, rightsOf(observed, options), nothing);
}

function explainKey(name: string, { estate, manifest, rootAccessKey, options }: UnmanagedContext): Explained {
  const id = name.slice(name.lastIndexOf('/') + 1);
  const key = estate.accessKeys.get(id);
  const who = `access key ${id}`;
  if (!key) return harmless('nobody declared this access key');
  const named = key.name ? ` named ${key.name}` : '';
  const isDeclared = manifest.users.some((user) => user.name === key.parent);
  if (key.parent !== rootAccessKey && !estate.users.has(key.parent)) {
    const message = `nobody declared this access key${named}, and its parent ${key.parent} is no user of the server: an OIDC identity, or a deleted user`;
    if (!key.enabled) return harmless(`${message}; it can do nothing now: it is switched off`);
    const gives = [`${who} has the rights of ${key.parent}, which cannot be read from the server`];
    return { message, gives, isDangerous: true, wayOut: 'remove it from the server, if its holder should not have it' };
  }
  const observed = observedIdentity(estate, rootAccessKey, id, id);
  const parent = key.parent === rootAccessKey ? 'root' : `${isDeclared ? '' : 'undeclared '}user ${key.parent}`;
  const nothing = observed.powerless ? `it can do nothing now: ${observed.powerless}` : 'it can do nothing';
  const message = `nobody declared this access key${named} of ${parent}`;
  return {
    ...withRights(message, who, rightsOf(observed, options), nothing),
    ...(key.parent === rootAccessKey
      ? { wayOut: 'remove it from the server, and give its holder a user of its own' }
      : {}),
  };
}

function explainGroup(name: string, { estate, options }: UnmanagedContext): Explained {
  const { policies = [], members = [], enabled } = estate.groups.get(name) ?? {};
  const held = `${policies.length > 0 ? `policies ${list(policies)}` : 'no policy'}, ${members.length > 0 ? `members ${list(members)}` : 'no members'}`;
  const message = `nobody declared this group (${held})`;
  if (enabled === false) return harmless(`${message}; it is disabled, which takes all policies away from its members`);
  if (members.length === 0) return harmless(`${message}; it gives nobody anything`);
  const documents = policies.flatMap((policy) => {
    const document = estate.policies.get(policy);
    return document ? [{ name: policy, document }] : [];
  });
  const rights = rightsOf(
    { principal: { kind: 'user', accessKey: members[0] ?? '', policies: documents }, origins: new Map() },
    options,
  );
  return withRights(message, `each member (${list(members)})`, rights, 'it gives nobody anything');
}

function explainPolicy(name: string, { estate }: UnmanagedContext): Explained {
  const holders = [
    ...[...estate.users].filter(([, { policies }]) => policies.includes(name)).map(([user]) => `user ${user}`),
    ...[...estate.groups].filter(([, { policies }]) => policies.includes(name)).map(([group]) => `group ${group}`),
  ];
  return harmless(
    `nobody declared this policy; ${holders.length > 0 ? `it is attached to ${list(holders)}` : 'it is attached to nobody'}`,
  );
}

function explainBucket(name: string, { estate, options }: UnmanagedContext): Explained {
  const { policy, publicAccessBlock } = estate.buckets.get(name) ?? {};
  const restricted = publicAccessBlock?.restrictPublicBuckets === true;
  const policies = { bucket: name, observed: policy, declared: undefined };
  const gives = bucketPolicyGives(policies, restricted, options);
  const message = policy ? 'nobody declared this bucket, which has a policy of its own' : 'nobody declared this bucket';
  return { message, gives, isDangerous: gives.length > 0 };
}

function explainSetting(name: string): Explained {
  const setting = name.slice(name.lastIndexOf('/') + 1);
  const effect = setting === 'lifecycle' ? '; its rules may delete objects' : '';
  return harmless(`nobody declared this setting${effect}`);
}

function explainEventTarget(name: string, { estate, manifest }: UnmanagedContext): Explained {
  const [kind = '', id = ''] = name.split('/');
  const [purpose, type = ''] = kind.split('_');
  const wayOut = 'remove it from the server (its API, or the variables that it was started with), or declare it';
  const message = `nobody declared this ${purpose === 'audit' ? 'audit' : 'event'} target`;
  if (purpose === 'audit') {
    const gives = ['whoever receives there gets a record of every request, with keys of objects and access key ids'];
    return { message, gives, isDangerous: true, wayOut };
  }
  const arn = eventTargetArn(manifest.server.region, { type: type as never, id });
  const buckets = [...estate.buckets]
    .filter(([, { notifications = [] }]) => notifications.some(({ targetArn }) => targetArn === arn))
    .map(([bucket]) => bucket);
  if (buckets.length === 0) return { ...harmless(`${message}; no bucket sends events to it`), wayOut };
  const gives = [`whoever receives there gets the events of ${list(buckets)}, with keys of objects and access key ids`];
  return { message, gives, isDangerous: true, wayOut };
}

const EXPLAIN: Readonly<Record<Unmanaged['kind'], (name: string, context: UnmanagedContext) => Explained>> = {
  user: explainUser,
  'access-key': explainKey,
  group: explainGroup,
  policy: explainPolicy,
  bucket: explainBucket,
  'bucket-config': explainSetting,
  'event-target': explainEventTarget,
  'kms-key': () => harmless('nobody declared this KMS key; objects may need it'),
};

/** Something that nobody declared, with what it gives to whom. */
export function unmanagedFinding({ kind, name }: Unmanaged, context: UnmanagedContext): DriftFinding {
  const { message, gives, isDangerous, wayOut = REMOVE_OR_DECLARE } = EXPLAIN[kind](name, context);
  return {
    severity: isDangerous ? 'security' : 'drift',
    category: 'unmanaged',
    kind,
    name,
    message,
    gives,
    details: [],
    wayOut,
  };
}

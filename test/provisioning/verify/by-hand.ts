import type { PolicyDocument } from '../../../policies/index.js';
import { type AccessProof, directorySecretStore, type StoredKey } from '../../../provisioning/index.js';
import type { ProofWorld, WorldOptions } from './world.js';

const {
  RUSTFS_ENDPOINT: endpoint,
  RUSTFS_ACCESS_KEY: accessKeyId = '',
  RUSTFS_SECRET_KEY: secretAccessKey = '',
} = process.env;

/** The emulator, and a running RustFS 1.0.1 if the environment names one. */
export const SERVERS: readonly (readonly [string, WorldOptions | undefined])[] = [
  ['the emulator', {}],
  [
    'RustFS (skipped unless RUSTFS_ENDPOINT, RUSTFS_ACCESS_KEY and RUSTFS_SECRET_KEY name a 1.0.1)',
    endpoint ? { live: { endpoint, root: { accessKeyId, secretAccessKey } } } : undefined,
  ],
];

/** What somebody changes on a server past the manifest. */
export function byHand(world: () => ProofWorld) {
  return {
    policyOf: (name: string): PolicyDocument | undefined =>
      world().manifest.policies.find((policy) => policy.name === name)?.document,
    putPolicy: (name: string, document: PolicyDocument | undefined) =>
      world().admin('PUT', '/add-canned-policy', { name }, document),
    attach: (policyName: string, userOrGroup: string, isGroup = 'false') =>
      world().admin('PUT', '/set-user-or-group-policy', { policyName, userOrGroup, isGroup }),
    members: (isRemove: boolean, ...members: string[]) =>
      world().admin(
        'PUT',
        '/update-group-members',
        {},
        { group: 'proof-admins', members, groupStatus: 'enabled', isRemove },
      ),
    updateKey: (accessKey: string, changes: Readonly<Record<string, string>>) =>
      world().admin('POST', '/update-service-account', { accessKey }, changes),
    async keyOf(name: string): Promise<StoredKey> {
      const entry = await directorySecretStore(world().secretsDir).read(name);
      if (!entry) throw new Error(`no key ${name}`);
      return entry.current;
    },
  };
}

/** Why the findings are there, each reason once. */
export function reasons({ findings }: AccessProof): string[] {
  return [...new Set(findings.map(({ cause, message }) => `${cause}: ${message.split('; ')[1]}`))].sort();
}

/** Whose findings there are, and how bad: `security backup`. */
export function blamed({ findings }: AccessProof): string[] {
  return [...new Set(findings.map(({ severity, who }) => `${severity} ${who}`))].sort();
}

import { strFromU8, unzipSync } from 'fflate';
import { type DriftReport, directorySecretStore, drift } from '../../../provisioning/index.js';
import type { World } from '../fixture.js';

const ADMIN = '/rustfs/admin/v3';

export const WIDE = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: ['s3:*'], Resource: ['arn:aws:s3:::*'] }],
};
export const publicRead = (bucket: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: ['s3:GetObject'], Resource: [`arn:aws:s3:::${bucket}/*`] }],
});

/** Changes as somebody with the root credentials makes them. Each fails unless the server accepts it. */
export function byHand({ asRoot, secretsDir }: World) {
  async function admin(method: string, path: string, query: Record<string, string>, body?: unknown): Promise<void> {
    const { status, body: answer } = await asRoot(method, ADMIN + path, query, body);
    if (status >= 300) throw new Error(`${method} ${path} was refused: ${answer.toString('utf8')}`);
  }
  async function storedKey(name: string) {
    const entry = await directorySecretStore(secretsDir).read(name);
    if (!entry) throw new Error(`no key ${name}`);
    return entry.current;
  }
  return {
    admin,
    storedKey,
    policy: (name: string, document: unknown) => admin('PUT', '/add-canned-policy', { name }, document),
    attach: (userOrGroup: string, policyName: string, isGroup = false) =>
      admin('PUT', '/set-user-or-group-policy', { policyName, userOrGroup, isGroup: String(isGroup) }),
    user: (accessKey: string, status = 'enabled') =>
      admin('PUT', '/add-user', { accessKey }, { secretKey: `${accessKey}-secret`, status }),
    status: (accessKey: string, status: 'enabled' | 'disabled') =>
      admin('PUT', '/set-user-status', { accessKey, status }),
    members: (group: string, members: string[], isRemove = false) =>
      admin('PUT', '/update-group-members', {}, { group, members, groupStatus: 'enabled', isRemove }),
    groupStatus: (group: string, status: 'enabled' | 'disabled') =>
      admin('PUT', '/set-group-status', { group, status }),
    key: (account: Readonly<Record<string, unknown>>) => admin('PUT', '/add-service-account', {}, account),
    removeKey: (accessKey: string) => admin('DELETE', '/delete-service-account', { accessKey }),
    async bucket(name: string, query: Record<string, string> = {}, body?: unknown): Promise<void> {
      const { status, body: answer } = await asRoot('PUT', `/${name}`, query, body);
      if (status >= 300) throw new Error(`PUT /${name} was refused: ${answer.toString('utf8')}`);
    },
    /** The user's own secret, as the server holds it: it only changes when the user was created again. */
    async userSecret(name: string): Promise<string | undefined> {
      const { body } = await asRoot('GET', `${ADMIN}/export-iam`);
      const users = JSON.parse(strFromU8(unzipSync(body)['iam-assets/users.json'] ?? new Uint8Array())) as Record<
        string,
        { secretKey: string }
      >;
      return users[name]?.secretKey;
    },
  };
}
export type ByHand = ReturnType<typeof byHand>;

type Change = Parameters<World['open']>[0];

export async function driftOf(
  world: World,
  change?: Change,
  options?: Parameters<typeof drift>[1],
): Promise<DriftReport> {
  const session = await world.open(change);
  try {
    return await drift(session, options);
  } finally {
    session.close();
  }
}

/** `severity category kind name` of every finding. */
export const outline = ({ findings }: DriftReport): readonly string[] =>
  findings.map(({ severity, category, kind, name }) => `${severity} ${category} ${kind} ${name}`);

import type { PolicyDocument } from '../../policies/index.js';
import type { Credentials, Wire, WireRequest } from '../wire.js';
import { jsonOf, refusal } from './response.js';

const ADMIN = '/rustfs/admin/v3';
/** RustFS reads every identity from its drives, one after the other, before it answers (source: RustFS 1.0.1, ExportIam). */
const EXPORT_TIMEOUT_MS = 120_000;

export interface UserInfo {
  /** Attached policies, separated by commas. */
  readonly policyName?: string;
  readonly status: 'enabled' | 'disabled';
  readonly memberOf?: readonly string[];
}

export interface GroupInfo {
  readonly name: string;
  readonly status: 'enabled' | 'disabled';
  readonly members: readonly string[] | null;
  readonly policy?: string;
}

export interface AccessKeyInfo {
  readonly accessKey: string;
  readonly name?: string;
  readonly description?: string;
  readonly expiration?: string | null;
}

export interface ServiceAccountInfo {
  readonly parentUser: string;
  readonly accountStatus: 'on' | 'off';
  /** True when the account has no policy of its own. */
  readonly impliedPolicy: boolean;
  /** JSON text. */
  readonly policy?: string;
}

export interface NewServiceAccount {
  readonly targetUser: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly name?: string;
  readonly description?: string;
  /** RFC 3339, in the future. */
  readonly expiration?: string;
  readonly policy?: PolicyDocument;
}

/** The calls of RustFS' admin API v3 that provisioning uses; plain JSON, signed as root (reference: RustFS admin API). */
export interface AdminClient {
  listUsers(): Promise<Readonly<Record<string, UserInfo>>>;
  listPolicies(): Promise<Readonly<Record<string, PolicyDocument>>>;
  listGroups(): Promise<readonly string[]>;
  group(name: string): Promise<GroupInfo>;
  /** Service accounts by parent user. */
  listAccessKeys(): Promise<Readonly<Record<string, readonly AccessKeyInfo[]>>>;
  /** Undefined when the server does not have it. */
  serviceAccount(accessKey: string): Promise<ServiceAccountInfo | undefined>;
  /** ARNs of the notification targets that are online. */
  targetArns(): Promise<readonly string[]>;
  /** A zip archive with the configuration of every bucket. */
  exportBucketMetadata(): Promise<Buffer>;
  /** A zip archive with every identity and policy, secrets included: parse it, and let go of it. */
  exportIam(): Promise<Buffer>;
  putPolicy(name: string, document: PolicyDocument): Promise<void>;
  removePolicy(name: string): Promise<void>;
  /** Creates a user, or gives an existing one this secret and status. */
  createUser(name: string, secret: string, enabled?: boolean): Promise<void>;
  /** Removes a user, its access keys and its memberships. */
  removeUser(name: string): Promise<void>;
  setUserSecret(name: string, secretKey: string): Promise<void>;
  setUserEnabled(name: string, enabled: boolean): Promise<void>;
  setPolicies(principal: string, policies: readonly string[], isGroup: boolean): Promise<void>;
  /** Adding creates the group; removing nobody from an empty group deletes it (reference: update-group-members). */
  changeMembers(group: string, members: readonly string[], remove: boolean): Promise<void>;
  setGroupEnabled(name: string, enabled: boolean): Promise<void>;
  addServiceAccount(account: NewServiceAccount): Promise<void>;
  deleteServiceAccount(accessKey: string): Promise<void>;
  setServiceAccountEnabled(accessKey: string, enabled: boolean): Promise<void>;
  setServiceAccountSecret(accessKey: string, secretKey: string): Promise<void>;
  setQuota(bucket: string, bytes: number): Promise<void>;
  removeQuota(bucket: string): Promise<void>;
}

export function createAdminClient(wire: Wire, root: Credentials): AdminClient {
  const send = (request: WireRequest) => wire.send(request, root);
  const route = (
    method: string,
    path: string,
    query?: Readonly<Record<string, string>>,
    body?: unknown,
  ): WireRequest => ({
    method,
    path: ADMIN + path,
    ...(query ? { query } : {}),
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  });
  async function read<T>(path: string, query?: Readonly<Record<string, string>>): Promise<T> {
    const request = route('GET', path, query);
    return jsonOf<T>(request, await send(request));
  }
  async function readArchive(path: string): Promise<Buffer> {
    const request = route('GET', path);
    const response = await wire.send(request, root, { timeoutMs: EXPORT_TIMEOUT_MS });
    if (response.status !== 200) throw refusal(request, response);
    return response.body;
  }
  async function write(request: WireRequest): Promise<void> {
    const response = await send(request);
    if (response.status < 200 || response.status > 299) throw refusal(request, response);
  }

  return {
    listUsers: () => read('/list-users'),
    listPolicies: () => read('/list-canned-policies'),
    listGroups: () => read('/groups'),
    group: (name) => read('/group', { group: name }),
    async listAccessKeys() {
      type Bulk = Readonly<Record<string, { readonly serviceAccounts?: readonly AccessKeyInfo[] | null }>>;
      const bulk = await read<Bulk>('/list-access-keys-bulk', { listType: 'svcacc-only', all: 'true' });
      return Object.fromEntries(Object.entries(bulk).map(([user, keys]) => [user, keys.serviceAccounts ?? []]));
    },
    async serviceAccount(accessKey) {
      const request = route('GET', '/info-service-account', { accessKey });
      const response = await send(request);
      return response.status === 404 ? undefined : jsonOf<ServiceAccountInfo>(request, response);
    },
    targetArns: () => read('/target/arns'),
    exportBucketMetadata: () => readArchive('/export-bucket-metadata'),
    exportIam: () => readArchive('/export-iam'),
    putPolicy: (name, document) => write(route('PUT', '/add-canned-policy', { name }, document)),
    removePolicy: (name) => write(route('DELETE', '/remove-canned-policy', { name })),
    createUser: (name, secretKey, enabled = true) =>
      write(route('PUT', '/add-user', { accessKey: name }, { secretKey, status: enabled ? 'enabled' : 'disabled' })),
    removeUser: (name) => write(route('DELETE', '/remove-user', { accessKey: name })),
    setUserSecret: (name, secretKey) =>
      write(route('PUT', '/set-user-secret-key', { accessKey: name }, { secret_key: secretKey })),
    setUserEnabled: (name, enabled) =>
      write(route('PUT', '/set-user-status', { accessKey: name, status: enabled ? 'enabled' : 'disabled' })),
    setPolicies: (principal, policies, isGroup) =>
      // No space after the comma: RustFS does not trim names (recorded: 03-policies attach-two-with-space).
      write(
        route('PUT', '/set-user-or-group-policy', {
          policyName: policies.join(','),
          userOrGroup: principal,
          isGroup: String(isGroup),
        }),
      ),
    changeMembers: (group, members, isRemove) =>
      write(route('PUT', '/update-group-members', undefined, { group, members, groupStatus: 'enabled', isRemove })),
    setGroupEnabled: (name, enabled) =>
      write(route('PUT', '/set-group-status', { group: name, status: enabled ? 'enabled' : 'disabled' })),
    addServiceAccount: (account) => write(route('PUT', '/add-service-account', undefined, account)),
    deleteServiceAccount: (accessKey) => write(route('DELETE', '/delete-service-account', { accessKey })),
    setServiceAccountEnabled: (accessKey, enabled) =>
      write(route('POST', '/update-service-account', { accessKey }, { newStatus: enabled ? 'on' : 'off' })),
    setServiceAccountSecret: (accessKey, newSecretKey) =>
      write(route('POST', '/update-service-account', { accessKey }, { newSecretKey })),
    setQuota: (bucket, bytes) =>
      write(route('PUT', `/quota/${bucket}`, undefined, { quota: bytes, quota_type: 'HARD' })),
    removeQuota: (bucket) => write(route('DELETE', `/quota/${bucket}`)),
  };
}

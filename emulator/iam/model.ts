import type { ClaimedRights, PolicyDocument } from '../../policies/index.js';

export interface IamUser {
  secretKey: string;
  enabled: boolean;
  /** ISO time of the last change of secret or status. */
  updatedAt: string;
}

export interface IamGroup {
  members: string[];
  enabled: boolean;
  updatedAt: string;
}

export interface IamPolicy {
  document: PolicyDocument;
  createdAt: string;
  updatedAt: string;
}

/** What is attached to a user or group: policy names joined by commas, as they were given. */
export interface PolicyMapping {
  policies: string;
  updatedAt: string;
}

export interface ServiceAccount {
  secretKey: string;
  parentUser: string;
  enabled: boolean;
  /** Embedded policy; without one the account has its parent's rights. */
  policy?: PolicyDocument;
  name?: string;
  description?: string;
  /** ISO time. */
  expiration?: string;
}

export interface StsSession {
  secretKey: string;
  sessionToken: string;
  parentUser: string;
  policy?: PolicyDocument;
  /** ISO time. */
  expiration: string;
  /** Of a session by web identity: what its token gave it. */
  claimed?: ClaimedRights;
}

/** A map that remembers which entries were set or deleted since they were last stored. */
export class TrackedMap<V> extends Map<string, V> {
  readonly changed = new Set<string>();

  override set(key: string, value: V): this {
    this.changed.add(key);
    return super.set(key, value);
  }

  override delete(key: string): boolean {
    if (this.has(key)) this.changed.add(key);
    return super.delete(key);
  }
}

/** Identities and rights. Maps keep the order of creation and take any name. */
export interface IamState {
  users: TrackedMap<IamUser>;
  groups: TrackedMap<IamGroup>;
  /** Stored policies: written ones, and built-in ones that were overwritten. */
  policies: TrackedMap<IamPolicy>;
  userMappings: TrackedMap<PolicyMapping>;
  groupMappings: TrackedMap<PolicyMapping>;
  serviceAccounts: TrackedMap<ServiceAccount>;
  sessions: TrackedMap<StsSession>;
}

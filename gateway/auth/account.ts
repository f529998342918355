import type { DynamicConfig } from '../config/dynamic.js';
import type { Identity } from './identity.js';

/** An alknet identity that may sign in now. */
export interface Account extends Identity {
  /** What to call it. */
  readonly name: string;
  /** Unix time in seconds after which it may not. */
  readonly expiresAt?: number;
}

/** The identity with that id, as it is configured now: a key that was removed, disabled or has expired is none. */
export function accountOf({ peers, api_keys }: DynamicConfig['auth'], id: string, now: number): Account | undefined {
  const peer = peers.find(({ peer_id, enabled }) => enabled && peer_id === id);
  if (peer) return { id, scopes: peer.scopes, name: peer.display_name ?? id };
  const key = api_keys.find(({ prefix }) => prefix === id);
  if (key === undefined || (key.expires_at !== undefined && key.expires_at <= now)) return undefined;
  const expires = key.expires_at === undefined ? {} : { expiresAt: key.expires_at };
  return { id, scopes: key.scopes, name: key.description || id, ...expires };
}

import { readSecretFile } from '../config/load.js';
import type { KeystoneConfig } from './config.js';
import type { JsonClient } from './http.js';

/** The bridge's own token at Keystone. */
export interface ServiceToken {
  /** @throws Error if Keystone gives none */
  current(): Promise<string>;
  /** Forgets a token that Keystone no longer takes. */
  forget(token: string): void;
}

/** A token is renewed when this much of its life, or less, is left. */
const RENEW_BEFORE_MS = 60_000;

/** Keystone takes the service user's name or secret no more. */
export class ServiceUserRefused extends Error {
  override readonly name = 'ServiceUserRefused';
}

export function serviceToken(client: JsonClient, user: KeystoneConfig['service_user']): ServiceToken {
  let held: { readonly token: string; readonly renewAt: number } | undefined;
  let asking: Promise<string> | undefined;

  async function ask(): Promise<string> {
    const { status, headers, body } = await client.call('POST', '/auth/tokens', {}, authRequest(user));
    const token = headers['x-subject-token'];
    if (status === 401 || status === 403)
      throw new ServiceUserRefused(`Keystone refused the service user (${status}): check its name, secret and project`);
    const expires = Date.parse((body as { token?: { expires_at?: string } } | undefined)?.token?.expires_at ?? '');
    if (status !== 201 || typeof token !== 'string' || Number.isNaN(expires))
      throw new Error(`Keystone gave the service user no token (${status})`);
    held = { token, renewAt: expires - RENEW_BEFORE_MS };
    return token;
  }

  return {
    current() {
      if (held !== undefined && Date.now() < held.renewAt) return Promise.resolve(held.token);
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      return asking;
    },
    forget(token) {
      if (held?.token === token) held = undefined;
    },
  };
}

function authRequest(user: KeystoneConfig['service_user']): object {
  if (user.type === 'application_credential') {
    const secret = readSecretFile(user.secret_file, 'keystone.service_user.secret_file');
    const identity = { methods: [user.type], application_credential: { id: user.id, secret } };
    return { auth: { identity } };
  }
  const password = readSecretFile(user.password_file, 'keystone.service_user.password_file');
  const account = { name: user.username, domain: { name: user.user_domain }, password };
  const project = { name: user.project, domain: { name: user.project_domain } };
  return { auth: { identity: { methods: ['password'], password: { user: account } }, scope: { project } } };
}

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ProvisioningError } from '../errors.js';
import { errorCode } from '../secrets/atomic-file.js';
import type { SecretStore } from '../secrets/secret-store.js';
import type { Wire } from '../wire.js';
import { assumeRole, assumeRoleWithWebIdentity, type SessionCredentials, type SignInOptions } from './sign-in.js';

/** Where sessions come from. */
export interface SessionSource {
  /** Distinguishes sessions that must not be taken for each other: server, identity, duration, policy. Holds no secret. */
  id(): Promise<string>;
  fetch(): Promise<SessionCredentials>;
}

const idOf = (wire: Wire, who: readonly string[], { seconds, policy }: SignInOptions) =>
  createHash('sha256')
    .update(JSON.stringify([wire.endpoint, ...who, seconds ?? null, policy ?? null]))
    .digest('hex');

/** Sessions of an enrolled user, whose secret is in the store. */
export function userSessions(wire: Wire, users: SecretStore, name: string, options: SignInOptions): SessionSource {
  const current = async () => (await users.read(name))?.current;
  return {
    // A new enrolment ends the sessions of the one before.
    id: async () => idOf(wire, ['user', name, (await current())?.createdAt ?? ''], options),
    async fetch() {
      const key = await current();
      if (key?.state !== 'active')
        throw new ProvisioningError(
          `the secret of user ${name} is not in ${users.description}: run cdktf-rustfs credentials enrol --user ${name} with the root credentials`,
        );
      return assumeRole(wire, key, options);
    },
  };
}

/** Whose token it is; of one that cannot be read, the token itself, so that the server may say what is wrong. */
async function holderOf(token: string): Promise<readonly string[]> {
  const { decodeJwt } = await import('jose');
  try {
    const { iss = '', sub = '' } = decodeJwt(token);
    return [iss, sub];
  } catch {
    return [token];
  }
}

/** Sessions by a token in a file, which whoever issues it writes anew before it expires. */
export function webIdentitySessions(wire: Wire, tokenFile: string, options: SignInOptions): SessionSource {
  const read = async () => {
    const token = await readFile(tokenFile, 'utf8').catch((error: unknown) => {
      throw new ProvisioningError(`cannot read the token file ${tokenFile}: ${errorCode(error) ?? 'unknown error'}`);
    });
    return token.trim();
  };
  return {
    id: async () => idOf(wire, ['web-identity', ...(await holderOf(await read()))], options),
    fetch: async () => assumeRoleWithWebIdentity(wire, await read(), options),
  };
}

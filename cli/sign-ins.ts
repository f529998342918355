import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  assumeRoleWithWebIdentity,
  directorySecretStore,
  type ForgeryResult,
  fetchKeys,
  forgeries,
  presentForgeries,
  readToken,
  type Session,
  type SignIn,
  tokenSignIn,
  userSessions,
  userSignIn,
} from '../provisioning/index.js';
import { besideSecretStore, type ConnectionOptions } from './connection.js';
import { UsageError } from './exit-codes.js';

export interface SignInOptions extends ConnectionOptions {
  readonly webIdentityTokenFile?: readonly string[];
  readonly signInUser?: readonly string[];
}

export interface SignedIn {
  readonly signIns: readonly SignIn[];
  readonly forged: readonly ForgeryResult[];
}

/** Signs in by every token and enrolled user that was named, and tries what can be forged from the tokens. */
export async function signInAll(session: Session, options: SignInOptions): Promise<SignedIn> {
  const { manifest, wire } = session;
  const users = directorySecretStore(join(besideSecretStore(manifest, options.secrets), 'users'));
  const signIns: SignIn[] = [];
  const forged: ForgeryResult[] = [];
  for (const file of options.webIdentityTokenFile ?? []) {
    let token: string;
    try {
      token = readFileSync(file, 'utf8').trim();
    } catch (cause) {
      throw new UsageError(`cannot read the token file ${file}: ${(cause as NodeJS.ErrnoException).code}`, { cause });
    }
    const { provider } = readToken(manifest, token);
    signIns.push(tokenSignIn(manifest, token, await assumeRoleWithWebIdentity(wire, token)));
    forged.push(...(await presentForgeries(wire, await forgeries(token, await fetchKeys(provider)))));
  }
  for (const name of options.signInUser ?? [])
    signIns.push(userSignIn(manifest, name, await userSessions(wire, users, name, {}).fetch()));
  return { signIns, forged };
}

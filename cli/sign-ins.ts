import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../manifest/index.js';
import {
  assumeRoleWithWebIdentity,
  directorySecretStore,
  type Forgery,
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

/** Where the secrets of enrolled users are: beside the access keys. */
export const enrolledUsers = (manifest: Manifest, secrets: string | undefined) =>
  directorySecretStore(join(besideSecretStore(manifest, secrets), 'users'));

/** @param more further tokens that must not be accepted, made of the good one @default none */
export async function signInByToken(
  { manifest, wire }: Session,
  token: string,
  more: (token: string) => Promise<readonly Forgery[]> = async () => [],
): Promise<SignedIn> {
  const { provider } = readToken(manifest, token);
  const signIn = tokenSignIn(manifest, token, await assumeRoleWithWebIdentity(wire, token));
  const forged = [...(await forgeries(token, await fetchKeys(provider))), ...(await more(token))];
  return { signIns: [signIn], forged: await presentForgeries(wire, forged) };
}

export function allOf(signedIn: readonly SignedIn[]): SignedIn {
  return { signIns: signedIn.flatMap(({ signIns }) => signIns), forged: signedIn.flatMap(({ forged }) => forged) };
}

/** Signs in by every token and enrolled user that was named, and tries what can be forged from the tokens. */
export async function signInAll(session: Session, options: SignInOptions): Promise<SignedIn> {
  const { manifest, wire } = session;
  const users = enrolledUsers(manifest, options.secrets);
  const signedIn: SignedIn[] = [];
  for (const file of options.webIdentityTokenFile ?? []) {
    let token: string;
    try {
      token = readFileSync(file, 'utf8').trim();
    } catch (cause) {
      throw new UsageError(`cannot read the token file ${file}: ${(cause as NodeJS.ErrnoException).code}`, { cause });
    }
    signedIn.push(await signInByToken(session, token));
  }
  for (const name of options.signInUser ?? []) {
    const credentials = await userSessions(wire, users, name, {}).fetch();
    signedIn.push({ signIns: [userSignIn(manifest, name, credentials)], forged: [] });
  }
  return allOf(signedIn);
}

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
import { readInputFile } from './input-file.js';

export interface SignInOptions extends ConnectionOptions {
  readonly webIdentityTokenFile?: readonly string[];
  readonly signInUser?: readonly string[];
}

export interface SignedIn {
  readonly signIns: readonly SignIn[];
  /** Tokens that must not be accepted. */
  readonly forged: readonly ForgeryResult[];
  /** Sessions that must not work. */
  readonly broken: readonly ForgeryResult[];
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
  return { signIns: [signIn], forged: await presentForgeries(wire, forged), broken: [] };
}

export function allOf(signedIn: readonly SignedIn[]): SignedIn {
  return {
    signIns: signedIn.flatMap(({ signIns }) => signIns),
    forged: signedIn.flatMap(({ forged }) => forged),
    broken: signedIn.flatMap(({ broken }) => broken),
  };
}

/** Signs in by every token and enrolled user that was named, and tries what can be forged from the tokens. */
export async function signInAll(session: Session, options: SignInOptions): Promise<SignedIn> {
  const { manifest, wire } = session;
  const users = enrolledUsers(manifest, options.secrets);
  const signedIn: SignedIn[] = [];
  for (const file of options.webIdentityTokenFile ?? []) {
    signedIn.push(await signInByToken(session, readInputFile(file, { what: 'the token file' }).trim()));
  }
  for (const name of options.signInUser ?? []) {
    const credentials = await userSessions(wire, users, name, {}).fetch();
    signedIn.push({ signIns: [userSignIn(manifest, name, credentials)], forged: [], broken: [] });
  }
  return allOf(signedIn);
}

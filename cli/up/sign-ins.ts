import { DEFAULT_SESSION_SECONDS, type ManifestOidcProvider, mappedClaim } from '../../manifest/index.js';
import type { NamedPolicy } from '../../policies/index.js';
import {
  misusedTokens,
  presentBrokenSessions,
  presentEndedSession,
  presentWithdrawn,
  type Session,
  type SessionCredentials,
  userSessions,
  userSignIn,
} from '../../provisioning/index.js';
import { askDevelopmentIssuer } from '../../seaweedfs/development-issuer/ask.js';
import { colors as pc } from '../render/color.js';
import type { Progress } from '../render/progress.js';
import { allOf, enrolledUsers, type SignedIn, signInByToken } from '../sign-ins.js';
import { signInAtGateway } from './gateway-sign-ins.js';
import type { Target } from './target.js';

const NOTHING: SignedIn = { signIns: [], forged: [], broken: [] };

/** One person for each claim value, who has that alone, and everything that must not be accepted from them. */
async function atStandIn(session: Session, provider: ManifestOidcProvider): Promise<SignedIn> {
  const { issuer, clientId, claims } = provider;
  const mint = (more: Readonly<Record<string, unknown>>) => askDevelopmentIssuer(issuer, { aud: clientId, ...more });
  const signedIn: SignedIn[] = [];
  for (const { value } of claims) {
    const token = await mint({ sub: value, [mappedClaim(provider)]: [value] });
    signedIn.push(await signInByToken(session, token, (good) => misusedTokens(good, mint)));
  }
  return allOf(signedIn);
}

/** Session policies that are tried with one user: one narrows, and the other must not widen. */
const SESSION_POLICIES: readonly NamedPolicy[] = [
  { name: 'reading alone', actions: ['s3:GetObject', 's3:ListBucket'] },
  { name: 'everything', actions: ['s3:*'] },
].map(({ name, actions }) => {
  const statement = { Effect: 'Allow' as const, Action: actions, Resource: ['arn:aws:s3:::*'] };
  return { name, document: { Version: '2012-10-17', Statement: [statement] } };
});

/** By AssumeRole as every user with declared sessions, and as the first of them with session policies. */
async function asUsers(session: Session): Promise<SignedIn> {
  const { manifest, wire } = session;
  const users = enrolledUsers(manifest, undefined);
  const [first, ...others] = manifest.sessions ?? [];
  if (first === undefined) return NOTHING;
  const sessionOf = (user: string, seconds = DEFAULT_SESSION_SECONDS, policy?: NamedPolicy) =>
    userSessions(wire, users, user, {
      seconds,
      ...(policy ? { policy: JSON.stringify(policy.document) } : {}),
    }).fetch();
  const opened: (readonly [string, SessionCredentials, NamedPolicy?])[] = [];
  for (const { user, seconds } of [first, ...others]) opened.push([user, await sessionOf(user, seconds)]);
  const good = opened.map(([, credentials]) => credentials);
  for (const policy of SESSION_POLICIES)
    opened.push([first.user, await sessionOf(first.user, first.seconds, policy), policy]);
  const [one, another = await sessionOf(first.user)] = good;
  return {
    signIns: opened.map(([user, credentials, policy]) => userSignIn(manifest, user, credentials, policy)),
    forged: [],
    broken: one === undefined ? [] : await presentBrokenSessions(wire, one, another),
  };
}

/**
 * Signs in by every way that the manifest declares. Says which ways could not be tried.
 * @param issuers that give us tokens
 */
export async function signInDeclared(
  session: Session,
  { standInIssuer, gatewayIssuer }: Pick<Target, 'standInIssuer' | 'gatewayIssuer'>,
  progress: Progress,
): Promise<SignedIn> {
  const signedIn: SignedIn[] = [];
  for (const provider of session.manifest.oidc?.providers ?? []) {
    if (provider.issuer === standInIssuer) signedIn.push(await atStandIn(session, provider));
    else if (gatewayIssuer?.issuer === provider.issuer) signedIn.push(await signInAtGateway(session, gatewayIssuer));
    else
      progress.line(
        pc.yellow(
          `not tried: sign-in at ${provider.id}, whose tokens only ${provider.issuer} gives: verify --web-identity-token-file takes them`,
        ),
      );
  }
  return allOf([...signedIn, await asUsers(session)]);
}

/**
 * Sees a session end, and a user being withdrawn. Only with the emulator: RustFS gives 900 seconds at least, and what a withdrawal
 * ends may be in use there.
 */
export async function endSessions(session: Session, progress: Progress): Promise<SignedIn> {
  const { manifest, wire, server } = session;
  const [first] = manifest.sessions ?? [];
  if (first === undefined) return NOTHING;
  if (!server.emulated) {
    progress.line(
      pc.yellow(
        'not tried: the end of a session, and withdrawing a user, because applications may be using their sessions',
      ),
    );
    return NOTHING;
  }
  const users = enrolledUsers(manifest, undefined);
  const broken = await progress.step('waiting for a session to end, withdrawing and enrolling a user', async () => {
    const key = (await users.read(first.user))?.current;
    const ended = key === undefined ? [] : [await presentEndedSession(wire, key)];
    return [...ended, ...(await presentWithdrawn(session, users, first.user))];
  });
  return { ...NOTHING, broken };
}

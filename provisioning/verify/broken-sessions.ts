import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '../client/response.js';
import { ProvisioningError, RustFsError } from '../errors.js';
import type { SecretStore } from '../secrets/secret-store.js';
import type { Session } from '../session.js';
import { enrolUser, withdrawUser } from '../sts/enrol.js';
import { assumeRole, type SessionCredentials } from '../sts/sign-in.js';
import { userSessions } from '../sts/sources.js';
import type { Credentials, Wire, WireRequest, WireResponse } from '../wire.js';
import type { ForgeryResult } from './forged-tokens.js';

/** Every session may ask for its buckets; a server that knows it answers 200. */
const ANY: WireRequest = { method: 'GET', path: '/' };

/**
 * Turned away before any policy was asked. RustFS answers a wrong session token with 500 (recorded: 09-sts session-wrong-token), and
 * an ended session with 400 InvalidRequest (seen on 1.0.1).
 */
function isTurnedAway({ status, body }: WireResponse): boolean {
  if (status === 500) return body.toString('utf8').includes('check claims failed');
  return status === 400 || status === 401 || status === 403;
}

async function present(wire: Wire, what: string, credentials: Credentials): Promise<ForgeryResult> {
  const response = await wire.send(ANY, credentials);
  return { what, refused: isTurnedAway(response), answer: `${response.status} ${errorCode(response)}`.trim() };
}

/** Asks for a session with credentials that must not get one. */
async function ask(wire: Wire, what: string, credentials: Credentials): Promise<ForgeryResult> {
  try {
    await assumeRole(wire, credentials);
    return { what, refused: false, answer: '200' };
  } catch (error) {
    if (!(error instanceof RustFsError)) throw error;
    const { status, code } = error;
    // beta.7 answers derived callers with 400 (recorded: 09-sts session-calls-assume).
    return { what, refused: status === 403 || status === 400, answer: `${status} ${code}`.trim() };
  }
}

async function mustWork(wire: Wire, credentials: Credentials): Promise<void> {
  const { status } = await wire.send(ANY, credentials);
  if (status !== 200) throw new ProvisioningError(`a new session was answered with ${status}: expected 200`);
}

/** The token with another character in each of its parts in turn. */
function tampered(token: string): readonly string[] {
  const parts = token.split('.');
  return parts.map((part, at) => {
    const middle = Math.floor(part.length / 2);
    const changed = part.slice(0, middle) + (part[middle] === 'A' ? 'B' : 'A') + part.slice(middle + 1);
    return [...parts.slice(0, at), changed, ...parts.slice(at + 1)].join('.');
  });
}

/**
 * What somebody could make of a session: other tokens, another secret, a longer life.
 * @param other session of somebody else
 */
export async function presentBrokenSessions(
  wire: Wire,
  session: SessionCredentials,
  other: SessionCredentials,
): Promise<readonly ForgeryResult[]> {
  await mustWork(wire, session);
  const { accessKeyId, secretAccessKey, sessionToken } = session;
  const results: ForgeryResult[] = [];
  for (const [at, token] of tampered(sessionToken).entries())
    results.push(
      await present(wire, `with a session token changed in part ${at + 1}`, { ...session, sessionToken: token }),
    );
  results.push(
    await present(wire, 'without its session token', { accessKeyId, secretAccessKey }),
    await present(wire, 'with the session token of another', { ...session, sessionToken: other.sessionToken }),
    await present(wire, 'with the secret of another', { ...session, secretAccessKey: other.secretAccessKey }),
  );
  return [...results, await ask(wire, 'that asks for a further session', session)];
}

/** Lengths to try: on a slow machine a short session ends before it was used. */
const SHORT_SECONDS = [2, 8, 30];
const LATE_MS = 10_000;

/** A session that was good and has ended. Needs a server that gives short ones. */
export async function presentEndedSession(wire: Wire, user: Credentials): Promise<ForgeryResult> {
  for (const seconds of SHORT_SECONDS) {
    const session = await assumeRole(wire, user, { seconds, shortest: 1 });
    const { status } = await wire.send(ANY, session);
    if (status !== 200) continue;
    const deadline = Date.parse(session.expiration) + LATE_MS;
    for (;;) {
      const result = await present(wire, 'that has ended', session);
      if (result.refused || Date.now() > deadline) return result;
      await sleep(100);
    }
  }
  throw new ProvisioningError(`no session of up to ${SHORT_SECONDS.at(-1)} s was good when it was first used`);
}

/** Withdraws a user, looks whether it is shut out, and enrols it anew. Ends the user's open sessions on 1.0.1. */
export async function presentWithdrawn(
  session: Session,
  users: SecretStore,
  name: string,
): Promise<readonly ForgeryResult[]> {
  const { wire, manifest } = session;
  const key = (await users.read(name))?.current;
  if (!key) throw new ProvisioningError(`user ${name} is not enrolled: run cdktf-rustfs credentials enrol first`);
  const open = await userSessions(wire, users, name, {}).fetch();
  await mustWork(wire, open);
  await withdrawUser(session, users, name);
  try {
    const results = [await ask(wire, 'asked for with the secret of a withdrawn user', key)];
    // beta.7 lets sessions go on until they end.
    if (manifest.server.rustfsVersion !== '1.0.1') return results;
    return [...results, await present(wire, 'of a user that was withdrawn since', open)];
  } finally {
    await enrolUser(session, users, name);
  }
}

import { randomBytes } from 'node:crypto';
import { decodeJwt, SignJWT } from 'jose';
import type { Credentials } from '../../../provisioning/wire.js';
import { ask, assumeRole, type Session, sessionOf } from '../client.js';
import { type Place, type ProbeContext, sendProbes, timesAt } from '../model.js';

/** How far the clocks of the fleet and of this machine, and the answer's way, may be apart. */
const TOLERANCE_MS = 60_000;

/**
 * A session of each place is valid on all, which proves one signing key and one STS issuer. It is the session of an
 * administrator's key without a role, so it needs no identity provider.
 */
export async function probeSharedSessions(context: ProbeContext): Promise<void> {
  for (const from of context.places) {
    await sendProbes(context, from, [
      async () => {
        const session = await adminSession(context, from);
        if (session === undefined) return;
        checkToken(context, from, session);
        const uses = context.places.flatMap((on) =>
          Array.from({ length: from.kind === 'gateway' ? timesAt(context, on) : 1 }, () => on),
        );
        for (const on of uses) await useSession(context, from, on, session);
      },
    ]);
  }
}

async function adminSession(context: ProbeContext, place: Place): Promise<Session | undefined> {
  const answer = await assumeRole(place.wire, undefined, context.admin);
  const session = sessionOf('AssumeRole', answer);
  context.record({
    probe: 'session-shared',
    place: place.name,
    request: `AssumeRole without a role, signed by ${context.manifest.probeIdentity}`,
    expected: '200 with credentials',
    got: answer.text,
    ok: session !== undefined,
  });
  return session;
}

function checkToken(context: ProbeContext, place: Place, { credentials, expiration }: Session): void {
  const { iss } = decodeJwt(credentials.sessionToken ?? '');
  const { issuer } = context.manifest;
  const base = { place: place.name, request: 'session of AssumeRole' };
  context.record({ ...base, probe: 'session-issuer', expected: issuer, got: String(iss), ok: iss === issuer });
  const { tokenDurationMs } = context;
  if (tokenDurationMs === undefined) return;
  const left = expiration.getTime() - Date.now();
  context.record({
    ...base,
    probe: 'session-duration',
    expected: `${Math.round(tokenDurationMs / 1000)} s`,
    got: `${Math.round(left / 1000)} s`,
    ok: Math.abs(left - tokenDurationMs) <= TOLERANCE_MS,
  });
}

async function useSession(context: ProbeContext, from: Place, on: Place, { credentials }: Session): Promise<void> {
  const answer = await ask(on.wire, { method: 'GET', path: '/' }, credentials);
  context.record({
    probe: 'session-shared',
    place: on.name,
    request: `GET / with a session of ${from.name}`,
    expected: '200',
    got: answer.text,
    ok: answer.status === 200,
  });
}

/** Sessions that no gateway issued are refused. */
export async function probeForgedSessions(context: ProbeContext, place: Place): Promise<void> {
  const session = await adminSession(context, place);
  if (session === undefined) return;
  const { sessionToken = '', ...key } = session.credentials;
  const [header, payload, signature = ''] = sessionToken.split('.');
  const flipped = `${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`;
  const foreign = await new SignJWT(decodeJwt(sessionToken))
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(randomBytes(32));
  const none = `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${payload}.`;
  const attempts: Readonly<Record<string, Credentials>> = {
    'without its token': key,
    'with a changed signature': { ...key, sessionToken: `${header}.${payload}.${flipped}` },
    'signed with another key': { ...key, sessionToken: foreign },
    'with alg none': { ...key, sessionToken: none },
  };
  for (const [how, credentials] of Object.entries(attempts)) {
    const answer = await ask(place.wire, { method: 'GET', path: '/' }, credentials);
    context.record({
      probe: 'session-forged',
      place: place.name,
      request: `GET / with a session ${how}`,
      expected: '403',
      got: answer.text,
      ok: answer.status === 403,
    });
  }
}

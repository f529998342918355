import { type Credentials, encodeKey } from '../../../provisioning/wire.js';
import { type FleetProbe, type FleetRole, FOREIGN_BUCKET, PROBE_KEY } from '../../manifest/index.js';
import { type Answer, ask, assumeRole, assumeWithToken, sessionOf } from '../client.js';
import { type Place, type ProbeContext, sendProbes } from '../model.js';

/** What a session of each role may do and may not, on every gateway and through the balancer. */
export async function probeRoles(context: ProbeContext): Promise<void> {
  const existing = await existingBuckets(context);
  for (const role of context.manifest.roles) {
    const session = await sessionFor(context, role);
    if (session === undefined) continue;
    for (const place of context.places) {
      for (const probe of context.manifest.probes.filter((one) => one.role === role.name)) {
        const reason = harm(probe, existing);
        if (reason === undefined) await probeRight(context, place, probe, session);
        else context.skip(`${probe.action} of role ${role.name} on ${targetOf(probe)}`, reason);
      }
    }
    await repeatThroughBalancer(context, role, session, existing);
  }
}

/** One right and one refusal of each action, often enough to meet every gateway behind the balancer. */
async function repeatThroughBalancer(
  context: ProbeContext,
  role: FleetRole,
  session: Credentials,
  existing: ReadonlySet<string>,
): Promise<void> {
  const own = context.manifest.probes.filter(
    (probe) => probe.role === role.name && harm(probe, existing) === undefined,
  );
  const chosen = new Map(own.map((probe) => [`${probe.action} ${probe.allowed}`, probe]));
  for (const place of context.places.filter(({ kind }) => kind === 'balancer')) {
    const probes = [...chosen.values()].map((probe) => () => probeRight(context, place, probe, session));
    await sendProbes(context, place, probes);
  }
}

async function existingBuckets({ places, admin }: ProbeContext): Promise<ReadonlySet<string>> {
  const [first] = places;
  const answer = first && (await ask(first.wire, { method: 'GET', path: '/' }, admin));
  return new Set([...(answer?.body ?? '').matchAll(/<Name>([^<]+)<\/Name>/g)].map(([, name = '']) => name));
}

/** Why a probe must not be sent: it could touch somebody's object, or make a bucket. */
function harm({ action, bucket, key = '', allowed }: FleetProbe, existing: ReadonlySet<string>): string | undefined {
  if (action !== 's3:PutObject' && action !== 's3:DeleteObject') return undefined;
  if (!key.includes(PROBE_KEY)) return `the policy names the object ${key} itself, which the probe would write`;
  if (allowed && action === 's3:PutObject' && !existing.has(bucket)) {
    return `bucket ${bucket} does not exist: create it and run the proof again`;
  }
  return undefined;
}

const METHODS = {
  's3:GetObject': 'GET',
  's3:PutObject': 'PUT',
  's3:DeleteObject': 'DELETE',
  's3:ListBucket': 'GET',
} as const;

async function probeRight(context: ProbeContext, place: Place, probe: FleetProbe, session: Credentials): Promise<void> {
  const { action, bucket, key, allowed, role } = probe;
  const path = key === undefined ? `/${bucket}` : `/${bucket}/${encodeKey(key)}`;
  const method = METHODS[action];
  const query: Readonly<Record<string, string>> =
    action === 's3:ListBucket' ? { 'list-type': '2', 'max-keys': '1' } : {};
  const answer = await ask(place.wire, { method, path, query, ...(method === 'PUT' && { body: 'probe' }) }, session);
  context.record({
    probe: 'role-right',
    place: place.name,
    request: `${action} on ${targetOf(probe)} as role ${role}`,
    expected: allowed ? 'allowed' : '403',
    got: answer.text,
    ok: allowed ? isAllowed(answer) : answer.status === 403,
  });
  if (method === 'PUT' && answer.status === 200) {
    await ask(place.wire, { method: 'DELETE', path }, context.admin);
    if (bucket === FOREIGN_BUCKET) await ask(place.wire, { method: 'DELETE', path: `/${bucket}` }, context.admin);
  }
}

/** Whoever may not read gets 403, so 404 says: allowed, and nothing there. */
function isAllowed({ status }: Answer): boolean {
  return (status >= 200 && status < 300) || status === 404;
}

function targetOf({ bucket, key }: FleetProbe): string {
  return key === undefined ? bucket : `${bucket}/${key}`;
}

/** By a static key that the role trusts, else by a web identity token. */
async function sessionFor(context: ProbeContext, role: FleetRole): Promise<Credentials | undefined> {
  const [place] = context.places;
  if (place === undefined) return undefined;
  const name = role.trust.flatMap(({ effect, identities }) => (effect === 'Allow' ? identities : []))[0];
  const key = name === undefined ? undefined : context.identities.get(name);
  if (key !== undefined) {
    const answer = await assumeRole(place.wire, role.arn, key);
    const session = sessionOf('AssumeRole', answer);
    context.record({
      probe: 'role-loaded',
      place: place.name,
      request: `AssumeRole ${role.name} signed by ${name}`,
      expected: '200 with credentials',
      got: answer.text,
      ok: session !== undefined,
    });
    return session?.credentials;
  }
  if (context.tokens === undefined) {
    context.skip(
      `rights of role ${role.name}`,
      'its sessions need a web identity token: name one with --web-identity-token-file, or --development-issuer',
    );
    return undefined;
  }
  const answer = await assumeWithToken(place.wire, role.arn, await context.tokens.valid(role));
  const session = sessionOf('AssumeRoleWithWebIdentity', answer);
  if (session === undefined) context.skip(`rights of role ${role.name}`, `no session of it: ${answer.text}`);
  return session?.credentials;
}

import { generateKeyPair } from '../../../provisioning/secrets/generate-key.js';
import { FOREIGN_BUCKET, PROBE_KEY } from '../../manifest/index.js';
import { ask, assumeWithToken, isStsError, messageOf } from '../client.js';
import type { Place, Probe, ProbeContext } from '../model.js';

const TRUST_DENIED = 'trust policy validation failed: trust policy denies web identity assumption';

/** Nothing without a valid key. Nothing here changes anything where it is closed. */
export function closedProbes(context: ProbeContext, place: Place): readonly Probe[] {
  const buckets = [...new Set(context.manifest.probes.map((probe) => probe.bucket))];
  return [
    () => anonymous(context, place, 'GET', '/'),
    ...buckets.flatMap((bucket): Probe[] => [
      () => anonymous(context, place, 'GET', `/${bucket}`, { 'list-type': '2', 'max-keys': '1' }),
      () => anonymous(context, place, 'GET', `/${bucket}/${PROBE_KEY}`),
    ]),
    // A deletion of what is not there: a writing request that does no harm where it is allowed.
    () => anonymous(context, place, 'DELETE', `/${FOREIGN_BUCKET}/${PROBE_KEY}`),
    () => unknownKey(context, place),
  ];
}

async function unknownKey(context: ProbeContext, place: Place): Promise<void> {
  const answer = await ask(place.wire, { method: 'GET', path: '/' }, generateKeyPair());
  context.record({
    probe: 'unknown-key-refused',
    place: place.name,
    request: 'GET / signed with a random access key',
    expected: '403 InvalidAccessKeyId',
    got: answer.text,
    ok: answer.status === 403 && answer.code === 'InvalidAccessKeyId',
  });
}

async function anonymous(
  context: ProbeContext,
  place: Place,
  method: string,
  path: string,
  query: Readonly<Record<string, string>> = {},
): Promise<void> {
  const answer = await ask(place.wire, { method, path, query }, 'anonymous');
  context.record({
    probe: 'anonymous-refused',
    place: place.name,
    request: `anonymous ${method} ${path}`,
    expected: '403',
    got: answer.text,
    ok: answer.status === 403,
  });
}

/** STS answers, and knows the declared roles. Needs no token: the refusals of a junk one differ. */
export function stsProbes(context: ProbeContext, place: Place): readonly Probe[] {
  const undeclared = `undeclared-${generateKeyPair().accessKeyId}`;
  return [
    async () => {
      const message = await junkRefusal(context, place, `arn:aws:iam::000000000000:role/${undeclared}`);
      if (message === undefined) return;
      context.record({
        probe: 'no-undeclared-role',
        place: place.name,
        request: 'AssumeRoleWithWebIdentity, role that nobody declared',
        expected: 'role not found',
        got: message,
        ok: message.startsWith('role not found'),
      });
    },
    ...context.manifest.roles.map(
      ({ name, arn }): Probe =>
        async () => {
          const message = await junkRefusal(context, place, arn);
          if (message === undefined) return;
          const tooWide = message.startsWith('failed to validate web identity token');
          context.record({
            probe: tooWide ? 'role-trust' : 'role-loaded',
            place: place.name,
            request: `AssumeRoleWithWebIdentity of role ${name} with a junk token`,
            expected: TRUST_DENIED,
            got: message,
            ok: message === TRUST_DENIED,
          });
        },
    ),
  ];
}

/** Why STS refused; `undefined` where that was not STS. */
async function junkRefusal(context: ProbeContext, place: Place, roleArn: string): Promise<string | undefined> {
  const answer = await assumeWithToken(place.wire, roleArn, 'junk');
  const ok = answer.status === 403 && isStsError(answer);
  context.record({
    probe: 'sts-loaded',
    place: place.name,
    request: 'AssumeRoleWithWebIdentity with a junk token',
    expected: '403 in the STS namespace',
    got: answer.status === 403 && !ok ? `${answer.text}, not in the STS namespace` : answer.text,
    ok,
  });
  return ok ? messageOf(answer) : undefined;
}

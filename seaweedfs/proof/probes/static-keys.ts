import type { Credentials } from '../../../provisioning/wire.js';
import { ask, call, resultOf } from '../client.js';
import type { Place, Probe, ProbeContext } from '../model.js';

/** Every declared static key works under its name, and only with its secret. */
export function staticKeyProbes(context: ProbeContext, place: Place): readonly Probe[] {
  return context.manifest.identities.flatMap(({ name }) => {
    const key = context.identities.get(name);
    if (key !== undefined) return probesOfKey(context, place, name, key);
    context.skip(`static key of ${name}`, 'the secret store has no entry for it');
    return [];
  });
}

function probesOfKey(context: ProbeContext, place: Place, name: string, key: Credentials): readonly Probe[] {
  const record = (request: string, expected: string, got: string, ok: boolean) =>
    context.record({ probe: 'static-key', place: place.name, request, expected, got, ok });
  const list = { method: 'GET', path: '/' } as const;
  return [
    async () => {
      const { status, text } = await ask(place.wire, list, key);
      record(`GET / signed by ${name}`, '200', text, status === 200);
    },
    async () => {
      const wrong = { ...key, secretAccessKey: `${key.secretAccessKey}x` };
      const { status, code, text } = await ask(place.wire, list, wrong);
      const ok = status === 403 && code === 'SignatureDoesNotMatch';
      record(`GET / signed by ${name} with a wrong secret`, '403 SignatureDoesNotMatch', text, ok);
    },
    async () => {
      const answer = await call(place.wire, 'GetCallerIdentity', {}, key);
      const arn = `arn:aws:iam::000000000000:user/${name}`;
      const { Arn } = resultOf('GetCallerIdentity', answer);
      record(
        `GetCallerIdentity signed by ${name}`,
        arn,
        answer.status === 200 ? String(Arn) : answer.text,
        Arn === arn,
      );
    },
  ];
}

/** The OIDC providers that are loaded are the declared ones. */
export async function probeProviders(context: ProbeContext, place: Place): Promise<void> {
  const answer = await call(place.wire, 'ListOpenIDConnectProviders', {}, context.admin);
  const { OpenIDConnectProviderList: list } = resultOf('ListOpenIDConnectProviders', answer) as {
    OpenIDConnectProviderList?: { member?: readonly { Arn?: string }[] };
  };
  const loaded = (list?.member ?? []).map(({ Arn = '' }) => Arn.replace(/^arn:aws:iam::\d*:oidc-provider\//, ''));
  const declared = context.manifest.providers
    .filter(({ type, enabled }) => type === 'oidc' && enabled)
    .map(({ issuer = '' }) => issuer.replace(/^https?:\/\//, ''));
  const show = (issuers: readonly string[]) => [...issuers].sort().join(', ') || 'none';
  context.record({
    probe: 'providers',
    place: place.name,
    request: 'ListOpenIDConnectProviders',
    expected: show(declared),
    got: answer.status === 200 ? show(loaded) : answer.text,
    ok: answer.status === 200 && show(declared) === show(loaded),
  });
}

import type { FleetRole } from '../../manifest/index.js';
import { type Answer, assumeWithToken } from '../client.js';
import type { Place, ProbeContext } from '../model.js';
import { forged, type TokenSource, unsigned } from '../tokens.js';

/** Valid web identity tokens are accepted every time, and any other never. */
export async function probeTokens(context: ProbeContext, place: Place): Promise<void> {
  const { tokens } = context;
  const roles = context.manifest.roles.filter(({ trust }) => trust.some(({ providers }) => providers.length > 0));
  if (roles.length === 0) return;
  if (tokens === undefined) {
    for (const what of ['valid web identity tokens', 'tokens of wrong signature, issuer, audience, age, alg none']) {
      context.skip(what, 'no token: name one with --web-identity-token-file, or --development-issuer');
    }
    return;
  }
  const fitting = await acceptedRoles(context, place, roles, tokens);
  for (const role of fitting.slice(0, 1)) {
    await repeatValid(context, place, role, tokens);
    await probeForged(context, place, role, tokens);
  }
  await probeConditions(context, place, roles, tokens);
}

/** A development issuer gives every role a token that fits; a given token may fit some roles only, but at least one. */
async function acceptedRoles(
  context: ProbeContext,
  place: Place,
  roles: readonly FleetRole[],
  tokens: TokenSource,
): Promise<readonly FleetRole[]> {
  const fitting: FleetRole[] = [];
  const refused: [FleetRole, Answer][] = [];
  for (const role of roles) {
    const answer = await assumeWithToken(place.wire, role.arn, await tokens.valid(role));
    if (answer.status === 200) fitting.push(role);
    else refused.push([role, answer]);
  }
  const mustFit = tokens.mint !== undefined || fitting.length === 0;
  for (const role of fitting) recordAccepted(context, place, role, '200', true);
  for (const [role, answer] of refused) {
    if (mustFit) recordAccepted(context, place, role, answer.text, false);
    else
      context.skip(
        `role ${role.name} with the given token`,
        `the token does not fit its trust policy (${answer.text})`,
      );
  }
  return fitting;
}

function recordAccepted(context: ProbeContext, place: Place, role: FleetRole, got: string, ok: boolean): void {
  context.record({
    probe: 'token-accepted',
    place: place.name,
    request: `AssumeRoleWithWebIdentity of role ${role.name} with a valid token`,
    expected: '200',
    got,
    ok,
  });
}

/** Often enough to meet a provider that is drawn per request. */
async function repeatValid(context: ProbeContext, place: Place, role: FleetRole, tokens: TokenSource): Promise<void> {
  const token = await tokens.valid(role);
  for (let turn = 1; turn < context.repeats.assume; turn += 1) {
    const answer = await assumeWithToken(place.wire, role.arn, token);
    recordAccepted(context, place, role, answer.text, answer.status === 200);
  }
}

async function probeForged(context: ProbeContext, place: Place, role: FleetRole, tokens: TokenSource): Promise<void> {
  const token = await tokens.valid(role);
  const { mint } = tokens;
  const past = Math.floor(Date.now() / 1000) - 600;
  const attempts: [how: string, token: string][] = [
    ['signed with another key', await forged(token)],
    ['of another issuer', await forged(token, { iss: 'https://issuer.invalid' })],
    ['with alg none', unsigned(token)],
  ];
  if (mint) {
    attempts.push(['for another audience', await mint({ ...claimsOf(token), aud: 'nobody', azp: undefined })]);
    attempts.push(['that has expired', await mint({ ...claimsOf(token), iat: past - 60, exp: past })]);
  } else {
    context.skip(
      'tokens of wrong audience and expired ones',
      'only the issuer can sign them: --development-issuer does, other issuers by hand',
    );
  }
  for (const [how, attempt] of attempts) await refuse(context, place, role, `a token ${how}`, attempt);
}

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as Record<string, unknown>;
}

/** A role with conditions refuses a token that does not meet them. */
async function probeConditions(
  context: ProbeContext,
  place: Place,
  roles: readonly FleetRole[],
  { mint, valid }: TokenSource,
): Promise<void> {
  const conditional = roles.filter(({ trust }) =>
    trust.every(({ effect, conditions }) => effect === 'Deny' || Object.keys(conditions).length > 0),
  );
  if (conditional.length > 0 && mint === undefined) {
    context.skip('tokens that miss a condition of a trust policy', 'needs --development-issuer');
  }
  for (const role of mint ? conditional : []) {
    const { aud } = claimsOf(await valid(role));
    const token = await mint?.({ aud: String(aud), sub: 'somebody-else' });
    if (token) await refuse(context, place, role, 'a token that misses its conditions', token, 'role-trust');
  }
}

async function refuse(
  context: ProbeContext,
  place: Place,
  role: FleetRole,
  what: string,
  token: string,
  probe: 'token-refused' | 'role-trust' = 'token-refused',
): Promise<void> {
  const answer = await assumeWithToken(place.wire, role.arn, token);
  context.record({
    probe,
    place: place.name,
    request: `AssumeRoleWithWebIdentity of role ${role.name} with ${what}`,
    expected: '400 or 403',
    got: answer.text,
    ok: answer.status === 400 || answer.status === 403,
  });
}

import type { JWK } from 'jose';
import type { Manifest, ManifestOidcProvider } from '../../manifest/index.js';
import { asList } from '../../policies/index.js';
import { readToken } from '../verify/sign-ins.js';
import type { Wire } from '../wire.js';
import { discoveryUrlOf, fetchJson } from './discovery.js';
import { type Simulation, simulateClaims } from './simulate.js';

/** One thing that was looked at. */
export interface DoctorCheck {
  readonly provider: string;
  readonly check: string;
  readonly status: 'ok' | 'warning' | 'failed';
  readonly detail: string;
}

interface Discovery {
  readonly issuer?: string;
  readonly jwks_uri?: string;
  readonly scopes_supported?: readonly string[];
  readonly code_challenge_methods_supported?: readonly string[];
}

interface ProviderExamination {
  readonly checks: readonly DoctorCheck[];
  readonly keys: readonly JWK[];
}

/** RustFS makes no allowance for clocks: a token is refused in the second in which its own clock says that it has expired. */
const SKEW_WARNING_MS = 5_000;
const SKEW_FAILURE_MS = 60_000;

type Say = (check: string, status: DoctorCheck['status'], detail: string) => void;

function checkDiscovery({ issuer, scopes }: ManifestOidcProvider, document: Discovery, say: Say): void {
  if (document.issuer === issuer) say('issuer', 'ok', issuer);
  else
    say(
      'issuer',
      'failed',
      `the document says ${document.issuer}, the manifest ${issuer}: they must be equal, letter by letter`,
    );
  const unknown = scopes.filter((scope) => document.scopes_supported?.includes(scope) === false);
  if (unknown.length > 0)
    say('scopes', 'warning', `the provider does not list ${unknown.join(', ')}: claims may be missing`);
  else say('scopes', 'ok', scopes.join(', '));
  const methods = document.code_challenge_methods_supported;
  if (methods?.includes('S256')) say('PKCE', 'ok', 'S256');
  else
    say(
      'PKCE',
      'warning',
      `the provider does not list S256, which the console's login uses (it lists ${methods?.join(', ') || 'none'})`,
    );
}

function checkClock(date: Date | undefined, now: Date, say: Say): void {
  if (date === undefined) {
    say('clock', 'warning', 'the provider sends no Date header');
    return;
  }
  const skew = Math.abs(date.getTime() - now.getTime());
  const detail = `the provider's clock and this machine's differ by about ${Math.round(skew / 1000)} s`;
  if (skew > SKEW_FAILURE_MS) say('clock', 'failed', `${detail}: synchronize them`);
  else say('clock', skew > SKEW_WARNING_MS ? 'warning' : 'ok', detail);
}

async function checkKeys(url: string | undefined, say: Say): Promise<readonly JWK[]> {
  try {
    const { document } = await fetchJson<{ readonly keys?: readonly JWK[] }>(url ?? '');
    const usable = (document.keys ?? []).filter(({ kty, use }) => (kty === 'RSA' || kty === 'EC') && use !== 'enc');
    if (usable.length > 0) say('keys', 'ok', `${usable.length} at ${url}`);
    else say('keys', 'failed', `no RSA or EC key for signatures at ${url}`);
    return usable;
  } catch (error) {
    say('keys', 'failed', (error as Error).message);
    return [];
  }
}

/** Reads what a provider publishes, from where this runs: inside the server's network it may look different. */
async function examine(provider: ManifestOidcProvider, now: Date): Promise<ProviderExamination> {
  const checks: DoctorCheck[] = [];
  const say: Say = (check, status, detail) => checks.push({ provider: provider.id, check, status, detail });
  const url = discoveryUrlOf(provider);
  try {
    const { document, date } = await fetchJson<Discovery>(url);
    say('discovery', 'ok', url);
    checkDiscovery(provider, document, say);
    checkClock(date, now, say);
    return { checks, keys: await checkKeys(document.jwks_uri, say) };
  } catch (error) {
    say('discovery', 'failed', (error as Error).message);
    return { checks, keys: [] };
  }
}

async function listedBy(wire: Wire): Promise<readonly string[] | string> {
  try {
    const response = await wire.send({ method: 'GET', path: '/rustfs/admin/v3/oidc/providers' }, 'anonymous', {
      retry: false,
    });
    if (response.status !== 200) return `HTTP ${response.status}`;
    return (JSON.parse(response.body.toString()) as { provider_id: string }[]).map(({ provider_id }) => provider_id);
  } catch (error) {
    return (error as Error).message;
  }
}

function checkServer({ id, hidden }: ManifestOidcProvider, listed: readonly string[] | string): DoctorCheck {
  const verdict = (status: DoctorCheck['status'], detail: string) => ({
    provider: id,
    check: 'server',
    status,
    detail,
  });
  if (typeof listed === 'string') return verdict('warning', `the server was not asked: ${listed}`);
  if (listed.includes(id)) return verdict('ok', 'the server lists it');
  if (hidden) return verdict('ok', 'hidden: the server does not list it');
  return verdict(
    'failed',
    'the server does not list it: it could not read the discovery document when it started; see its log, then restart it',
  );
}

/** Signature, expiry and audience of a token, as RustFS judges them. */
async function checkToken(
  manifest: Manifest,
  token: string,
  keysOf: (id: string) => readonly JWK[],
): Promise<{ readonly checks: readonly DoctorCheck[]; readonly simulation: Simulation }> {
  const { claims, provider } = readToken(manifest, token);
  const checks: DoctorCheck[] = [];
  const say: Say = (check, status, detail) => checks.push({ provider: provider.id, check, status, detail });
  const { createLocalJWKSet, errors, jwtVerify } = await import('jose');
  const signed = await jwtVerify(token, createLocalJWKSet({ keys: [...keysOf(provider.id)] }), {
    currentDate: new Date(0),
  })
    .then(() => undefined)
    .catch((error: Error) =>
      error instanceof errors.JWTClaimValidationFailed
        ? undefined
        : `${error.message}: none of the published keys signed it`,
    );
  say('token signature', signed === undefined ? 'ok' : 'failed', signed ?? 'by a published key');
  const expires = new Date(Number(claims.exp ?? 0) * 1000);
  const isOver = expires.getTime() <= Date.now();
  say('token expiry', isOver ? 'failed' : 'ok', `${isOver ? 'expired' : 'good until'} ${expires.toISOString()}`);
  const known = [provider.clientId, ...(provider.otherAudiences ?? [])];
  const audiences = asList(claims.aud);
  const strangers = audiences.filter((audience) => !known.includes(audience));
  if (!audiences.includes(provider.clientId))
    say(
      'token audience',
      'failed',
      `${audiences.join(', ') || 'none'}: RustFS wants ${provider.clientId} among them; add an audience mapper at the provider`,
    );
  else if (strangers.length > 0)
    say('token audience', 'failed', `RustFS does not trust ${strangers.join(', ')}: name it in otherAudiences`);
  else say('token audience', 'ok', audiences.join(', '));
  return { checks, simulation: simulateClaims(manifest, provider, claims) };
}

export interface DoctorOptions {
  /** To ask the server which providers it knows. */
  readonly wire: Wire;
  /** ID token to look at. @default none */
  readonly token?: string;
  /** Claims to simulate, for the first provider or the one named. @default none */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly provider?: string;
}

export interface Diagnosis {
  readonly checks: readonly DoctorCheck[];
  readonly simulation?: Simulation;
}

/** Looks for what makes sign-ins fail. @throws ProvisioningError if the token is none of a declared provider's */
export async function diagnose(
  manifest: Manifest,
  { wire, token, claims, provider }: DoctorOptions,
): Promise<Diagnosis> {
  const providers = (manifest.oidc?.providers ?? []).filter(({ id }) => provider === undefined || id === provider);
  const listed = await listedBy(wire);
  const examined = await Promise.all(providers.map(async (one) => ({ one, ...(await examine(one, new Date())) })));
  const checks = examined.flatMap((result) => [...result.checks, checkServer(result.one, listed)]);
  const [first] = providers;
  if (token !== undefined) {
    const keysOf = (id: string) => examined.find(({ one }) => one.id === id)?.keys ?? [];
    const judged = await checkToken(manifest, token, keysOf);
    return { checks: [...checks, ...judged.checks], simulation: judged.simulation };
  }
  if (claims !== undefined && first) return { checks, simulation: simulateClaims(manifest, first, claims) };
  return { checks };
}

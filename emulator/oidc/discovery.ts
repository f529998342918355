import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose';
import type { EmulatorProfile } from '../profile.js';
import type { OidcProviderConfig, OidcSettings } from './config.js';
import { outboundProblem } from './outbound.js';

/** What a provider's discovery document says. */
interface Discovery {
  readonly issuer: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  /** Keys of the provider, read again when a token names one that is not known. */
  readonly keys: JWTVerifyGetKey;
}

/** A provider whose discovery document was read. */
export interface OidcProvider extends Discovery {
  readonly config: OidcProviderConfig;
}

/** What the server knows of identity providers; like RustFS it asks them once, at its start. */
export interface OidcState {
  readonly settings: OidcSettings;
  readonly providers: readonly OidcProvider[];
  /** Why providers are missing: RustFS tells this in its log only. */
  readonly problems: readonly string[];
}

const WELL_KNOWN = '/.well-known/openid-configuration';
const TIMEOUT_MS = 5_000;

/** @throws Error that says why the provider cannot be used */
export async function discover(
  config: Pick<OidcProviderConfig, 'configUrl' | 'issuer'>,
  allowOrigins: readonly string[],
  profile: EmulatorProfile,
): Promise<Discovery> {
  const base = config.configUrl.replace(/\/$/, '');
  const url = new URL(base.endsWith(WELL_KNOWN) ? base : base + WELL_KNOWN);
  const guard = async (target: URL) => {
    const problem = profile.oidc.outboundChecked ? await outboundProblem(target, allowOrigins) : undefined;
    if (problem)
      throw new Error(
        `${problem}; add ${target.origin} to RUSTFS_OUTBOUND_ALLOW_ORIGINS (comma-separated) and restart RustFS to allow this operator-owned OIDC provider (origin only, no path)`,
      );
  };
  await guard(url);
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const document = (await response.json()) as Record<string, unknown>;
  const issuer = String(document.issuer);
  const expected = (profile.oidc.issuerVariable && config.issuer) || url.href.slice(0, -WELL_KNOWN.length);
  const same = config.issuer ? issuer === expected : issuer.replace(/\/$/, '') === expected;
  if (!same) throw new Error(`the discovery document says issuer ${issuer}, but ${expected} is configured`);
  const jwks = new URL(String(document.jwks_uri));
  await guard(jwks);
  return {
    issuer,
    authorizationEndpoint: String(document.authorization_endpoint),
    tokenEndpoint: String(document.token_endpoint),
    keys: createRemoteJWKSet(jwks, { cooldownDuration: 0 }),
  };
}

/** Asks every provider; one that cannot be reached is left out until the server starts again, as with RustFS. */
export async function discoverAll(settings: OidcSettings, profile: EmulatorProfile): Promise<OidcState> {
  const found = await Promise.all(
    settings.providers.map((config) =>
      discover(config, settings.allowOrigins, profile).then(
        (discovery): OidcProvider => ({ config, ...discovery }),
        (error: Error) => {
          const { cause } = error as { cause?: { code?: string; message?: string } };
          const reason = cause?.code ?? cause?.message;
          return `OIDC provider ${config.id} is left out: ${error.message}${reason ? ` (${reason})` : ''}`;
        },
      ),
    ),
  );
  return {
    settings,
    providers: found.filter((one): one is OidcProvider => typeof one !== 'string'),
    problems: found.filter((one): one is string => typeof one === 'string'),
  };
}

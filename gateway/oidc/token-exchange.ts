import type Provider from 'oidc-provider';
import { errors, type TokenEndpointGrantContext } from 'oidc-provider';
import { accountOf } from '../auth/account.js';
import type { GatewayCore } from '../core.js';
import { Refusal } from '../http/refusal.js';
import { claimsOf } from './claims.js';
import type { OidcConfig } from './config.js';
import { API_KEY_TYPE, ID_TOKEN, TOKEN_EXCHANGE } from './token-types.js';

interface Parameters {
  readonly subject_token?: string;
  readonly subject_token_type?: string;
  readonly requested_token_type?: string;
  readonly audience?: string;
}

/** How many seconds a token for an account is good: never longer than its API key. */
export function idTokenSeconds(config: OidcConfig, expiresAt: number | undefined, now: number): number {
  return Math.max(1, Math.min(config.id_token_ttl_secs, (expiresAt ?? Number.POSITIVE_INFINITY) - now));
}

/** Answers in the words of OAuth when a limit is reached. */
function isLimited(ctx: TokenEndpointGrantContext, admit: () => void): boolean {
  try {
    admit();
    return false;
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    ctx.status = refusal.status;
    ctx.set({ ...refusal.headers });
    ctx.body = { error: 'slow_down', error_description: refusal.message };
    return true;
  }
}

/** The exchange of an API key for an ID token, for programs without a browser (RFC 8693). */
export function registerTokenExchange(
  provider: Provider,
  { identities, limiter, dynamic }: GatewayCore,
  config: OidcConfig,
  clientAddress: (ctx: TokenEndpointGrantContext) => string,
): void {
  provider.registerGrantType<Parameters>(
    TOKEN_EXCHANGE,
    async (ctx) => {
      const {
        subject_token: token,
        subject_token_type: type,
        requested_token_type: wanted,
        audience,
      } = ctx.oidc.params;
      if (type !== API_KEY_TYPE) throw new errors.InvalidRequest(`subject_token_type must be ${API_KEY_TYPE}`);
      if (wanted !== undefined && wanted !== ID_TOKEN)
        throw new errors.InvalidRequest(`requested_token_type must be ${ID_TOKEN}`);
      const client = audience === undefined ? ctx.oidc.client : await provider.Client.find(audience);
      if (client === undefined) throw new errors.InvalidTarget(`audience ${audience} is no client of this provider`);
      const address = clientAddress(ctx);
      if (isLimited(ctx, () => limiter.admitAuthAttempt(address))) return;
      const now = Math.floor(Date.now() / 1000);
      const identity = identities.resolveFromToken((token ?? '').trim());
      const account = identity && accountOf(dynamic().auth, identity.id, now);
      if (account === undefined) {
        limiter.authFailed(address);
        throw new errors.InvalidGrant('the API key is unknown or has expired');
      }
      if (isLimited(ctx, () => limiter.admitIdentity(account.id))) return;
      const seconds = idTokenSeconds(config, account.expiresAt, now);
      const idToken = new provider.IdToken(claimsOf(account, config.policies), { ctx, client });
      Object.assign(idToken, { scope: 'openid profile groups' });
      ctx.body = {
        access_token: await idToken.issue({ use: 'idtoken', expiresAt: now + seconds }),
        issued_token_type: ID_TOKEN,
        token_type: 'N_A',
        expires_in: seconds,
      };
    },
    ['subject_token', 'subject_token_type', 'requested_token_type', 'audience'],
  );
}

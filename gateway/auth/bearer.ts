import { type Exchange, singleHeader } from '../http/exchange.js';
import { Refusal } from '../http/refusal.js';
import type { RateLimiter } from '../limits/rate-limiter.js';
import type { Identity, IdentityProvider } from './identity.js';

/** The token of `Authorization: Bearer`. `undefined` for another scheme or none. */
export function bearerToken(exchange: Exchange): string | undefined {
  const header = singleHeader(exchange.request, 'authorization');
  return /^Bearer +(?<token>[\w.~+/=-]+)$/i.exec(header ?? '')?.groups?.token;
}

/**
 * Identity behind the bearer token of a request, within the limits of its address and its own.
 * @throws Refusal 401 without a good token, 429 after too many wrong ones or too many requests
 */
export function authenticate(exchange: Exchange, identities: IdentityProvider, limiter: RateLimiter): Identity {
  const token = bearerToken(exchange);
  if (token === undefined) throw unauthorized('a bearer token is needed');
  limiter.admitAuthAttempt(exchange.client);
  const identity = identities.resolveFromToken(token);
  if (identity === undefined) {
    limiter.authFailed(exchange.client);
    throw unauthorized('the bearer token is unknown or has expired');
  }
  exchange.record.identity = identity.id;
  limiter.admitIdentity(identity.id);
  return identity;
}

/** @throws Refusal 403 */
export function requireScope({ id, scopes }: Identity, accepted: readonly string[]): void {
  if (!accepted.some((scope) => scopes.includes(scope))) {
    throw new Refusal(403, 'AccessDenied', `${id} has none of the scopes ${accepted.join(', ')}`);
  }
}

function unauthorized(message: string): Refusal {
  return new Refusal(401, 'AccessDenied', message, { 'www-authenticate': 'Bearer' });
}

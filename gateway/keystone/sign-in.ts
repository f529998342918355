import type { GatewayCore } from '../core.js';
import { type Exchange, headerValues } from '../http/exchange.js';
import { Refusal } from '../http/refusal.js';
import { keystone, type SignatureQuestion } from './api.js';
import type { KeystoneConfig } from './config.js';
import { type KeystoneIdentity, NO_PROJECT } from './identity.js';
import { claimedAccessKey, readSignedRequest, type SignedRequest } from './sigv4.js';
import { tokenCache } from './token-cache.js';

/** Who signed in, and the query of the request without what signed it. */
export interface SignedIn {
  readonly identity: KeystoneIdentity;
  readonly query: string | undefined;
}

export interface KeystoneSignIn {
  /** Does a request carry something that only Keystone can judge? */
  concerns(exchange: Exchange): boolean;
  /** @throws Refusal 401 without a fallback, 403 for a bad signature, 503 while Keystone does not answer */
  identify(exchange: Exchange): Promise<SignedIn>;
  close(): void;
}

const TOKEN_HEADERS = ['x-auth-token', 'x-storage-token'];
/** Keystone's tokens are shorter by far; Fernet and JWS ones are made of these characters. */
const TOKEN = /^[\w.~+/=:-]{1,8192}$/;

export function keystoneSignIn({ log, metrics, limiter }: GatewayCore, config: KeystoneConfig): KeystoneSignIn {
  const api = keystone(config, log, metrics);
  const { size, ttl_secs } = config.token_cache;
  const cache = tokenCache({ size, ttlMs: ttl_secs * 1000, looked: (outcome) => metrics.keystoneCache(outcome) });
  const ec2Keys = config.ec2 === false ? undefined : new RegExp(config.ec2.access_key_pattern);

  /** Counts what turns out wrong against the client's address. */
  async function attempt<T>(exchange: Exchange, check: () => Promise<T>): Promise<T> {
    limiter.admitAuthAttempt(exchange.client);
    try {
      return await check();
    } catch (error) {
      if (error instanceof Refusal && (error.status === 401 || error.status === 403))
        limiter.authFailed(exchange.client);
      throw error;
    }
  }

  function byToken(exchange: Exchange, token: string): Promise<KeystoneIdentity> {
    if (!TOKEN.test(token)) throw invalidToken('Token validation failed: this cannot be a token');
    return cache.identity(token, () =>
      attempt(exchange, async () => {
        const identity = await api.validateToken(token);
        if (identity === undefined) throw invalidToken('Token validation failed: Keystone does not know it');
        return scoped(identity);
      }),
    );
  }

  async function bySignature(exchange: Exchange, verifyAt: 's3tokens' | 'ec2tokens'): Promise<SignedIn> {
    const signed = readSignedRequest(exchange);
    const question = verifyAt === 's3tokens' ? s3Question(signed) : ec2Question(exchange, signed);
    const identity = await attempt(exchange, async () => {
      const known = await api.verifySignature(question);
      if (known === undefined)
        throw new Refusal(403, 'InvalidAccessKeyId', 'Keystone does not know this EC2 access key');
      if (known === 'refused')
        throw new Refusal(
          403,
          'SignatureDoesNotMatch',
          'Keystone does not accept the signature, or the user has no role in the project',
        );
      return scoped(known);
    });
    return { identity, query: signed.query };
  }

  return {
    concerns(exchange) {
      if (TOKEN_HEADERS.some((name) => headerValues(exchange.request.rawHeaders, name).length > 0)) return true;
      const accessKey = ec2Keys && claimedAccessKey(exchange);
      return accessKey !== undefined && ec2Keys?.test(accessKey) === true;
    },
    async identify(exchange) {
      const tokens = TOKEN_HEADERS.flatMap((name) => headerValues(exchange.request.rawHeaders, name));
      const [token, ...others] = new Set(tokens);
      if (others.length > 0) throw invalidToken('Token validation failed: the request carries two different tokens');
      const signedIn =
        token === undefined && config.ec2 !== false
          ? await bySignature(exchange, config.ec2.verify_at)
          : { identity: await byToken(exchange, token ?? ''), query: exchange.target.query };
      exchange.record.identity = `keystone:${signedIn.identity.userId}`;
      limiter.admitIdentity(exchange.record.identity);
      return signedIn;
    },
    close: () => api.close(),
  };
}

function scoped(identity: KeystoneIdentity | typeof NO_PROJECT): KeystoneIdentity {
  if (identity === NO_PROJECT)
    throw new Refusal(
      403,
      'AccessDenied',
      'the token is for no project: ask Keystone for one that is scoped to a project',
    );
  if (identity.expiresAt <= Date.now()) throw invalidToken('Token validation failed: token expired');
  return identity;
}

function s3Question({ accessKey, signature, stringToSign }: SignedRequest): SignatureQuestion {
  const token = Buffer.from(stringToSign).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
  return { path: '/s3tokens', credentials: { access: accessKey, signature, token } };
}

/** Keystone itself makes the canonical request here, in a way that leaves out the query of a POST. */
function ec2Question(exchange: Exchange, { accessKey, signature, canonical }: SignedRequest): SignatureQuestion {
  const { path, parameters, headers, payloadHash } = canonical;
  if (exchange.method === 'POST' && parameters.length > 0)
    throw new Refusal(
      501,
      'NotImplemented',
      'ec2tokens cannot check a POST with a query: set keystone.ec2.verify_at to s3tokens',
    );
  const [authorization] = headerValues(exchange.request.rawHeaders, 'authorization');
  const [date] = headerValues(exchange.request.rawHeaders, 'x-amz-date');
  return {
    path: '/ec2tokens',
    credentials: {
      ...{ access: accessKey, signature, host: exchange.host.raw, verb: exchange.method, path },
      params: Object.fromEntries(parameters),
      headers: {
        ...Object.fromEntries(headers.filter(([name]) => name !== 'x-amz-date')),
        ...(authorization !== undefined && { Authorization: authorization }),
        ...(date !== undefined && { 'X-Amz-Date': date }),
      },
      body_hash: payloadHash,
    },
  };
}

function invalidToken(details: string): Refusal {
  return new Refusal(401, 'InvalidToken', 'Invalid Keystone token', { 'www-authenticate': 'Keystone' }, details);
}

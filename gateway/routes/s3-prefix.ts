import { authenticate, requireScope } from '../auth/bearer.js';
import { readSecretFile } from '../config/load.js';
import { reloading } from '../config/reloading.js';
import type { StaticConfig } from '../config/static.js';
import type { GatewayCore, Route } from '../core.js';
import { type Exchange, singleHeader } from '../http/exchange.js';
import { isProtectedPath } from '../http/protected-path.js';
import { Refusal } from '../http/refusal.js';
import { respond } from '../http/respond.js';
import { upstreamReadiness } from '../upstream/readiness.js';
import { resign, type S3AccessKey } from '../upstream/resign.js';
import { isOwnHost } from './hosts.js';

const PREFIX = '/s3';
const READING = /^(GET|HEAD)$/;
const READ = ['s3:readonly', 's3:readwrite'];
const WRITE = ['s3:readwrite'];
const ADMIN = ['s3:admin'];

/**
 * `/s3/*` for bearer tokens. A client that signed `/s3/bucket/key` could not be passed on without the prefix, as the path
 * is part of the signature; so the token is checked, dropped, and the request signed again with the gateway's credential.
 * Scopes are flat, as in alknet: `s3:admin` alone does not read objects.
 */
export function s3Prefix(core: GatewayCore, settings: NonNullable<StaticConfig['s3']['prefix']>): Route {
  const { config, identities, limiter, forwarder, pool, log, metrics } = core;
  const { access_key_file, secret_key_file } = settings.credential;
  const credential = reloading(
    's3 credential',
    [access_key_file, secret_key_file],
    (): S3AccessKey => ({
      accessKey: readSecretFile(access_key_file, 's3.prefix.credential.access_key_file'),
      secretKey: readSecretFile(secret_key_file, 's3.prefix.credential.secret_key_file'),
    }),
    ({ what, error }) => {
      metrics.reloaded(what, error === undefined);
      log.write('reload', { what, ...(error && { error: error.message, kept: 'the old one' }) });
    },
  );
  const signed = (exchange: Exchange, path: string) =>
    resign(exchange, path, { host: pool.origin.host, region: settings.region, credential: credential.current });

  const isReady = upstreamReadiness(pool);
  return {
    name: 's3-prefix',
    matches: ({ target, host }) =>
      (target.path === PREFIX || target.path.startsWith(`${PREFIX}/`)) && isOwnHost(config, host),
    async serve(exchange) {
      const path = exchange.target.path.slice(PREFIX.length) || '/';
      if (path === '/health' && READING.test(exchange.method)) {
        // Without authentication, as with RustFS; but its answer tells version and disks, so it stays inside.
        if (await isReady()) respond(exchange, 200, 'ok');
        else respond(exchange, 503, 'the storage server is not ready');
        return;
      }
      const identity = authenticate(exchange, identities, limiter);
      if (path === '/admin' || path.startsWith('/admin/')) {
        requireScope(identity, ADMIN);
        const outgoing = signed(exchange, administrationPath(path, settings.expose_admin));
        await forwarder.forward(exchange, { ...outgoing, administration: true });
        return;
      }
      requireScope(identity, READING.test(exchange.method) ? READ : WRITE);
      if (isProtectedPath(path)) throw new Refusal(403, 'AccessDenied', 'this path is not served to the outside');
      refuseEscalation(exchange, path);
      await forwarder.forward(exchange, signed(exchange, path));
    },
    close: () => credential.stop(),
  };
}

/** `/s3/admin/*` is RustFS' `/rustfs/admin/*`: the paths of its versioned API, plainly written. */
function administrationPath(path: string, exposed: boolean): string {
  if (!exposed) throw new Refusal(403, 'AccessDenied', 'administration is switched off (s3.prefix.expose_admin)');
  if (!/^\/admin\/v\d+(\/[A-Za-z0-9][A-Za-z0-9._-]*)+$/.test(path) || path.includes('..')) {
    throw new Refusal(400, 'InvalidURI', 'expected a plain path such as /s3/admin/v3/info');
  }
  return `/rustfs${path}`;
}

/**
 * Requests that would hand out more than the token's scopes when signed by the gateway: `POST /` is STS and returns the gateway's
 * own rights as keys; an HTML form brings a signature of its own.
 */
function refuseEscalation(exchange: Exchange, path: string): void {
  if (exchange.method !== 'POST') return;
  const form = singleHeader(exchange.request, 'content-type')?.toLowerCase() ?? '';
  if (/^\/*$/.test(path) || /^(multipart\/form-data|application\/x-www-form-urlencoded)\b/.test(form)) {
    throw new Refusal(403, 'AccessDenied', 'STS and form uploads are not served under /s3/');
  }
}

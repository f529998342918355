import { accountOf } from '../auth/account.js';
import { authenticate } from '../auth/bearer.js';
import { readSecretFile } from '../config/load.js';
import type { StaticConfig } from '../config/static.js';
import type { GatewayCore, Route } from '../core.js';
import { Refusal } from '../http/refusal.js';
import { respond } from '../http/respond.js';
import type { S3AccessKey } from '../upstream/resign.js';
import { SESSION_SECONDS, upstreamSessions } from '../upstream/sessions.js';
import { isOwnHost } from './hosts.js';

type ManagedUser = NonNullable<StaticConfig['managed_credentials']>['users'][string];

/**
 * Managed credentials: `GET /credentials` with an API key answers with a session of the RustFS user that the identity has. In
 * the form of the container credential provider, so that AWS SDKs fetch and renew it by themselves.
 */
export function managedCredentials(
  core: GatewayCore,
  settings: NonNullable<StaticConfig['managed_credentials']>,
): Route {
  const { config, identities, limiter, dynamic } = core;
  const { users, region, session_secs: longest } = settings;
  const held = upstreamSessions(core, { feature: 'credentials', region });
  for (const [id, one] of Object.entries(users)) userOf(id, one); // a missing file shall stop the start

  return {
    name: 'credentials',
    matches: ({ target, host }) => target.path === '/credentials' && isOwnHost(config, host),
    async serve(exchange) {
      if (exchange.method !== 'GET')
        throw new Refusal(405, 'MethodNotAllowed', 'credentials are asked for with GET', { allow: 'GET' });
      const { id } = authenticate(exchange, identities, limiter);
      const one = Object.hasOwn(users, id) ? users[id] : undefined;
      if (one === undefined) throw new Refusal(403, 'AccessDenied', `${id} has no user of the storage server`);
      const now = Math.floor(Date.now() / 1000);
      const { expiresAt = Number.POSITIVE_INFINITY } = accountOf(dynamic().auth, id, now) ?? {};
      const seconds = Math.min(longest, expiresAt - now);
      if (seconds < SESSION_SECONDS.min)
        throw new Refusal(
          403,
          'AccessDenied',
          `the API key ${id} expires within ${SESSION_SECONDS.min / 60} minutes, and the storage server gives no shorter session`,
        );
      // A key whose expiry was moved gets another session.
      const session = await held.session({ key: `${id} ${expiresAt}`, user: () => userOf(id, one), seconds });
      const body = {
        AccessKeyId: session.accessKey,
        SecretAccessKey: session.secretKey,
        Token: session.sessionToken,
        Expiration: new Date(session.expiresAt).toISOString(),
      };
      respond(exchange, 200, JSON.stringify(body), {
        'content-type': 'application/json',
        'cache-control': 'no-store',
      });
    },
  };
}

/** @throws GatewayConfigError */
function userOf(id: string, { user, secret_key_file: file }: ManagedUser): S3AccessKey {
  return { accessKey: user, secretKey: readSecretFile(file, `managed_credentials.users.${id}.secret_key_file`) };
}

import { join } from 'node:path';
import type Provider from 'oidc-provider';
import type { GatewayCore, RouteFactory } from '../core.js';
import type { Exchange } from '../http/exchange.js';
import { GATEWAY_NAME } from '../label.js';
import { isOwnHost } from '../routes/hosts.js';
import type { OidcConfig } from './config.js';
import { currentKeys, type KeyPolicy, readKeyFile } from './keys.js';
import { LOGIN_PATH, serveLogin } from './login.js';
import { createProvider } from './provider.js';
import { createStore } from './store.js';

export { type OidcConfig, oidcConfigSchema } from './config.js';
export { API_KEY_TYPE, TOKEN_EXCHANGE } from './token-types.js';

const DISCOVERY_PATH = '/.well-known/openid-configuration';
const DAY = 86_400;
/** Clocks of verifiers that go wrong by less still find the key. */
const CLOCK_SKEW = 300;

/** Who the provider takes itself for, and the client: what a client says in these headers is replaced. */
function asIssuer({ request, client }: Exchange, issuer: URL): void {
  Object.assign(request.headers, {
    'x-forwarded-host': issuer.host,
    'x-forwarded-proto': issuer.protocol.slice(0, -1),
    'x-forwarded-for': client,
  });
}

/**
 * Phase D: the gateway as OpenID provider, with alknet identities as its accounts.
 * @param now Unix time in seconds, for the rotation of keys @default the clock
 */
export function oidcProvider(config: OidcConfig, now = () => Math.floor(Date.now() / 1000)): RouteFactory {
  return (core: GatewayCore) => {
    const { state_dir: stateDir } = config;
    const issuer = new URL(config.issuer);
    const policy: KeyPolicy = {
      rotationSeconds: config.key_rotation_days * DAY,
      publishSeconds: config.id_token_ttl_secs + CLOCK_SKEW,
    };
    const store = createStore(stateDir === undefined ? undefined : join(stateDir, 'store'), now);
    const seed = config.keys_file === undefined ? undefined : readKeyFile(config.keys_file);
    let keys = currentKeys(stateDir, policy, now(), seed);
    let provider: Provider = createProvider(config, core, store, keys);
    const followKeys = () => {
      if (keys.nextChange > now()) return;
      keys = currentKeys(stateDir, policy, now(), keys.file);
      provider = createProvider(config, core, store, keys);
      core.log.write('oidc-keys', { published: keys.jwks.keys.map(({ kid }) => kid) });
    };
    return {
      name: 'oidc',
      matches: ({ target, host }) =>
        (target.path === DISCOVERY_PATH || target.path.startsWith('/oidc/')) && isOwnHost(core.config, host),
      async serve(exchange) {
        followKeys();
        const { request, response, id } = exchange;
        asIssuer(exchange, issuer);
        if (exchange.target.path.startsWith(LOGIN_PATH)) {
          await serveLogin(core, exchange, provider, keys.cookieSecret);
          return;
        }
        response.setHeader('x-request-id', id);
        response.setHeader('server', GATEWAY_NAME);
        if (exchange.expectsContinue) response.writeContinue();
        await provider.callback()(request, response);
      },
    };
  };
}

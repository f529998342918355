import Provider, { type Configuration, interactionPolicy } from 'oidc-provider';
import { accountOf } from '../auth/account.js';
import { readSecretFile } from '../config/load.js';
import type { GatewayCore } from '../core.js';
import { CLAIMS, claimsOf } from './claims.js';
import type { OidcConfig } from './config.js';
import type { Keys } from './keys.js';
import { LOGIN_PATH } from './login.js';
import { escapeHtml, logoutPage, page, pageHeaders, setHeaders } from './pages.js';
import type { OidcStore } from './store.js';
import { idTokenSeconds, registerTokenExchange } from './token-exchange.js';
import { TOKEN_EXCHANGE } from './token-types.js';

const MINUTE = 60;

function clientsOf({ clients }: OidcConfig): NonNullable<Configuration['clients']> {
  return clients.map(({ client_id, client_secret_file, redirect_uris, post_logout_redirect_uris, token_exchange }) => ({
    client_id,
    redirect_uris,
    post_logout_redirect_uris,
    response_types: redirect_uris.length > 0 ? (['code'] as const) : [],
    grant_types: [
      ...(redirect_uris.length > 0 ? ['authorization_code'] : []),
      ...(token_exchange ? [TOKEN_EXCHANGE] : []),
    ],
    ...(client_secret_file === undefined
      ? { token_endpoint_auth_method: 'none' }
      : {
          // RustFS sends its secret in the body.
          token_endpoint_auth_method: 'client_secret_post',
          client_secret: readSecretFile(client_secret_file, 'oidc.clients.client_secret_file'),
        }),
  }));
}

/** Everybody may use every configured client with the scopes that it asks for: there is nothing to consent to. */
const grantEverything: NonNullable<Configuration['loadExistingGrant']> = async (ctx) => {
  const { client, session, provider } = ctx.oidc;
  if (client === undefined || session?.accountId === undefined) return undefined;
  const known = session.grantIdFor(client.clientId);
  const grant =
    (known === undefined ? undefined : await provider.Grant.find(known)) ??
    new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope(Object.keys(CLAIMS).join(' '));
  await grant.save();
  return grant;
};

/** Asks for a login as usual, and when the identity behind a session is no longer configured. */
function loginPolicy(): interactionPolicy.DefaultPolicy {
  const { Check, base } = interactionPolicy;
  const policy = base();
  const gone = new Check('account_gone', 'the identity is no longer configured', (ctx) => {
    const { session, account, result } = ctx.oidc;
    const isGone = session?.accountId !== undefined && account === undefined && result?.login === undefined;
    return isGone ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT;
  });
  policy.get('login')?.checks.add(gone);
  return policy;
}

/**
 * The OpenID provider of the gateway. Sign-in is by authorization code with PKCE (S256) for every client, or by token exchange.
 * @throws GatewayConfigError if the secret of a client cannot be read
 */
export function createProvider(config: OidcConfig, core: GatewayCore, store: OidcStore, keys: Keys): Provider {
  const seconds = () => Math.floor(Date.now() / 1000);
  const account = (id: string) => accountOf(core.dynamic().auth, id, seconds());
  const provider = new Provider(config.issuer, {
    adapter: store.adapter,
    jwks: keys.jwks as NonNullable<Configuration['jwks']>,
    cookies: {
      keys: [keys.cookieSecret],
      long: { httpOnly: true, sameSite: 'lax', signed: true, overwrite: true },
      short: { httpOnly: true, sameSite: 'lax', signed: true, overwrite: true },
    },
    clients: clientsOf(config),
    clientDefaults: { id_token_signed_response_alg: 'RS256' },
    responseTypes: ['code'],
    scopes: Object.keys(CLAIMS),
    claims: CLAIMS,
    // RustFS reads the claims of the ID token and never asks userinfo.
    conformIdTokenClaims: false,
    findAccount: (_, id) => {
      const found = account(id);
      return found && { accountId: id, claims: async () => claimsOf(found, config.policies) };
    },
    loadExistingGrant: grantEverything,
    interactions: { policy: loginPolicy(), url: (_, { uid }) => LOGIN_PATH + uid },
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource(ctx, form) {
          setHeaders(ctx.res, pageHeaders());
          ctx.body = logoutPage(form);
        },
        postLogoutSuccessSource(ctx) {
          setHeaders(ctx.res, pageHeaders());
          ctx.body = page('Signed out', '<p>You are signed out.</p>');
        },
      },
    },
    renderError(ctx, { error, error_description: description }) {
      setHeaders(ctx.res, pageHeaders());
      ctx.body = page('Sign-in failed', `<p>${escapeHtml(String(description ?? error))}</p>`);
    },
    routes: {
      authorization: '/oidc/authorize',
      token: '/oidc/token',
      userinfo: '/oidc/userinfo',
      jwks: '/oidc/jwks',
      end_session: '/oidc/logout',
    },
    ttl: {
      AccessToken: 10 * MINUTE,
      AuthorizationCode: MINUTE,
      Interaction: 10 * MINUTE,
      Session: config.session_ttl_secs,
      Grant: config.session_ttl_secs,
      IdToken: (ctx) => {
        const id = ctx.oidc.account?.accountId;
        return idTokenSeconds(config, id === undefined ? undefined : account(id)?.expiresAt, seconds());
      },
    },
  });
  // The headers that it believes are those that the route sets, and nobody else's.
  provider.proxy = true;
  registerTokenExchange(provider, core, config, (ctx) => ctx.ip);
  provider.on('server_error', (_, error) => core.log.write('error', { error: error.stack }));
  return provider;
}

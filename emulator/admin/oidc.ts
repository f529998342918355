import { createHash, randomBytes } from 'node:crypto';
import { notImplemented, s3Error } from '../errors.js';
import type { OidcProviderConfig } from '../oidc/config.js';
import { discover } from '../oidc/discovery.js';
import type { EmulatorProfile } from '../profile.js';
import { requireAny } from './authorize.js';
import { type AdminHandler, json, requestBody } from './call.js';

/** `GET oidc/providers`: public; providers whose discovery succeeded. */
export const listProviders: AdminHandler = ({ context }) =>
  json(
    context.oidc.providers
      .filter(({ config }) => !config.hideFromUi)
      .map(({ config }) => ({ provider_id: config.id, display_name: config.displayName })),
  );

/** `GET oidc/authorize/{provider}`: sends the browser to the provider. Where it comes back to is not emulated: 501. */
export const authorize: AdminHandler = ({ context, request, params }) => {
  const id = params.provider ?? '';
  const after = request.query.get('redirect_after');
  if (after !== undefined && (!after.startsWith('/') || after.startsWith('//') || after.includes('://')))
    throw s3Error('InvalidRequest', 'invalid redirect_after');
  const provider = context.oidc.providers.find(({ config }) => config.id === id);
  if (provider === undefined) throw s3Error('InvalidRequest', `authorize failed: unknown OIDC provider: ${id}`);
  const { config, authorizationEndpoint } = provider;
  const token = () => randomBytes(16).toString('base64url');
  const scheme = request.headers['x-forwarded-proto'] ?? 'http';
  const callback = `${scheme}://${request.headers.host}/rustfs/admin/v3/oidc/callback/${id}`;
  const parameters = new URLSearchParams({
    response_type: 'code',
    client_id: config.clientId,
    state: token(),
    code_challenge: createHash('sha256').update(token()).digest('base64url'),
    code_challenge_method: 'S256',
    redirect_uri: config.redirectUri ?? callback,
    scope: ['openid', ...config.scopes].join(' '),
    nonce: token(),
  });
  return { status: 302, headers: { location: `${authorizationEndpoint}?${parameters}` } };
};

/** `GET oidc/callback/{provider}`, `GET oidc/logout`: of the console's login, which is not emulated. */
export const consoleLogin: AdminHandler = () => {
  throw notImplemented();
};

function describe(config: OidcProviderConfig, { oidc }: EmulatorProfile): object {
  return {
    provider_id: config.id,
    source: 'env',
    editable: false,
    enabled: true,
    display_name: config.displayName,
    config_url: config.configUrl,
    ...(oidc.issuerVariable ? { issuer: config.issuer ?? null } : {}),
    client_id: config.clientId,
    client_secret_configured: config.clientSecret !== undefined,
    scopes: config.scopes,
    other_audiences: config.otherAudiences,
    redirect_uri: config.redirectUri ?? null,
    redirect_uri_dynamic: config.redirectUriDynamic,
    claim_name: config.claimName,
    claim_prefix: config.claimPrefix,
    role_policy: config.rolePolicies.join(','),
    groups_claim: config.groupsClaim,
    roles_claim: config.rolesClaim,
    email_claim: config.emailClaim,
    username_claim: config.usernameClaim,
    hide_from_ui: config.hideFromUi,
  };
}

/** `GET oidc/config` */
export const getConfig: AdminHandler = (call) => {
  requireAny(call, 'admin:ServerInfo');
  const { oidc, profile } = call.context;
  return json({
    providers: oidc.settings.providers.map((config) => describe(config, profile)),
    restart_required: false,
  });
};

/** `PUT oidc/config/{provider}`: what the environment sets cannot be changed; other providers are not emulated. */
export const putConfig: AdminHandler = (call) => {
  requireAny(call, 'admin:ConfigUpdate');
  if (call.context.oidc.settings.providers.some(({ id }) => id === call.params.provider))
    throw s3Error('AccessDenied', 'provider is managed by environment variables');
  throw notImplemented();
};

const VALIDATE_BODY = {
  name: 'ValidateOidcConfigRequest',
  fields: { config_url: { type: 'string' } },
} as const;

/** `POST oidc/validate`: tries discovery. A literal private address is refused even if its origin is allowed. */
export const validate: AdminHandler = async (call) => {
  requireAny(call, 'admin:ConfigUpdate');
  const body = requestBody(call, VALIDATE_BODY, 'invalid JSON: %');
  const wanted = { configUrl: String(body.config_url) };
  const found = await discover(wanted, [], call.context.profile).catch((error: Error) => {
    throw s3Error('InvalidRequest', `config_url is not allowed: ${error.message.replace(/; add .*/, '')}`);
  });
  return json({
    valid: true,
    message: 'OIDC configuration is valid',
    issuer: found.issuer,
    authorization_endpoint: found.authorizationEndpoint,
    token_endpoint: found.tokenEndpoint,
  });
};

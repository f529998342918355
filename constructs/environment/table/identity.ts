import type { Section, Variable } from '../model.js';

const OPENID = 'RUSTFS_IDENTITY_OPENID_';

const openid = (field: string, effect: string, rest: Partial<Variable> = {}): Variable =>
  ({ name: `${OPENID}${field}[_<ID>]`, prop: 'oidc', effect, ...rest }) as Variable;

export const oidc: Section = {
  title: 'OpenID Connect',
  source: 'crates/iam/src/oidc.rs, crates/config/src/constants/oidc.rs',
  variables: [
    openid('ENABLE', 'Switches the provider on', { default: 'on with CONFIG_URL' }),
    openid('CONFIG_URL', 'Issuer, or URL of its discovery document, read once at the start'),
    openid('ISSUER', 'Issuer, when the discovery document is read elsewhere: `discoveryUrl`', { only: '1.0.1' }),
    openid('CLIENT_ID', 'Client at the provider'),
    openid('CLIENT_SECRET', 'Its secret: `clientSecretFile`', { secret: true }),
    openid('SCOPES', 'Scopes that are asked for', { default: 'openid,profile,email' }),
    openid('OTHER_AUDIENCES', 'Audiences that tokens may have beside the client'),
    openid('REDIRECT_URI', 'Where the browser returns to'),
    openid('REDIRECT_URI_DYNAMIC', 'Builds that from the request', { default: 'on' }),
    openid('CLAIM_NAME', 'Claim whose values name policies', { default: 'groups' }),
    openid('CLAIM_PREFIX', 'Is put before each value'),
    openid('ROLE_POLICY', 'Policies of everybody who signs in'),
    openid('GROUPS_CLAIM', 'Claim with groups', { default: 'groups' }),
    openid('ROLES_CLAIM', 'Claim with roles'),
    openid('EMAIL_CLAIM', 'Claim with the address', { default: 'email' }),
    openid('USERNAME_CLAIM', 'Claim with the user name', { default: 'preferred_username' }),
    openid('DISPLAY_NAME', 'Name of the provider in the console'),
    openid('HIDE_FROM_UI', 'Does not list the provider', { default: 'off' }),
  ],
};

const keystoneVariable = (field: string, effect: string, rest: Partial<Variable> = {}): Variable =>
  ({ name: `RUSTFS_KEYSTONE_${field}`, prop: 'keystone', effect, ...rest }) as Variable;

export const keystone: Section = {
  title: 'Keystone',
  source: 'crates/keystone/src/config.rs',
  variables: [
    keystoneVariable('ENABLE', "RustFS' own Keystone mode, which serves no ordinary S3 client", { default: 'false' }),
    keystoneVariable('AUTH_URL', 'Keystone'),
    keystoneVariable('VERSION', 'Version of the Identity API', { default: 'v3' }),
    keystoneVariable('ADMIN_USER', 'User that validates tokens'),
    keystoneVariable('ADMIN_PASSWORD', 'Its password: `admin.passwordFile`', { secret: true }),
    keystoneVariable('ADMIN_PROJECT', 'Its project'),
    keystoneVariable('ADMIN_DOMAIN', 'Its domain'),
    keystoneVariable('VERIFY_SSL', 'Checks the certificate of Keystone', { default: 'true' }),
    keystoneVariable('ENABLE_CACHE', 'Remembers tokens', { default: 'true' }),
    keystoneVariable('CACHE_SIZE', 'Tokens remembered', { default: '10000' }),
    keystoneVariable('CACHE_TTL', 'Seconds that a token is remembered', { default: '300' }),
    keystoneVariable('TIMEOUT', 'Seconds that Keystone may take', { default: '30' }),
    {
      name: 'RUSTFS_KEYSTONE_{TENANT_PREFIX,IMPLICIT_TENANTS}',
      not: 'have no effect: nothing in RustFS calls the code behind them',
      default: 'true',
      effect: 'Bucket names with the project in front',
    },
  ],
};

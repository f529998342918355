import type { ClaimMapping } from '../../policies/index.js';

/** An identity provider as `RUSTFS_IDENTITY_OPENID_*` describes it. */
export interface OidcProviderConfig extends ClaimMapping {
  readonly id: string;
  readonly displayName: string;
  /** Issuer, or the address of its discovery document. */
  readonly configUrl: string;
  /** What discovery must say, when that is not where it is read from; 1.0.1 only. */
  readonly issuer?: string;
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly scopes: readonly string[];
  /** Accepted in a token's audience beside the client id. */
  readonly otherAudiences: readonly string[];
  readonly redirectUri?: string;
  readonly redirectUriDynamic: boolean;
  readonly emailClaim: string;
  readonly usernameClaim: string;
  readonly hideFromUi: boolean;
}

/** Identity providers of a server, and the private origins that 1.0.1 may ask. */
export interface OidcSettings {
  readonly providers: readonly OidcProviderConfig[];
  /** RUSTFS_OUTBOUND_ALLOW_ORIGINS */
  readonly allowOrigins: readonly string[];
}

const PREFIX = 'RUSTFS_IDENTITY_OPENID_';
const CONFIG_URL = `${PREFIX}CONFIG_URL`;

function list(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

const isOn = (text: string) => /^(on|true|1|yes)$/i.test(text);

/** Reads identity providers from the variables that RustFS reads them from; those of a second provider end in `_<id>`. */
export function oidcFromEnvironment(env: Readonly<Record<string, string | undefined>>): OidcSettings {
  const suffixes = Object.keys(env).flatMap((name) =>
    name === CONFIG_URL || name.startsWith(`${CONFIG_URL}_`) ? [name.slice(CONFIG_URL.length)] : [],
  );
  const providers = suffixes.sort().flatMap((suffix): OidcProviderConfig[] => {
    const value = (field: string, otherwise: string) => env[`${PREFIX}${field}${suffix}`] || otherwise;
    if (!isOn(value('ENABLE', 'on'))) return [];
    const id = suffix === '' ? 'default' : suffix.slice(1);
    const issuer = value('ISSUER', '');
    const clientSecret = value('CLIENT_SECRET', '');
    const redirectUri = value('REDIRECT_URI', '');
    return [
      {
        id,
        displayName: value('DISPLAY_NAME', id),
        configUrl: value('CONFIG_URL', ''),
        ...(issuer === '' ? {} : { issuer }),
        clientId: value('CLIENT_ID', ''),
        ...(clientSecret === '' ? {} : { clientSecret }),
        scopes: list(value('SCOPES', 'openid,profile,email')),
        otherAudiences: list(value('OTHER_AUDIENCES', '')),
        ...(redirectUri === '' ? {} : { redirectUri }),
        redirectUriDynamic: isOn(value('REDIRECT_URI_DYNAMIC', 'on')),
        claimName: value('CLAIM_NAME', 'groups'),
        claimPrefix: value('CLAIM_PREFIX', ''),
        rolePolicies: list(value('ROLE_POLICY', '')),
        groupsClaim: value('GROUPS_CLAIM', 'groups'),
        rolesClaim: value('ROLES_CLAIM', ''),
        emailClaim: value('EMAIL_CLAIM', 'email'),
        usernameClaim: value('USERNAME_CLAIM', 'preferred_username'),
        hideFromUi: isOn(value('HIDE_FROM_UI', 'off')),
      },
    ];
  });
  return { providers, allowOrigins: list(env.RUSTFS_OUTBOUND_ALLOW_ORIGINS ?? '') };
}

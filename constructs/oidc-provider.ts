import type { ManifestOidcProvider } from '../manifest/index.js';
import type { RustFsVersion } from '../policies/index.js';

/** What every kind of provider takes. */
export interface OidcProviderOptions {
  /** Id of the provider at RustFS: letters, digits and `_`; `default` is the one without a name. @default the kind */
  readonly id?: string;
  readonly clientId: string;
  /** File with the client secret, relative to the project directory. Terraform knows it by path only. @default - a public client, protected by PKCE */
  readonly clientSecretFile?: string;
  /** Shown at the console's login. @default the id */
  readonly displayName?: string;
  /** @default - what the kind of provider needs for the mapped claim */
  readonly scopes?: readonly string[];
  /** Accepted in a token's audience beside the client id, such as Keycloak's `account`. @default none */
  readonly otherAudiences?: readonly string[];
  /** Stands before a claim value to form the name of its policy. @default none */
  readonly claimPrefix?: string;
  /** Names of policies that everybody gets who signs in; on 1.0.1 claims then count for nothing. @default none */
  readonly rolePolicies?: readonly string[];
  /** Address of RustFS' callback as the browser sees it. @default - made from the Host of the request */
  readonly redirectUri?: string;
  /** Where RustFS reads the discovery document, such as an address inside the Docker network; 1.0.1 only. @default - below the issuer */
  readonly discoveryUrl?: string;
  /** Only for programs that sign in by token: not offered at the console's login. @default false */
  readonly hidden?: boolean;
}

export interface GenericOidcProviderProps extends OidcProviderOptions {
  /** Exactly as tokens name it, and the same for browsers, programs and RustFS. */
  readonly issuer: string;
  /** Claim with the values that stand for policies: a list or text with commas, at the top of the token. @default groups */
  readonly groupsClaim?: string;
  /** @default preferred_username on 1.0.1; sub on 1.0.0-beta.7, where a user name equal to an IAM user's would bring that user's rights */
  readonly usernameClaim?: string;
}

const PREFIX = 'RUSTFS_IDENTITY_OPENID_';
const WELL_KNOWN = '.well-known/openid-configuration';

function checkUrl(what: string, url: string): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) && !/[?#]/.test(url)) return url;
  throw new Error(`invalid ${what} (value: ${url}): expected a URL such as https://id.example.com`);
}

const withSlash = (url: string) => (url.endsWith('/') ? url : `${url}/`);

/** An OpenID provider whose users may sign in at RustFS. Who gets what is declared with `OidcClaim`. */
export class OidcProvider {
  /** A Keycloak realm. Its client needs a mapper "Group Membership" for the claim `groups` with "Full group path" off: RustFS finds no policy with a slash. */
  static keycloak(props: OidcProviderOptions & { readonly url: string; readonly realm: string }): OidcProvider {
    const { url, realm, ...options } = props;
    const issuer = `${withSlash(checkUrl('Keycloak URL', url))}realms/${realm}`;
    return new OidcProvider({ id: 'keycloak', ...options, issuer });
  }

  /** An authentik application, by its slug. Its default `profile` scope carries the claim `groups`. */
  static authentik(props: OidcProviderOptions & { readonly url: string; readonly application: string }): OidcProvider {
    const { url, application, ...options } = props;
    const issuer = `${withSlash(checkUrl('authentik URL', url))}application/o/${application}/`;
    return new OidcProvider({ id: 'authentik', ...options, issuer });
  }

  /** A Microsoft Entra tenant. App roles (claim `roles`) stand for policies: group claims hold object ids there. */
  static entra(props: OidcProviderOptions & { readonly tenantId: string }): OidcProvider {
    const { tenantId, ...options } = props;
    const issuer = `https://login.microsoftonline.com/${tenantId}/v2.0`;
    return new OidcProvider({ id: 'entra', groupsClaim: 'roles', ...options, issuer });
  }

  /** The gateway as provider (phase D): its claim `policy` names the policies, its other claims alknet's scopes. */
  static alknet(props: OidcProviderOptions & { readonly issuer: string }): OidcProvider {
    const scopes = ['openid', 'profile', 'email', 'groups'];
    return new OidcProvider({ id: 'alknet', scopes, groupsClaim: 'policy', usernameClaim: 'sub', ...props });
  }

  /** Any other provider. */
  static generic(props: GenericOidcProviderProps): OidcProvider {
    return new OidcProvider(props);
  }

  readonly id: string;
  readonly issuer: string;
  readonly clientSecretFile: string | undefined;
  readonly claimPrefix: string;
  readonly discoveryUrl: string | undefined;
  readonly #props: GenericOidcProviderProps;

  private constructor(props: GenericOidcProviderProps) {
    this.#props = props;
    this.id = props.id ?? 'default';
    this.issuer = checkUrl('issuer', props.issuer);
    this.discoveryUrl = props.discoveryUrl === undefined ? undefined : checkUrl('discoveryUrl', props.discoveryUrl);
    this.claimPrefix = props.claimPrefix ?? '';
    this.clientSecretFile = props.clientSecretFile;
    if (!/^[A-Za-z0-9_]+$/.test(this.id))
      throw new Error(`invalid OIDC provider id (value: ${this.id}): expected letters, digits and "_"`);
    const { redirectUri } = props;
    if (redirectUri !== undefined && !checkUrl('redirectUri', redirectUri).endsWith(this.callbackPath))
      throw new Error(
        `invalid redirectUri of OIDC provider ${this.id} (value: ${redirectUri}): RustFS answers at ${this.callbackPath}`,
      );
  }

  /** Path of the redirect URI that has to be registered at the provider, below the origin at which browsers reach RustFS. */
  get callbackPath(): string {
    return `/rustfs/admin/v3/oidc/callback/${this.id}`;
  }

  /** Where RustFS connects to for this provider. */
  get origin(): string {
    return new URL(this.discoveryUrl ?? this.issuer).origin;
  }

  /** Name of the variable that RustFS reads the client secret from: it knows no file for it. */
  get secretVariable(): string {
    return this.#variable('CLIENT_SECRET');
  }

  #variable(field: string): string {
    return `${PREFIX}${field}${this.id === 'default' ? '' : `_${this.id}`}`;
  }

  get #groupsClaim(): string {
    return this.#props.groupsClaim ?? 'groups';
  }

  get #scopes(): readonly string[] {
    return this.#props.scopes ?? ['openid', 'profile', 'email'];
  }

  /** Variables that make RustFS know the provider, without the client secret. */
  environment(version: RustFsVersion): Readonly<Record<string, string>> {
    const { clientId, displayName, otherAudiences, rolePolicies, redirectUri, hidden, usernameClaim } = this.#props;
    const fields: Record<string, string | undefined> = {
      ENABLE: 'on',
      CONFIG_URL: this.discoveryUrl ?? `${withSlash(this.issuer)}${WELL_KNOWN}`,
      ISSUER: this.discoveryUrl === undefined ? undefined : this.issuer,
      CLIENT_ID: clientId,
      DISPLAY_NAME: displayName,
      SCOPES: this.#scopes.join(','),
      GROUPS_CLAIM: this.#groupsClaim,
      // The same claim: with its default, "groups", RustFS would take the values of one more claim for policy names.
      CLAIM_NAME: this.#groupsClaim,
      CLAIM_PREFIX: this.claimPrefix || undefined,
      ROLE_POLICY: rolePolicies?.join(',') || undefined,
      OTHER_AUDIENCES: otherAudiences?.join(',') || undefined,
      USERNAME_CLAIM: usernameClaim ?? (version === '1.0.1' ? undefined : 'sub'),
      REDIRECT_URI: redirectUri,
      REDIRECT_URI_DYNAMIC: redirectUri === undefined ? undefined : 'off',
      HIDE_FROM_UI: hidden ? 'on' : undefined,
    };
    const set = Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return Object.fromEntries(set.map(([field, value]) => [this.#variable(field), value]));
  }

  /** @internal */
  _manifest(): Omit<ManifestOidcProvider, 'claims'> {
    const { clientId, otherAudiences, rolePolicies, hidden } = this.#props;
    return {
      id: this.id,
      issuer: this.issuer,
      ...(this.discoveryUrl === undefined ? {} : { discoveryUrl: this.discoveryUrl }),
      clientId,
      scopes: [...this.#scopes],
      ...(otherAudiences ? { otherAudiences: [...otherAudiences] } : {}),
      ...(hidden ? { hidden } : {}),
      mapping: {
        groupsClaim: this.#groupsClaim,
        rolesClaim: '',
        claimName: this.#groupsClaim,
        claimPrefix: this.claimPrefix,
        rolePolicies: [...(rolePolicies ?? [])],
      },
    };
  }
}

/**
 * The variables of all providers together; on 1.0.1 with the origins that RustFS may ask although they are private: names of
 * a Docker network resolve to private addresses, so every provider is listed.
 */
export function oidcEnvironment(
  providers: readonly OidcProvider[],
  version: RustFsVersion,
): Readonly<Record<string, string>> {
  if (providers.length === 0) return {};
  const origins = [...new Set(providers.map(({ origin }) => origin))].join(',');
  return {
    ...Object.assign({}, ...providers.map((provider) => provider.environment(version))),
    ...(version === '1.0.1' ? { RUSTFS_OUTBOUND_ALLOW_ORIGINS: origins } : {}),
  };
}

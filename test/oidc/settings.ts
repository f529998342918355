import { type OidcSettings, oidcFromEnvironment } from '../../emulator/index.js';
import { CLIENT_ID, type TestIssuer } from './issuer.js';

/** Settings of an emulator that trusts this issuer alone. */
export function trusting({ url }: TestIssuer): OidcSettings {
  return oidcFromEnvironment({
    RUSTFS_IDENTITY_OPENID_CONFIG_URL: url,
    RUSTFS_IDENTITY_OPENID_CLIENT_ID: CLIENT_ID,
    RUSTFS_OUTBOUND_ALLOW_ORIGINS: url,
  });
}

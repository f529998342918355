import { isLoopback, type RustFsVersion } from '../policies/index.js';
import type { OidcProvider } from './oidc-provider.js';
import type { ServerPart } from './server-part.js';

/** An issuer is one URL for everybody; what means "this machine" is another machine inside the container. @throws Error */
export function checkReachable({ id, issuer, discoveryUrl }: OidcProvider, version: RustFsVersion): void {
  if (!isLoopback(new URL(discoveryUrl ?? issuer).hostname)) return;
  const inside = version === '1.0.1' ? ', or set discoveryUrl to its address inside the Docker network' : '';
  throw new Error(
    `OIDC provider ${id}: RustFS in its container cannot reach ${discoveryUrl ?? issuer}, which is the container itself there; use a name that browsers and the container both resolve, such as host.docker.internal${inside}`,
  );
}

/** A server that runs elsewhere, and a provider that only this machine reaches. @throws Error */
export function checkReachableFrom(endpoint: string, { id, issuer, discoveryUrl }: OidcProvider): void {
  const asked = discoveryUrl ?? issuer;
  if (isLoopback(new URL(endpoint).hostname) || !isLoopback(new URL(asked).hostname)) return;
  throw new Error(
    `OIDC provider ${id}: RustFS at ${endpoint} cannot reach ${asked}, which is its own machine there; use a name that browsers, programs and RustFS all resolve`,
  );
}

/** What an OpenID provider adds to RustFS. */
export function oidcPart(provider: OidcProvider, version: RustFsVersion): ServerPart {
  const { id, clientSecretFile, secretVariable, origin } = provider;
  return {
    environment: provider.environment(version),
    outboundOrigins: [origin],
    secretVariables:
      clientSecretFile === undefined
        ? []
        : [
            {
              what: `clientSecretFile of OIDC provider ${id}`,
              variable: secretVariable,
              projectPath: clientSecretFile,
              path: `/etc/rustfs/oidc/${id}`,
            },
          ],
  };
}

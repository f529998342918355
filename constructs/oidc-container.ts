import { isAbsolute } from 'node:path';
import type { Construct } from 'constructs';
import type { RustFsVersion } from '../policies/index.js';
import { type OidcProvider, oidcEnvironment } from './oidc-provider.js';
import { stackPaths } from './provisioning-step.js';

/** What OpenID providers add to a RustFS container. */
export interface OidcContainer {
  readonly environment: Readonly<Record<string, string>>;
  readonly uploads: readonly { readonly file: string; readonly source: string }[];
  /** Absent: the image's own. */
  readonly entrypoint?: string[];
}

const LOOPBACK = /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** An issuer is one URL for everybody; what means "this machine" is another machine inside the container. */
function checkReachable({ id, issuer, discoveryUrl }: OidcProvider, version: RustFsVersion): void {
  if (!LOOPBACK.test(new URL(discoveryUrl ?? issuer).hostname)) return;
  const inside = version === '1.0.1' ? ', or set discoveryUrl to its address inside the Docker network' : '';
  throw new Error(
    `OIDC provider ${id}: RustFS in its container cannot reach ${discoveryUrl ?? issuer}, which is the container itself there; use a name that browsers and the container both resolve, such as host.docker.internal${inside}`,
  );
}

/**
 * Client secrets reach RustFS through its environment alone, but an environment declared here would be in Terraform's
 * state. So the files are uploaded by path, and the container reads them before it starts RustFS.
 */
export function oidcContainer(
  scope: Construct,
  providers: readonly OidcProvider[],
  version: RustFsVersion,
): OidcContainer {
  for (const provider of providers) checkReachable(provider, version);
  const secrets = providers.flatMap(({ id, clientSecretFile, secretVariable }) => {
    if (clientSecretFile === undefined) return [];
    if (isAbsolute(clientSecretFile))
      throw new Error(
        `invalid clientSecretFile of OIDC provider ${id} (value: ${clientSecretFile}): expected a path relative to the project directory`,
      );
    const file = `/etc/rustfs/oidc/${id}`;
    const source = `\${path.module}/${stackPaths(scope).toProject}/${clientSecretFile}`;
    return [{ upload: { file, source }, line: `export ${secretVariable}="$(cat ${file})" &&` }];
  });
  const script = [...secrets.map(({ line }) => line), 'exec /entrypoint.sh "$@"'].join(' ');
  return {
    environment: oidcEnvironment(providers, version),
    uploads: secrets.map(({ upload }) => upload),
    ...(secrets.length > 0 ? { entrypoint: ['/bin/sh', '-c', script, 'entrypoint'] } : {}),
  };
}

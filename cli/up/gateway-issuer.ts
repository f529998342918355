import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JWK } from 'jose';
import { loadStaticConfig } from '../../gateway/config/load.js';
import { makeGatewaySecrets, readGatewaySecrets, SECRET_FILES } from '../../gateway/prepare/secrets.js';

/** The stack's own gateway as OpenID provider, with what only whoever runs it has. */
export interface GatewayIssuer {
  readonly issuer: string;
  readonly clientId: string;
  /** Absent: the client is for programs alone. */
  readonly redirectUri?: string;
  /** Those that `up` has the tokens of. */
  readonly apiKeys: readonly { readonly name: string; readonly token: string }[];
  /** The private key that signs now. */
  signingKey(): JWK;
}

/** What the gateway of a stack needs before it starts, if that is anything. */
export function makeSecretsOf(stackDir: string): void {
  const wanted = join(stackDir, 'gateway-secrets.json');
  if (existsSync(wanted)) makeGatewaySecrets(readGatewaySecrets(wanted));
}

/** @returns undefined if the stack's gateway is no provider, or a container of the stack */
export function gatewayIssuer(stackDir: string): GatewayIssuer | undefined {
  const file = join(stackDir, 'gateway.json');
  const oidc = existsSync(file) ? loadStaticConfig(file).oidc : undefined;
  const client = oidc?.clients[0];
  if (oidc === undefined || client === undefined) return undefined;
  const { directory, api_keys } = readGatewaySecrets(join(stackDir, 'gateway-secrets.json'));
  const [redirectUri] = client.redirect_uris;
  return {
    issuer: oidc.issuer,
    clientId: client.client_id,
    ...(redirectUri === undefined ? {} : { redirectUri }),
    apiKeys: api_keys.map(({ name }) => ({
      name,
      token: readFileSync(join(directory, SECRET_FILES.apiKey(name)), 'utf8').trim(),
    })),
    signingKey() {
      const state = join(oidc.state_dir ?? '', 'keys.json');
      return (JSON.parse(readFileSync(state, 'utf8')) as { keys: readonly [{ jwk: JWK }] }).keys[0].jwk;
    },
  };
}

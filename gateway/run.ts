import { createApiKey } from './auth/api-key.js';
import { dynamicConfigSchema } from './config/dynamic.js';
import { GatewayConfigError } from './config/error.js';
import { loadDynamicConfig, loadStaticConfig } from './config/load.js';
import type { StaticConfig } from './config/static.js';
import type { RouteFactory } from './core.js';
import { startGateway } from './gateway.js';
import { GATEWAY_LABEL } from './label.js';
import { haproxyConfig } from './production/haproxy.js';
import { nginxConfig } from './production/nginx.js';

/** What the command line asks for; the same for the CLI and for the bundled file. */
export interface GatewayCommand {
  readonly config?: string | undefined;
  readonly check?: boolean | undefined;
  readonly printConfig?: string | undefined;
  readonly newApiKey?: string | undefined;
}

/**
 * Runs the gateway until SIGTERM or SIGINT, or does the one thing that was asked for instead.
 * @throws GatewayConfigError
 */
export async function runGateway(command: GatewayCommand, version: string): Promise<void> {
  if (command.newApiKey !== undefined) return printApiKey(command.newApiKey);
  if (command.config === undefined)
    throw new GatewayConfigError('--config names the file that the gateway is configured by');
  const config = loadStaticConfig(command.config);
  const dynamic =
    config.dynamic_config === undefined ? dynamicConfigSchema.parse({}) : loadDynamicConfig(config.dynamic_config);
  if (command.printConfig !== undefined) {
    const generate = { haproxy: haproxyConfig, nginx: nginxConfig }[command.printConfig];
    if (generate === undefined)
      throw new GatewayConfigError(`--print-config knows haproxy and nginx, got ${command.printConfig}`);
    process.stdout.write(generate(config, dynamic));
    return;
  }
  if (command.check) {
    console.log(`${command.config} is valid`);
    return;
  }
  const gateway = await startGateway({ config, version, routes: await signInRoutes(config) });
  process.on('SIGHUP', () => gateway.reload());
  const stopped = new Promise((resolve) => process.once('SIGTERM', resolve).once('SIGINT', resolve));
  console.error(`${GATEWAY_LABEL} ${version}`);
  console.error(`listening on ${gateway.url}`);
  if (gateway.webhookUrl) console.error(`webhook receiver on ${gateway.webhookUrl}`);
  if (gateway.metricsUrl) console.error(`metrics on ${gateway.metricsUrl}`);
  await stopped;
  await gateway.close();
}

/** Ways to sign in are loaded only where they are configured. */
async function signInRoutes({ oidc }: StaticConfig): Promise<readonly RouteFactory[]> {
  if (oidc === undefined) return [];
  const { oidcProvider } = await import('./oidc/index.js');
  return [oidcProvider(oidc)];
}

function printApiKey(scopes: string): void {
  const list = scopes.split(',').map((scope) => scope.trim());
  if (list.some((scope) => scope === ''))
    throw new GatewayConfigError('--new-api-key expects scopes such as s3:readonly,s3:admin');
  const { token, entry } = createApiKey({ scopes: list, description: 'describe the holder here' });
  console.log(JSON.stringify({ token, entry }, undefined, 2));
}

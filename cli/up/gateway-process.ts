import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatAddress } from '../../gateway/config/address.js';
import { loadDynamicConfig, loadStaticConfig } from '../../gateway/config/load.js';
import { GATEWAY_NAME } from '../../gateway/label.js';
import { createWire, type Session } from '../../provisioning/index.js';
import { debugRequests } from '../debug.js';
import { runningServer, type ServerProcess, startServerProcess } from './server-process.js';

/** The stack's gateway as a process on loopback. */
export interface StackGateway extends ServerProcess {
  readonly virtualHosts: readonly string[];
  /** The virtual hosts as URLs; their names lead to 127.0.0.1 only where a resolver says so, as for `*.localhost`. */
  readonly hostEndpoints: readonly string[];
}

export async function isGateway(endpoint: string): Promise<boolean> {
  try {
    const response = await fetch(`${endpoint}/healthz`, { signal: AbortSignal.timeout(2000) });
    return response.headers.get('server') === GATEWAY_NAME;
  } catch {
    return false;
  }
}

interface GatewayProcessOptions {
  readonly stackDir: string;
  readonly directory: string;
  readonly port: number;
  readonly upstream: string;
}

/** Virtual hosts of the stack's gateway, if there is one in front of a server that runs elsewhere. */
export function declaredHosts(stackDir: string): readonly string[] {
  const declared = join(stackDir, 'gateway.json');
  return existsSync(declared) ? loadStaticConfig(declared).s3.virtual_hosts : [];
}

/** Whether the stack's gateway takes the server's events, which looks for it at its start. */
export function receivesEvents(stackDir: string): boolean {
  const declared = join(stackDir, 'gateway.json');
  return existsSync(declared) && loadStaticConfig(declared).webhook !== undefined;
}

/** Port at which the gateway of this directory listened the last time: applications know it by that. */
export function lastGatewayPort(directory: string): number | undefined {
  const file = join(directory, 'gateway.json');
  if (!existsSync(file)) return undefined;
  return loadStaticConfig(file).listen_addr.port;
}

/**
 * Runs the gateway that the stack declares, as far as a process on loopback can: hosts, keys and sign-in are the declared ones;
 * address, TLS and rate limits are not. Ends the one that was left running in this directory.
 *
 * @returns undefined if the stack has no gateway in front of a server that runs elsewhere
 */
export async function startGatewayProcess(options: GatewayProcessOptions): Promise<StackGateway | undefined> {
  const { stackDir, directory, port, upstream } = options;
  const declared = join(stackDir, 'gateway.json');
  if (!existsSync(declared)) return undefined;
  await (await runningServer(directory, isGateway))?.stop();
  const { s3, ...config } = loadStaticConfig(declared);
  const dynamic = config.dynamic_config === undefined ? {} : { auth: loadDynamicConfig(config.dynamic_config).auth };
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = (name: string, content: object) => {
    const path = join(directory, name);
    writeFileSync(path, JSON.stringify(content, undefined, 2), { mode: 0o600 });
    return path;
  };
  const path = file('gateway.json', {
    ...config,
    listen_addr: `127.0.0.1:${port}`,
    tls_identity: { type: 'none' },
    ...(config.webhook && { webhook: { ...config.webhook, listen_addr: formatAddress(config.webhook.listen_addr) } }),
    ...(config.metrics && { metrics: { listen_addr: formatAddress(config.metrics.listen_addr) } }),
    dynamic_config: file('dynamic.json', dynamic),
    s3: { ...s3, upstream },
  });
  const started = await startServerProcess({
    directory,
    name: 'gateway',
    args: ['gateway', '--config', path],
    failure: 'the reference gateway did not start',
  });
  const hostEndpoints = s3.virtual_hosts.map((host) => `http://${host}:${port}`);
  return { ...started, virtualHosts: s3.virtual_hosts, hostEndpoints };
}

/** Fewer than the gateway allows one address by default. */
const CONNECTIONS = 64;

/** The same session, but its requests go to a virtual host of the gateway. */
export function throughGateway(session: Session, gateway: StackGateway, host: string): Session {
  const { hostname, port } = new URL(gateway.endpoint);
  const wire = createWire({
    endpoint: `http://${host}:${port}`,
    address: hostname,
    region: session.manifest.server.region,
    connections: CONNECTIONS,
    ...debugRequests(),
  });
  return { ...session, wire, close: () => wire.close() };
}

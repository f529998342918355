import { createServer, type Server } from 'node:http';
import type { Server as TlsServer } from 'node:tls';
import { configIdentityProvider } from './auth/identity.js';
import { formatAddress, type ListenAddress } from './config/address.js';
import { type DynamicConfig, dynamicConfigSchema } from './config/dynamic.js';
import { loadDynamicConfig } from './config/load.js';
import { type Reloading, type ReloadOutcome, reloading } from './config/reloading.js';
import type { StaticConfig } from './config/static.js';
import type { GatewayCore, RouteFactory } from './core.js';
import { clientResolver } from './http/client-address.js';
import { keystoneBridge } from './keystone/bridge.js';
import { GATEWAY_LABEL } from './label.js';
import { type ConnectionLimiter, connectionLimiter } from './limits/connections.js';
import { rateLimiter } from './limits/rate-limiter.js';
import { createListener, listen } from './listener.js';
import { createLog, fileSink, type Log, stdoutSink } from './observe/log.js';
import { createMetrics, type Metrics } from './observe/metrics.js';
import { router } from './router.js';
import { managedCredentials } from './routes/credentials.js';
import { decoy } from './routes/decoy.js';
import { healthz } from './routes/healthz.js';
import { oidcLogin } from './routes/oidc-login.js';
import { s3PassThrough } from './routes/s3-pass-through.js';
import { s3Prefix } from './routes/s3-prefix.js';
import { initialKeyPair, type KeyPair, readKeyPair } from './tls/identity.js';
import { forwarder } from './upstream/forward.js';
import { upstreamPool } from './upstream/pool.js';
import { webhookReceiver } from './webhook/server.js';

export interface GatewayOptions {
  readonly config: StaticConfig;
  /** Shown in the log. */
  readonly version: string;
  /** Further routes, asked before the gateway's own: ways to sign in, an OIDC provider, a Keystone bridge. @default none */
  readonly routes?: readonly RouteFactory[];
  /** @default stdout, or the file of the configuration */
  readonly log?: Log;
}

export interface Gateway {
  /** `http(s)://host:port` of the listener. */
  readonly url: string;
  readonly webhookUrl?: string;
  readonly metricsUrl?: string;
  /** Reads dynamic configuration and certificate now, and opens the log file anew. */
  reload(): void;
  /** Takes nothing new, lets what is under way finish within the drain timeout, then ends. */
  close(): Promise<void>;
}

/** @throws GatewayConfigError if files, addresses or certificates are not what the configuration says */
export async function startGateway({ config, version, routes = [], log: given }: GatewayOptions): Promise<Gateway> {
  const log = given ?? createLog(config.log_file === undefined ? stdoutSink() : fileSink(config.log_file));
  const metrics = createMetrics();
  const report = ({ what, error }: ReloadOutcome) => {
    metrics.reloaded(what, error === undefined);
    log.write('reload', { what, ...(error && { error: error.message, kept: 'the old one' }) });
  };
  const dynamic = followDynamicConfig(config, report);
  const clients = clientResolver(config.trusted_proxies);
  const connections = connectionLimiter(
    () => dynamic.current.rate_limits.max_connections_per_ip,
    clients.isTrusted,
    () => metrics.limited('connections'),
  );
  metrics.observeConnections(() => connections.open);
  let draining = false;
  const pool = upstreamPool(config.s3);
  const core: GatewayCore = {
    config,
    dynamic: () => dynamic.current,
    identities: configIdentityProvider(() => dynamic.current.auth),
    limiter: rateLimiter(() => dynamic.current.rate_limits, metrics.limited),
    pool,
    forwarder: forwarder(pool, config, { retried: metrics.retried }),
    log,
    metrics,
    draining: () => draining,
  };
  const served = [...routes, ...ownRoutes(config)].map((route) => route(core));
  const keyPair = await initialKeyPair(config.tls_identity);
  const server = createListener({
    limits: config.limits,
    keyPair,
    handle: router(core, served, clients),
    admit: connections.admit,
    malformed(code, address) {
      metrics.malformed(code);
      log.write('malformed', { code, client: address });
    },
  });
  const tls = followKeyPair(config, server, report);
  const side = await startSideListeners(config, log, metrics);
  const address = await listen(server, config.listen_addr, 'listen_addr').catch((error: Error) => {
    side.close();
    throw error;
  });
  const url = `${keyPair === undefined ? 'http' : 'https'}://${formatAddress(address)}`;
  log.write('start', { gateway: GATEWAY_LABEL, version, url, upstream: pool.origin.origin });

  return {
    url,
    ...(side.webhook && { webhookUrl: `http://${formatAddress(side.webhook)}` }),
    ...(side.metrics && { metricsUrl: `http://${formatAddress(side.metrics)}/metrics` }),
    reload() {
      dynamic.reload();
      tls?.reload();
      log.reopen();
    },
    async close() {
      draining = true;
      dynamic.stop();
      tls?.stop();
      const cut = await drain(server, connections, config.drain_timeout_secs * 1000);
      for (const route of served) await route.close?.();
      side.close();
      pool.close();
      log.write('stop', { cut });
      await log.close();
    },
  };
}

function ownRoutes({ s3, keystone, managed_credentials: managed }: StaticConfig): RouteFactory[] {
  const { prefix } = s3;
  return [
    ...(s3.oidc_login ? [oidcLogin] : []),
    ...(keystone ? [keystoneBridge(keystone)] : []),
    s3PassThrough,
    healthz,
    ...(prefix ? [(core: GatewayCore) => s3Prefix(core, prefix)] : []),
    ...(managed ? [(core: GatewayCore) => managedCredentials(core, managed)] : []),
    decoy,
  ];
}

function followDynamicConfig(
  { dynamic_config: path }: StaticConfig,
  report: (outcome: ReloadOutcome) => void,
): Reloading<DynamicConfig> {
  if (path === undefined) return { current: dynamicConfigSchema.parse({}), reload() {}, stop() {} };
  return reloading('dynamic configuration', [path], () => loadDynamicConfig(path), report);
}

function followKeyPair(
  { tls_identity: identity }: StaticConfig,
  server: Server,
  report: (outcome: ReloadOutcome) => void,
): Reloading<KeyPair> | undefined {
  if (identity.type !== 'x509') return undefined;
  const adopt = (pair: KeyPair) =>
    (server as unknown as TlsServer).setSecureContext({ ...pair, minVersion: 'TLSv1.2' });
  return reloading('certificate', [identity.cert_file, identity.key_file], () => readKeyPair(identity), report, adopt);
}

interface SideListeners {
  readonly webhook?: ListenAddress;
  readonly metrics?: ListenAddress;
  close(): void;
}

async function startSideListeners(config: StaticConfig, log: Log, metrics: Metrics): Promise<SideListeners> {
  const receiver = config.webhook && (await webhookReceiver(config.webhook, log, metrics));
  const exporter = config.metrics && metricsServer(metrics);
  const [webhook, exported] = await Promise.all([
    receiver && config.webhook && listen(receiver.server, config.webhook.listen_addr, 'webhook.listen_addr'),
    exporter && config.metrics && listen(exporter, config.metrics.listen_addr, 'metrics.listen_addr'),
  ]);
  return {
    ...(webhook && { webhook }),
    ...(exported && { metrics: exported }),
    close() {
      receiver?.close();
      exporter?.close();
      exporter?.closeAllConnections();
    },
  };
}

function metricsServer(metrics: Metrics): Server {
  return createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    metrics.text().then(
      (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
}

/** @returns number of connections that had to be cut */
async function drain(server: Server, connections: ConnectionLimiter, timeoutMs: number): Promise<number> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  let cut = 0;
  const timer = setTimeout(() => {
    cut = connections.open;
    connections.destroyAll();
  }, timeoutMs);
  await closed;
  clearTimeout(timer);
  // The server counts a connection as closed before its requests hear of it, and they have lines to write.
  while (connections.open > 0) await new Promise((resolve) => setImmediate(resolve));
  return cut;
}

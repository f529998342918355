import { JUNK_TOKEN_FORM } from './closed-probe.js';
import { addressOf, type BalancerConfig, checkBalancer } from './model.js';

/**
 * The same as {@link renderNginx} as far as HAProxy can: it repeats requests that fit into its buffer (64 KiB), so a
 * larger PUT that was under way at the moment of a kill can fail. Unlike nginx it asks every gateway each second, and
 * takes out one that answers `GET /` with anything but 403 (open) or STS with anything but 403 (no IAM configuration).
 *
 * @throws Error with every problem of the declaration
 */
export function renderHaproxy(config: BalancerConfig): string {
  checkBalancer(config);
  const { stateDir = '/tmp', connectTimeoutSeconds = 2, readTimeoutSeconds = 300 } = config;
  const bind = (port: number) =>
    `  bind ${config.listen.address.includes(':') ? `[${config.listen.address}]` : config.listen.address}:${port}`;
  return `${[
    'global',
    '  log stdout format raw local0 info',
    `  pidfile ${stateDir}/haproxy.pid`,
    '  # Buffers hold the headers (a session token of 900 groups has 25 kB) and the bodies that can be sent again.',
    '  tune.bufsize 65536',
    '  tune.http.maxhdr 128',
    '  hard-stop-after 60s',
    'defaults',
    '  mode http',
    '  log global',
    '  option forwardfor',
    '  option http-keep-alive',
    `  timeout connect ${connectTimeoutSeconds}s`,
    `  timeout client ${readTimeoutSeconds}s`,
    `  timeout server ${readTimeoutSeconds}s`,
    `  timeout http-request ${readTimeoutSeconds}s`,
    '  timeout check 2s',
    '  # Paths without their query: a query may hold a web identity token or a presigned signature.',
    '  log-format \'{"time":"%tr","method":"%HM","path":"%[capture.req.uri,regsub(\\?.*,),json(utf8s)]","status":"%ST","bytes":"%B","milliseconds":"%Ta","gateway":"%s","gateway_status":"%[var(txn.status)]"}\'',
    'frontend s3',
    bind(config.listen.port),
    '  default_backend gateways',
    'backend gateways',
    '  balance roundrobin',
    '  http-response set-var(txn.status) status',
    '  option http-buffer-request',
    '  option redispatch 1',
    `  retries ${config.gateways.length}`,
    '  # Never 403: see the explanation of the nginx configuration.',
    '  retry-on conn-failure empty-response response-timeout 502 503',
    '  acl is_sts path /',
    '  http-request disable-l7-retry if METH_POST !is_sts',
    '  option httpchk',
    '  http-check connect',
    '  http-check send meth GET uri / ver HTTP/1.1 hdr Host health',
    '  http-check expect status 403',
    '  http-check connect',
    `  http-check send meth POST uri / ver HTTP/1.1 hdr Host health hdr Content-Type application/x-www-form-urlencoded body "${JUNK_TOKEN_FORM}"`,
    '  http-check expect status 403',
    '  default-server check inter 1s fall 2 rise 1 init-addr last,libc,none',
    ...config.gateways.map(({ name, address, down }) => `  server ${name} ${address}${down ? ' disabled' : ''}`),
    ...(config.direct ?? []).flatMap(({ gateway, port }) => [
      `listen direct-${gateway}`,
      bind(port),
      '  retries 0',
      `  server ${gateway} ${addressOf(config, gateway)} init-addr last,libc,none`,
    ]),
  ].join('\n')}\n`;
}

import { addressOf, type BalancerConfig, checkBalancer } from './model.js';

/**
 * The settings that lost no request in 18 kills and restarts (recorded: restart.*, kill.*):
 *
 * - `max_fails=0`: after two quick restarts nginx would take every gateway for dead and answer `no live upstreams`.
 * - request buffering on: a body that has been read can be sent again.
 * - `error timeout http_502 http_503`, but **never `http_403`**: it asks three times for each refused request, and finds
 *   the one gateway that is open (mixed/gw3-open: 30 of 30 instead of 10 of 30).
 * - POST is repeated at `/` only, which is STS: there a repetition does no harm.
 * - `Host $http_host`: `$host` drops the port, and signatures fail [nginx.host-without-port].
 * - 4 x 32k headers: 300 groups make a session token of 9 kB [token-size.300-groups].
 *
 * The log has paths without their query: a query may hold a web identity token or a presigned signature.
 *
 * @throws Error with every problem of the declaration
 */
export function renderNginx(config: BalancerConfig): string {
  checkBalancer(config);
  const { stateDir = '/tmp', accessLog = '/dev/stdout', connectTimeoutSeconds = 2, readTimeoutSeconds = 300 } = config;
  const listen = (port: number) => `    listen ${bracketed(config.listen.address)}:${port};`;
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `  ${kind}_temp_path ${stateDir}/nginx-${kind};`,
  );
  return `${[
    `pid ${stateDir}/nginx.pid;`,
    'error_log stderr warn;',
    'worker_processes auto;',
    '# What a reload waits for: requests that are under way.',
    'worker_shutdown_timeout 60s;',
    'events { worker_connections 4096; }',
    'http {',
    ...temporary,
    '  log_format json escape=json \'{"time":"$time_iso8601","method":"$request_method","path":"$uri","status":"$status",\'',
    '    \'"bytes":"$bytes_sent","seconds":"$request_time","gateway":"$upstream_addr","gateway_status":"$upstream_status"}\';',
    `  access_log ${accessLog} json;`,
    '  client_max_body_size 0;',
    '  client_header_buffer_size 16k;',
    '  large_client_header_buffers 4 32k;',
    '  proxy_http_version 1.1;',
    '  proxy_set_header Connection "";',
    '  proxy_set_header Host $http_host;',
    '  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;',
    '  proxy_set_header X-Forwarded-Proto $scheme;',
    '  proxy_request_buffering on;',
    '  proxy_buffering on;',
    '  proxy_buffer_size 32k;',
    '  proxy_buffers 8 32k;',
    '  proxy_max_temp_file_size 0;',
    `  proxy_connect_timeout ${connectTimeoutSeconds}s;`,
    `  proxy_read_timeout ${readTimeoutSeconds}s;`,
    `  proxy_send_timeout ${readTimeoutSeconds}s;`,
    '  upstream gateways {',
    ...config.gateways.map(({ address, down }) => `    server ${address} max_fails=0${down ? ' down' : ''};`),
    '    keepalive 32;',
    '  }',
    '  server {',
    listen(config.listen.port),
    '    proxy_next_upstream error timeout http_502 http_503;',
    '    location / { proxy_pass http://gateways; }',
    '    location = / {',
    '      proxy_next_upstream error timeout http_502 http_503 non_idempotent;',
    '      proxy_pass http://gateways;',
    '    }',
    '  }',
    ...(config.direct ?? []).flatMap(({ gateway, port }) => [
      '  server {',
      listen(port),
      '    proxy_next_upstream off;',
      `    location / { proxy_pass http://${addressOf(config, gateway)}; }`,
      '  }',
    ]),
    '}',
  ].join('\n')}\n`;
}

const bracketed = (address: string) => (address.includes(':') ? `[${address}]` : address);

import { formatAddress } from '../config/address.js';
import type { DynamicConfig } from '../config/dynamic.js';
import type { StaticConfig } from '../config/static.js';
import { header, productionTarget } from './common.js';
import { protectedPatterns } from './protected-pattern.js';

/**
 * nginx (1.18 or newer) in the place of the reference gateway's pass-through: same hosts, limits and refused paths.
 * nginx answers `Expect: 100-continue` itself, so a refused upload is sent all the same.
 * @throws GatewayConfigError for what nginx cannot take over
 */
export function nginxConfig(config: StaticConfig, dynamic: DynamicConfig): string {
  const { s3, limits, trusted_proxies } = config;
  const { rate_limits } = dynamic;
  const { hosts, upstream, certificate } = productionTarget(config);
  const listen = `${formatAddress(config.listen_addr)}${certificate ? ' ssl' : ''}`;
  const names = hosts.flatMap((host) => (s3.bucket_subdomains ? [host, `*.${host}`] : [host]));
  const rate = rate_limits.requests_per_second;
  return [
    ...header('#', 'nginx'),
    'worker_processes auto;',
    'daemon off;',
    'pid /tmp/cdktf-rustfs-nginx.pid;',
    'error_log stderr warn;',
    `events { worker_connections ${2 * limits.max_connections}; }`,
    'http {',
    '    # The path alone: a query may hold signatures.',
    '    map $request_uri $logged_path { "~^(?<logged>[^?]*)" $logged; }',
    `    log_format s3 '$remote_addr $request_method $logged_path $status $request_length $bytes_sent $request_time';`,
    '    access_log /dev/stdout s3;',
    '    client_body_temp_path /tmp/cdktf-rustfs-nginx-body;',
    '    proxy_temp_path /tmp/cdktf-rustfs-nginx-proxy;',
    '    fastcgi_temp_path /tmp/cdktf-rustfs-nginx-fastcgi;',
    '    uwsgi_temp_path /tmp/cdktf-rustfs-nginx-uwsgi;',
    '    scgi_temp_path /tmp/cdktf-rustfs-nginx-scgi;',
    '    server_tokens off;',
    '    # nginx drops headers with an underscore, such as x-amz-meta-my_key, and with them the signature.',
    '    underscores_in_headers on;',
    `    client_header_timeout ${seconds(limits.header_timeout_secs)};`,
    `    client_body_timeout ${seconds(limits.idle_timeout_secs)};`,
    `    send_timeout ${seconds(limits.idle_timeout_secs)};`,
    `    keepalive_timeout ${seconds(limits.keep_alive_timeout_secs)};`,
    '    reset_timedout_connection on;',
    '    client_header_buffer_size 4k;',
    `    large_client_header_buffers 4 ${limits.max_target_bytes};`,
    `    client_max_body_size ${s3.max_body_bytes ?? 0};`,
    ...trusted_proxies.map((network) => `    set_real_ip_from ${network};`),
    ...(trusted_proxies.length > 0 ? ['    real_ip_header X-Forwarded-For;', '    real_ip_recursive on;'] : []),
    '    limit_conn_zone $binary_remote_addr zone=connections:10m;',
    `    limit_conn connections ${rate_limits.max_connections_per_ip};`,
    '    limit_conn_status 429;',
    ...(rate === undefined
      ? []
      : [
          `    limit_req_zone $binary_remote_addr zone=requests:10m rate=${Math.max(1, Math.round(rate))}r/s;`,
          `    limit_req zone=requests burst=${rate_limits.burst ?? Math.ceil(2 * rate)} nodelay;`,
          '    limit_req_status 429;',
        ]),
    '    map $request_uri $protected {',
    '        default 0;',
    ...protectedPatterns().map((pattern) => `        "~*${pattern.replaceAll('\\', '\\\\')}" 1;`),
    '    }',
    '    upstream rustfs {',
    `        server ${upstream.host}${upstream.port === '' ? `:${upstream.protocol === 'https:' ? 443 : 80}` : ''};`,
    '        keepalive 64;',
    `        keepalive_timeout ${seconds(s3.pool_idle_secs)};`,
    '    }',
    '    server {',
    `        listen ${listen} default_server;`,
    ...tlsLines(certificate),
    '        return 404;',
    '    }',
    '    server {',
    `        listen ${listen};`,
    ...tlsLines(certificate),
    `        server_name ${names.join(' ')};`,
    '        if ($protected) { return 403; }',
    '        location / {',
    `            proxy_pass ${upstream.protocol}//rustfs;`,
    ...(upstream.protocol === 'https:'
      ? [
          `            proxy_ssl_name ${upstream.hostname};`,
          '            proxy_ssl_server_name on;',
          '            proxy_ssl_verify on;',
          `            proxy_ssl_trusted_certificate ${s3.upstream_ca_file ?? '/etc/ssl/certs/ca-certificates.crt'};`,
        ]
      : []),
    '            proxy_http_version 1.1;',
    '            proxy_request_buffering off;',
    '            proxy_buffering off;',
    '            proxy_next_upstream off;',
    `            proxy_connect_timeout ${seconds(s3.connect_timeout_secs)};`,
    `            proxy_read_timeout ${seconds(s3.response_timeout_secs)};`,
    `            proxy_send_timeout ${seconds(limits.idle_timeout_secs)};`,
    '            proxy_pass_header Server;',
    '            proxy_set_header Host $http_host;',
    '            proxy_set_header Connection "";',
    '            proxy_set_header X-Forwarded-For $remote_addr;',
    '            proxy_set_header X-Forwarded-Proto $scheme;',
    '            proxy_set_header X-Forwarded-Host "";',
    '            proxy_set_header Forwarded "";',
    '            proxy_set_header X-Real-IP "";',
    '            proxy_set_header X-Request-Id $request_id;',
    '        }',
    '    }',
    '}',
    '',
  ].join('\n');
}

function tlsLines(certificate: { readonly cert_file: string; readonly key_file: string } | undefined): string[] {
  if (certificate === undefined) return [];
  return [
    `        ssl_certificate ${certificate.cert_file};`,
    `        ssl_certificate_key ${certificate.key_file};`,
    '        ssl_protocols TLSv1.2 TLSv1.3;',
  ];
}

/** nginx knows milliseconds. */
function seconds(value: number): string {
  return `${Math.round(value * 1000)}ms`;
}

import { formatAddress } from '../config/address.js';
import type { DynamicConfig } from '../config/dynamic.js';
import type { StaticConfig } from '../config/static.js';
import { header, productionTarget } from './common.js';
import { protectedPatterns } from './protected-pattern.js';

/**
 * HAProxy (2.6 or newer) in the place of the reference gateway's pass-through: same hosts, limits and refused paths.
 * HAProxy hands `Expect: 100-continue` through to RustFS and leaves path, query and header values as they are.
 * @throws GatewayConfigError for what HAProxy cannot take over
 */
export function haproxyConfig(config: StaticConfig, dynamic: DynamicConfig): string {
  const { s3, limits, trusted_proxies } = config;
  const { rate_limits } = dynamic;
  const { hosts, upstream, certificate } = productionTarget(config);
  const secure = upstream.protocol === 'https:';
  const tls = certificate === undefined ? '' : ` ssl crt ${certificate.cert_file} alpn http/1.1 ssl-min-ver TLSv1.2`;
  const hostAcls = hosts.flatMap((host) => [
    `    acl s3_host req.hdr(host),field(1,:),lower -m str ${host}`,
    ...(s3.bucket_subdomains ? [`    acl s3_host req.hdr(host),field(1,:),lower -m end .${host}`] : []),
  ]);
  const rate =
    rate_limits.requests_per_second === undefined
      ? []
      : [
          '    http-request track-sc1 src',
          `    http-request deny deny_status 429 if { sc_http_req_rate(1) gt ${10 * rate_limits.requests_per_second + (rate_limits.burst ?? 0)} }`,
        ];
  return lines(
    ...header('#', 'HAProxy'),
    ...(certificate
      ? [
          `# HAProxy looks for the key in ${certificate.cert_file} itself, or in ${certificate.cert_file}.key:`,
          `# link ${certificate.key_file} there.`,
        ]
      : []),
    'global',
    '    log stdout format raw local0',
    `    maxconn ${limits.max_connections}`,
    `    tune.bufsize ${limits.max_header_bytes}`,
    `    tune.http.maxhdr ${limits.max_headers}`,
    '',
    'defaults',
    '    mode http',
    '    log global',
    '    # The path alone: a query may hold signatures.',
    '    log-format "%ci %HM %HPO %ST %U %B %Tt %tsc"',
    '    option http-no-delay',
    `    timeout connect ${milliseconds(s3.connect_timeout_secs)}`,
    `    timeout client ${milliseconds(limits.idle_timeout_secs)}`,
    `    timeout server ${milliseconds(s3.response_timeout_secs)}`,
    `    timeout http-request ${milliseconds(limits.header_timeout_secs)}`,
    `    timeout http-keep-alive ${milliseconds(limits.keep_alive_timeout_secs)}`,
    `    timeout client-fin ${milliseconds(limits.idle_timeout_secs)}`,
    '',
    'resolvers system',
    '    parse-resolv-conf',
    '',
    'frontend s3',
    `    bind ${formatAddress(config.listen_addr)}${tls}`,
    '    stick-table type ipv6 size 100k expire 60s store conn_cur,http_req_rate(10s)',
    '    tcp-request connection track-sc0 src',
    `    tcp-request connection reject if { sc_conn_cur(0) gt ${rate_limits.max_connections_per_ip} }${unlessTrusted(trusted_proxies)}`,
    ...hostAcls,
    '    http-request deny deny_status 404 unless s3_host',
    '    http-request deny deny_status 400 if !{ url_beg / }',
    `    http-request return status 414 if { url_len gt ${limits.max_target_bytes} }`,
    ...protectedPatterns().map(
      (pattern) => `    http-request deny deny_status 403 if { path -m reg -i ${quoted(pattern)} }`,
    ),
    ...(s3.max_body_bytes === undefined
      ? []
      : [`    http-request deny deny_status 413 if { req.body_size gt ${s3.max_body_bytes} }`]),
    ...(trusted_proxies.length === 0
      ? []
      : [
          `    acl trusted_proxy src ${trusted_proxies.join(' ')}`,
          '    http-request set-src hdr_ip(x-forwarded-for,-1) if trusted_proxy { req.hdr(x-forwarded-for) -m found }',
        ]),
    ...rate,
    '    http-request del-header x-forwarded- -m beg',
    '    http-request del-header forwarded',
    '    http-request del-header x-real-ip',
    '    http-request set-header X-Forwarded-For %[src]',
    `    http-request set-header X-Forwarded-Proto ${certificate ? 'https' : 'http'}`,
    '    http-request set-header X-Request-Id %[uuid]',
    '    default_backend rustfs',
    '',
    'backend rustfs',
    '    http-reuse safe',
    `    server rustfs ${upstream.hostname}:${upstream.port || (secure ? 443 : 80)}${serverTls(secure, s3.upstream_ca_file)} pool-purge-delay ${milliseconds(s3.pool_idle_secs / 2)} init-addr last,libc,none resolvers system`,
  );
}

function serverTls(secure: boolean, caFile: string | undefined): string {
  return secure ? ` ssl verify required ca-file ${caFile ?? '@system-ca'}` : '';
}

function unlessTrusted(trusted: readonly string[]): string {
  return trusted.length === 0 ? '' : ` !{ src ${trusted.join(' ')} }`;
}

function milliseconds(seconds: number): string {
  return `${Math.round(seconds * 1000)}ms`;
}

/** HAProxy's strong quotes: nothing inside is special. */
function quoted(text: string): string {
  return `'${text}'`;
}

function lines(...text: string[]): string {
  return `${text.join('\n')}\n`;
}

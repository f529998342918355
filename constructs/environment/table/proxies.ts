import { boolean, integer, list, type Section, seconds } from '../model.js';

const LOADER = 'crates/trusted-proxies/src/config/loader.rs';
const CACHE = 'crates/trusted-proxies/src/proxy/validator.rs';
const YEAR = 31_536_000;

const networks = list(
  'addresses and networks such as 172.20.0.2 or 10.1.0.0/28',
  /^(\d{1,3}(\.\d{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)(\/\d{1,3})?$/,
);

export const proxies: Section = {
  title: 'Reverse proxies',
  source: 'crates/trusted-proxies/src/simple.rs, crates/config/src/constants/proxy.rs',
  variables: [
    {
      name: 'RUSTFS_TRUSTED_PROXY_ENABLED',
      setting: 'proxy.trusted',
      value: boolean,
      default: 'true',
      effect:
        'Believes X-Forwarded-For and -Proto of every private address, so aws:SourceIp can be forged by who reaches a published port; with `proxy.networks` of those alone. The construct sets false, and true when a gateway is attached',
    },
    {
      name: 'RUSTFS_TRUSTED_PROXY_IMPLEMENTATION',
      derived: '`settings.proxy.networks`: `legacy` with them, or else `simple`',
      default: 'simple',
      effect: 'Whether a list says which addresses are proxies',
    },
    {
      name: 'RUSTFS_TRUSTED_PROXY_NETWORKS',
      setting: 'proxy.networks',
      value: networks,
      switches: 'RUSTFS_TRUSTED_PROXY_ENABLED',
      default: '127.0.0.1, ::1; read by implementation `legacy` alone',
      betaDefault: 'these and all private networks',
      effect:
        'The only addresses whose X-Forwarded-For and -Proto are believed. The client is the last address that is not one of them; 1.0.0-beta.7 takes IPv6 only in brackets',
      source: LOADER,
    },
    {
      name: 'RUSTFS_TRUSTED_PROXY_{EXTRA_NETWORKS,IPS}',
      prop: 'settings.proxy.networks',
      effect: 'More of them',
      source: LOADER,
    },
    {
      name: 'RUSTFS_TRUSTED_PROXY_MAX_HOPS',
      setting: 'proxy.maxHops',
      value: integer(2),
      default: '10',
      needs: 'proxy.networks',
      effect:
        'Addresses in X-Forwarded-For and that of the proxy; a request with more of them counts as one of the proxy itself',
      source: 'crates/trusted-proxies/src/proxy/chain.rs',
    },
    {
      name: 'RUSTFS_TRUSTED_PROXY_ENABLE_RFC7239',
      setting: 'proxy.forwardedHeader',
      value: boolean,
      default: 'true; the construct sets false',
      needs: 'proxy.networks',
      effect:
        'Believes the header Forwarded, and before X-Forwarded-For: safe only behind proxies that replace that of the client',
      source: CACHE,
    },
    {
      name: 'RUSTFS_TRUSTED_PROXY_VALIDATION_MODE',
      not: 'only the default finds the client: `lenient` believes the address that the client itself wrote, and `strict` takes every client that is no proxy for the proxy',
      default: 'hop_by_hop',
      effect: 'Which address of X-Forwarded-For is the client',
      source: 'crates/trusted-proxies/src/proxy/chain.rs',
    },
    {
      name: 'RUSTFS_TRUSTED_PROXY_CHAIN_CONTINUITY_CHECK',
      not: 'the check cannot fail: the addresses that it compares are always the end of the list that it compares them with',
      default: 'true',
      effect: 'Compares the proxies with X-Forwarded-For',
      source: 'crates/trusted-proxies/src/proxy/chain.rs',
    },
    {
      name: 'RUSTFS_TRUSTED_PROXY_PRIVATE_NETWORKS',
      setting: 'proxy.warnNetworks',
      value: networks,
      default: '10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fd00::/8',
      needs: 'proxy.networks',
      effect: 'Addresses whose requests the log warns of when they are no proxies; they are not trusted',
      source: CACHE,
    },
    {
      name: 'RUSTFS_TRUSTED_PROXY_CACHE_CAPACITY',
      setting: 'proxy.cachedAddresses',
      value: integer(0),
      default: '10000',
      needs: 'proxy.networks',
      effect: 'Addresses of proxies that are remembered as such; 0: none',
      source: CACHE,
    },
    {
      name: 'RUSTFS_TRUSTED_PROXY_CACHE_TTL_SECONDS',
      setting: 'proxy.cacheSeconds',
      value: seconds(0, YEAR),
      default: '300',
      needs: 'proxy.networks',
      effect: 'How long; 0: not at all',
      source: CACHE,
    },
    {
      name: 'RUSTFS_TRUSTED_PROXY_CACHE_CLEANUP_INTERVAL',
      setting: 'proxy.cacheCleanupSeconds',
      value: seconds(0, YEAR),
      default: '60',
      needs: 'proxy.networks',
      effect: 'Pause between two clean-ups of them; 0: none',
      source: CACHE,
    },
    {
      name: 'RUSTFS_TRUSTED_PROXY_METRICS_ENABLED',
      setting: 'proxy.metrics',
      value: boolean,
      default: 'true',
      needs: 'proxy.networks',
      effect: 'Counts requests of proxies, and those whose X-Forwarded-For was refused',
      source: 'crates/trusted-proxies/src/global.rs',
    },
    {
      name: 'RUSTFS_TRUSTED_PROXY_{LOG_LEVEL,LOG_FAILED_VALIDATIONS,STRUCTURED_LOGGING,TRACING_ENABLED}',
      not: 'RustFS reads the value and does nothing by it; at most it logs it',
      effect: 'Logs of requests of proxies',
      source: LOADER,
    },
    {
      name: 'RUSTFS_TRUSTED_PROXY_CLOUD_{METADATA_ENABLED,METADATA_TIMEOUT,PROVIDER_FORCE}',
      not: 'RustFS reads and logs the value, and asks no cloud for addresses',
      effect: 'Addresses of the proxies of a cloud',
      source: LOADER,
    },
    {
      name: 'RUSTFS_TRUSTED_PROXY_CLOUDFLARE_IPS_ENABLED',
      not: 'RustFS reads and logs the value, and knows no addresses of Cloudflare; list them in settings.proxy.networks',
      default: 'false',
      effect: 'Addresses of the proxies of Cloudflare',
      source: LOADER,
    },
  ],
};

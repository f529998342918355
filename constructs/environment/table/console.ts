import { boolean, integer, origins, type Section, seconds, text, url } from '../model.js';

export const consoleSection: Section = {
  title: 'Console and CORS',
  source: 'crates/config/src/constants/console.rs',
  variables: [
    { name: 'RUSTFS_CONSOLE_ENABLE', prop: 'console', default: 'true', effect: 'Serves the console' },
    {
      name: 'RUSTFS_CONSOLE_ADDRESS',
      not: 'the container always listens at port 9001; `consolePort` and `bindAddress` say what the host publishes',
      default: ':9001',
      effect: 'Listener of the console, which also serves the whole S3 and admin API',
      source: 'crates/config/src/constants/app.rs',
    },
    {
      name: 'RUSTFS_CONSOLE_PREFIX',
      setting: 'console.prefix',
      value: text('an absolute path such as /rustfs/console', /^(\/[\w.-]+)+$/),
      only: '1.0.1',
      default: '/rustfs/console',
      effect: 'Path of the console',
      source: 'crates/config/src/constants/app.rs',
    },
    {
      name: 'RUSTFS_CONSOLE_CORS_ALLOWED_ORIGINS',
      setting: 'console.corsAllowedOrigins',
      value: origins,
      default: '* (image)',
      effect: 'Origins whose pages may call the console',
    },
    {
      name: 'RUSTFS_CONSOLE_AUTH_TIMEOUT',
      setting: 'console.sessionSeconds',
      value: seconds(60),
      default: '3600',
      effect: 'Length of a console session',
    },
    {
      name: 'RUSTFS_CONSOLE_RATE_LIMIT_RPM',
      setting: 'console.requestsPerMinute',
      value: integer(1),
      only: '1.0.1',
      otherwise: 'logs the number and limits nothing',
      switches: 'RUSTFS_CONSOLE_RATE_LIMIT_ENABLE',
      default: '100',
      effect: 'Console requests of one client address',
    },
    {
      name: 'RUSTFS_CONSOLE_RATE_LIMIT_ENABLE',
      derived: '`settings.console.requestsPerMinute`',
      only: '1.0.1',
      otherwise: 'logs it and limits nothing',
      default: 'false',
      effect: 'Switches that limit on',
    },
    {
      name: 'RUSTFS_BROWSER_REDIRECT_URL',
      setting: 'console.redirectUrl',
      value: url,
      only: '1.0.1',
      otherwise: 'builds it from the Host header',
      effect: 'Origin that browsers return to after a sign-in',
      source: 'crates/config/src/constants/app.rs',
    },
    {
      name: 'RUSTFS_CORS_ALLOWED_ORIGINS',
      setting: 'cors.allowedOrigins',
      value: origins,
      effect: 'Origins whose pages may call S3, on all buckets; CORS of a single bucket is a prop of `Bucket`',
    },
  ],
};

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
        'Believes X-Forwarded-For and -Proto of every private address, so aws:SourceIp can be forged by who reaches a published port. The construct sets false, and true when a gateway is attached',
    },
    {
      name: 'RUSTFS_TRUSTED_PROXY_IMPLEMENTATION',
      not: 'mode `legacy` would honour the networks below, but believes them by the same private ranges; `simple` behind a gateway on a network of its own trusts nobody else',
      default: 'simple',
      effect: 'Which addresses count as proxies',
    },
    {
      name: 'RUSTFS_TRUSTED_PROXY_{NETWORKS,EXTRA_NETWORKS,IPS,PRIVATE_NETWORKS}',
      not: 'have no effect in mode `simple`',
      effect: 'Addresses of proxies',
    },
    {
      name: 'RUSTFS_TRUSTED_PROXY_{MAX_HOPS,VALIDATION_MODE,ENABLE_RFC7239,CHAIN_CONTINUITY_CHECK}',
      not: 'have no effect in mode `simple`',
      effect: 'How chains of proxies are checked',
    },
    {
      name: 'RUSTFS_TRUSTED_PROXY_*',
      not: 'have no effect in mode `simple`',
      effect: 'Caches, logs and cloud address lists of mode `legacy`',
    },
    {
      name: 'RUSTFS_APPSETTING_WEBSITE_SITE_NAME',
      not: 'read only where RustFS would detect its cloud, which nothing in it does',
      effect: 'Marks Azure App Service',
      source: 'crates/trusted-proxies/src/cloud/detector.rs',
    },
  ],
};

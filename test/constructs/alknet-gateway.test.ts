import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, TerraformStack, Testing } from 'cdktf';
import { describe, expect, test } from 'vitest';
import {
  AlknetGateway,
  type AlknetGatewayProps,
  KeystoneBridge,
  RustFs,
  type RustFsProps,
} from '../../constructs/index.js';
import { loadStaticConfig } from '../../gateway/index.js';

const HASH = `sha256:${'0'.repeat(64)}`;
const key = (prefix: string, description: string) => ({ prefix, hash: HASH, scopes: ['s3:readonly'], description });
const CREDENTIAL = { accessKeyFile: 'secrets/gw/access-key', secretKeyFile: 'secrets/gw/secret-key' };

const stack = () => new TerraformStack(new App({ outdir: Testing.app().outdir }), 'test');

function declare(props: Partial<AlknetGatewayProps> = {}, server: RustFsProps = {}) {
  const scope = stack();
  const rustfs = new RustFs(scope, 'rustfs', server);
  const gateway = new AlknetGateway(scope, 'gateway', {
    ...{ server: rustfs, virtualHosts: ['s3.example.com'], tls: { type: 'selfSigned' } },
    ...props,
  });
  return { scope, rustfs, gateway };
}

interface Container {
  readonly name: string;
  readonly image: string;
  readonly env?: string[];
  readonly command?: string[];
  readonly ports?: object[];
  readonly networks_advanced?: { name: string; aliases?: string[] }[];
  readonly upload?: { file: string; content?: string; source?: string }[];
  readonly depends_on?: string[];
  readonly labels?: { label: string; value: string }[];
}

function synthesized(scope: TerraformStack) {
  const text = Testing.synth(scope);
  const { resource } = JSON.parse(text) as {
    resource: {
      docker_container: Record<string, Container>;
      docker_network: Record<string, { name: string; internal?: boolean }>;
    };
  };
  const containers = Object.values(resource.docker_container);
  const named = (name: string) => containers.find((one) => one.name === name);
  return { text, named, networks: Object.values(resource.docker_network) };
}

/** Messages of one kind that synthesis prints for a construct. */
const said = (gateway: AlknetGateway, type: 'info' | 'warn') =>
  gateway.node.metadata.filter((entry) => entry.type === `@cdktf/${type}`).map(({ data }) => data as string);

describe('in front of a RustFS container', () => {
  test('RustFS keeps the port that provisioning needs, on loopback, and shares an internal network with the gateway alone', () => {
    const { scope } = declare();
    const { named, networks } = synthesized(scope);
    const server = named('test-rustfs');
    const gateway = named('test-gateway');
    expect(server?.ports).toEqual([{ internal: 9000, external: 9000, ip: '127.0.0.1' }]);
    expect(gateway?.ports).toEqual([{ internal: 443, external: 443, ip: '127.0.0.1' }]);
    expect(networks.filter(({ internal }) => internal).map(({ name }) => name)).toEqual(['test-gateway-internal']);
    const shared = server?.networks_advanced?.[1]?.name;
    expect(shared).toContain('gateway_Internal');
    expect(server?.networks_advanced?.[1]?.aliases).toEqual(['rustfs']);
    expect(gateway?.networks_advanced).toEqual([
      { name: expect.stringContaining('gateway_Network'), aliases: ['s3.example.com'] },
      { name: shared },
    ]);
    expect(gateway?.depends_on).toEqual(['terraform_data.provisioning']);
    expect(gateway?.labels).toContainEqual({
      label: 'cdktf-rustfs.gateway',
      value: 'reference (not an alknet node)',
    });
  });

  test('the configuration is uploaded by content and secrets by path', () => {
    const { scope } = declare({
      apiKeys: [{ ...key('alk_Ab3d', 'reporting'), expiresAt: 1_900_000_000 }],
      prefix: CREDENTIAL,
      tls: { type: 'x509', certFile: 'tls/gw.crt', keyFile: 'tls/gw.key' },
      port: 8443,
    });
    const upload = synthesized(scope).named('test-gateway')?.upload ?? [];
    const document = (file: string) => JSON.parse(upload.find((one) => one.file === file)?.content ?? '') as unknown;
    expect(document('/etc/gateway/gateway.json')).toEqual({
      listen_addr: '0.0.0.0:8443',
      tls_identity: { type: 'x509', cert_file: '/etc/gateway/tls.crt', key_file: '/etc/gateway/tls.key' },
      dynamic_config: '/etc/gateway/dynamic.json',
      s3: {
        upstream: 'http://rustfs:9000',
        virtual_hosts: ['s3.example.com'],
        bucket_subdomains: false,
        prefix: {
          credential: { access_key_file: '/etc/gateway/access-key', secret_key_file: '/etc/gateway/secret-key' },
          region: 'us-east-1',
          expose_admin: false,
        },
      },
      trusted_proxies: [],
    });
    expect(document('/etc/gateway/dynamic.json')).toEqual({
      auth: { api_keys: [{ ...key('alk_Ab3d', 'reporting'), expires_at: 1_900_000_000 }] },
      rate_limits: {},
    });
    const sources = upload.map(({ file, source }) => [file, source?.replace(/^\$\{path\.module\}\/(\.\.\/)*/, '')]);
    expect(sources.filter(([, source]) => source?.match(/^(.*\/)?(secrets|tls)\//))).toEqual([
      ['/etc/gateway/tls.crt', expect.stringMatching(/tls\/gw\.crt$/)],
      ['/etc/gateway/tls.key', expect.stringMatching(/tls\/gw\.key$/)],
      ['/etc/gateway/access-key', expect.stringMatching(/secrets\/gw\/access-key$/)],
      ['/etc/gateway/secret-key', expect.stringMatching(/secrets\/gw\/secret-key$/)],
    ]);
    expect(upload.find(({ file }) => file.endsWith('gateway.mjs'))?.source).toMatch(/dist\/gateway\/gateway\.mjs$/);
  });

  test('RustFS learns the hosts only for bucket subdomains, with ports where its version compares them', () => {
    const environment = (props: Partial<AlknetGatewayProps>, server: RustFsProps = {}) =>
      (synthesized(declare(props, server).scope).named('test-rustfs')?.env ?? []).filter((entry) =>
        /DOMAINS|PROXY/.test(entry),
      );
    expect(environment({})).toEqual(['RUSTFS_TRUSTED_PROXY_ENABLED=true']);
    const subdomains = { bucketSubdomains: true, port: 8443 };
    expect(environment(subdomains)[1]).toBe('RUSTFS_SERVER_DOMAINS=s3.example.com,rustfs');
    expect(environment(subdomains, { version: '1.0.0-beta.7' })[1]).toBe(
      'RUSTFS_SERVER_DOMAINS=s3.example.com,s3.example.com:8443,rustfs',
    );
  });

  test('outputs, and what synthesis says', () => {
    const { gateway } = declare({ port: 8443, virtualHosts: ['s3.example.com', 's3.test'] });
    expect(gateway).toMatchObject({
      endpoint: 'https://127.0.0.1:8443',
      healthUrl: 'https://127.0.0.1:8443/healthz',
      virtualHosts: ['s3.example.com', 's3.test'],
      s3Endpoints: ['https://s3.example.com:8443', 'https://s3.test:8443'],
    });
    expect(said(gateway, 'info').slice(0, 3)).toEqual([
      'runs the cdktf-rustfs reference gateway, a stand-in: there is no alknet gateway to run today',
      '/healthz, API keys, scopes, decoy: reference stand-in (alknet itself: library)',
      'TLS by files or self-signed, drain: reference stand-in (alknet itself: library)',
    ]);
    expect(said(gateway, 'warn')).toEqual([]);
    const open = declare({ tls: { type: 'none' }, bindAddress: '0.0.0.0' }).gateway;
    expect([open.endpoint, open.s3Endpoints]).toEqual(['http://127.0.0.1', ['http://s3.example.com']]);
    expect(said(open, 'warn')).toEqual([
      'tls none at 0.0.0.0: tokens and objects travel in clear; use tls x509, or a load balancer that ends TLS in front',
    ]);
  });

  test('another image vouches for itself', () => {
    const implementation = AlknetGateway.custom({
      image: 'registry.example/gateway:1.0.0',
      command: ['serve'],
      capabilities: ['tls', 's3-passthrough'],
    });
    const { gateway, scope } = declare({ implementation });
    const container = synthesized(scope).named('test-gateway');
    expect(container?.command).toEqual(['serve']);
    expect(container?.upload?.map(({ file }) => file)).toEqual([
      '/etc/gateway/gateway.json',
      '/etc/gateway/dynamic.json',
    ]);
    expect(said(gateway, 'info')[0]).toBe(
      'runs registry.example/gateway:1.0.0; what it can do is what the stack says, and was not checked',
    );
    expect(gateway.capabilityReport().filter(({ here }) => here !== 'not available')).toEqual([
      {
        capability: 'tls',
        feature: 'TLS by files or self-signed, drain',
        alknet: 'library',
        here: 'custom image, not checked',
      },
      {
        capability: 's3-passthrough',
        feature: 'S3 by virtual host',
        alknet: 'nothing',
        here: 'custom image, not checked',
      },
    ]);
    expect(() => AlknetGateway.custom({ image: 'alknet/alknet:latest', capabilities: [] })).toThrow(
      new Error(
        'invalid image (value: alknet/alknet:latest): expected a pinned tag or digest, such as registry.example/gateway:1.0.0',
      ),
    );
  });

  test('takes the Keystone bridge with its files', () => {
    const scope = stack();
    const keystone = new KeystoneBridge(scope, 'bridge', {
      authUrl: 'https://keystone.example:5000',
      serviceUser: { username: 'gateway', passwordFile: 'secrets/keystone/password' },
      credential: { accessKeyFile: 'secrets/bridge/access-key', secretKeyFile: 'secrets/bridge/secret-key' },
    });
    const server = new RustFs(scope, 'rustfs');
    const tls = { type: 'selfSigned' } as const;
    new AlknetGateway(scope, 'gateway', { server, tls, virtualHosts: ['s3.example.com'], keystone });
    const upload = synthesized(scope).named('test-gateway')?.upload ?? [];
    expect(upload.map(({ file }) => file)).toEqual([
      '/etc/gateway/gateway.mjs',
      '/etc/gateway/gateway.json',
      '/etc/gateway/dynamic.json',
      '/etc/gateway/keystone/service-password',
      '/etc/gateway/keystone/access-key',
      '/etc/gateway/keystone/secret-key',
    ]);
    expect(JSON.parse(upload[1]?.content ?? '')).toMatchObject({
      keystone: { auth_url: 'https://keystone.example:5000' },
    });
  });
});

test('in front of a server elsewhere it is a configuration for a process, which the gateway itself can load', () => {
  const app = Testing.app({ fakeCdktfJsonPath: false });
  const scope = new TerraformStack(app, 'test');
  const server = RustFs.external(scope, 'rustfs', { endpoint: 'http://127.0.0.1:9900' });
  new AlknetGateway(scope, 'gateway', {
    ...{ server, virtualHosts: ['s3.example.com'], tls: { type: 'none' }, port: 8080, prefix: CREDENTIAL },
    apiKeys: [key('alk_Ab3d', 'reporting')],
  });
  app.synth();
  const directory = join(app.outdir, 'stacks', 'test');
  expect(readFileSync(join(directory, 'cdk.tf.json'), 'utf8')).not.toContain('docker');
  expect(loadStaticConfig(join(directory, 'gateway.json'))).toMatchObject({
    listen_addr: { host: '127.0.0.1', port: 8080 },
    dynamic_config: join(directory, 'gateway-dynamic.json'),
    s3: {
      upstream: 'http://127.0.0.1:9900',
      prefix: {
        credential: {
          access_key_file: join(process.cwd(), CREDENTIAL.accessKeyFile),
          secret_key_file: join(process.cwd(), CREDENTIAL.secretKeyFile),
        },
      },
    },
  });
});

describe('is refused', () => {
  const only = AlknetGateway.custom({ image: 'registry.example/gateway:1.0.0', capabilities: ['s3-passthrough'] });

  test.each<readonly [Partial<AlknetGatewayProps>, string]>([
    [
      { virtualHosts: [] },
      '✖ virtualHosts is empty and there is no prefix: nothing of RustFS would be reachable; name a host such as s3.example.com',
    ],
    [
      { virtualHosts: ['10.0.0.1'] },
      '✖ virtualHosts has 10.0.0.1: expected a host name, because its own routes answer at the address',
    ],
    [
      { virtualHosts: ['s3.example.com:8443'] },
      '✖ expected a host name without port\n  → at tls_identity.names[0]\n✖ expected a host name without port\n  → at s3.virtual_hosts[0]',
    ],
    [{ virtualHosts: ['s3.test', 's3.test'] }, '✖ virtualHosts has s3.test twice'],
    [
      { virtualHosts: ['example.com', 's3.example.com'], bucketSubdomains: true },
      '✖ virtualHosts has s3.example.com below example.com: with bucketSubdomains RustFS refuses to start; leave one of them out',
    ],
    [
      { prefix: CREDENTIAL, apiKeys: [key('alk_Ab3d', 'reporting'), key('alk_Ab3d', 'billing')] },
      '✖ apiKeys has the prefix alk_Ab3d for reporting and billing: alknet finds a key by it, so only the first would work; make a new key for the other',
    ],
    [
      { prefix: CREDENTIAL, apiKeys: [key('alk_A', 'reporting')] },
      '✖ expected alk_ and four letters or digits\n  → at auth.api_keys[0].prefix',
    ],
    [
      { prefix: CREDENTIAL },
      '✖ prefix opens /s3/* for API keys, but apiKeys is empty: make one with cdktf-rustfs gateway --new-api-key s3:readonly',
    ],
    [
      { apiKeys: [key('alk_Ab3d', 'reporting')] },
      '✖ apiKeys are for /s3/*, but there is no prefix with a credential to sign with (SigV4 breaks when a path prefix is cut off)',
    ],
    [
      { implementation: only, rateLimits: { maxAuthAttempts: 3 } },
      '✖ tls selfSigned needs the capability tls, which the custom implementation does not have (it has: s3-passthrough)\n' +
        '✖ rateLimits needs the capability rate-limit, which the custom implementation does not have (it has: s3-passthrough)',
    ],
    [
      { implementation: only, tls: { type: 'none' }, oidcLogin: true },
      '✖ tls none needs the capability plain-http, which the custom implementation does not have (it has: s3-passthrough)\n' +
        '✖ oidcLogin needs the capability oidc-login, which the custom implementation does not have (it has: s3-passthrough)',
    ],
    [
      { virtualHosts: [], prefix: CREDENTIAL, apiKeys: [key('alk_Ab3d', 'reporting')], oidcLogin: true },
      '✖ oidcLogin is served at the virtual hosts, which are none: name a host such as s3.example.com',
    ],
    [
      { trustedProxies: ['everybody'] },
      '✖ expected an address or a network such as 10.0.0.0/8\n  → at trusted_proxies[0]',
    ],
  ])('%j', (props, problems) => {
    expect(() => declare(props)).toThrow(new Error(`AlknetGateway gateway is not valid:\n${problems}`));
  });

  test('a second one in the stack', () => {
    const { scope, rustfs } = declare();
    const props: AlknetGatewayProps = { server: rustfs, virtualHosts: ['s3.test'], tls: { type: 'none' } };
    expect(() => new AlknetGateway(scope, 'second', props)).toThrow(
      new Error('AlknetGateway second is not valid:\n✖ stack test has one already: give each a stack of its own'),
    );
  });

  test('a RustFS whose ports lead past it', () => {
    expect(() => declare({}, { bindAddress: '0.0.0.0', consolePort: 9001 })).toThrow(
      new Error(
        'AlknetGateway gateway cannot be in front of RustFs rustfs:\n' +
          '✖ its bindAddress is 0.0.0.0, which leads past the gateway: leave it out, so that it is 127.0.0.1\n' +
          '✖ its consolePort is 9001, which leads past the gateway: leave it out',
      ),
    );
  });
});

test('the capability report is the table of docs/alknet.md', () => {
  const documented = readFileSync(new URL('../../docs/alknet.md', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim().replaceAll('`', ''))
        .slice(1, -1),
    );
  const report = declare().gateway.capabilityReport();
  expect(documented).toEqual(
    report.map(({ capability, feature, alknet, here }) => [capability, feature.replaceAll('`', ''), alknet, here]),
  );
  expect(report.filter(({ here }) => here === 'not available').map(({ capability }) => capability)).toEqual([
    'acme',
    'alk-call',
  ]);
});

/** What the gateway is beside a pass-through: OpenID provider, receiver of events, source of credentials. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { provider } from '@cdktf/provider-docker';
import { TerraformStack, Testing } from 'cdktf';
import { describe, expect, test } from 'vitest';
import {
  AlknetGateway,
  type AlknetGatewayProps,
  Bucket,
  type IRustFs,
  OidcClaim,
  RustFs,
  type RustFsProps,
  ServiceUser,
} from '../../constructs/index.js';
import { loadDynamicConfig, loadStaticConfig } from '../../gateway/index.js';
import { readGatewaySecrets } from '../../gateway/prepare/secrets.js';
import type { Manifest } from '../../manifest/index.js';

const AUDITOR = { name: 'auditor', scopes: ['s3:team'] };
const PROVIDER = { hostname: 'id.example.com', policies: { 's3:team': ['team-reports'] } };
const PLAIN = { tls: { type: 'none' }, port: 8080, virtualHosts: ['s3.example.com'] } as const;

interface World {
  readonly scope: TerraformStack;
  readonly server: IRustFs;
  readonly gateway: AlknetGateway;
  /** Synthesizes, validations included. */
  readonly written: () => { readonly manifest: Manifest; readonly terraform: Terraform; readonly directory: string };
}

interface Terraform {
  readonly text: string;
  container(name: string): Container;
  readonly data: Readonly<Record<string, { depends_on?: string[]; provisioner?: object[] }>>;
}

interface Container {
  readonly env: string[];
  readonly command?: string[];
  readonly entrypoint?: string[];
  readonly networks_advanced: { name: string; aliases?: string[] }[];
  readonly upload: { file: string; content?: string; source?: string }[];
  readonly volumes?: object[];
  readonly depends_on?: string[];
  readonly lifecycle?: object;
}

function world(
  props: Partial<AlknetGatewayProps> | ((server: IRustFs, scope: TerraformStack) => Partial<AlknetGatewayProps>),
  server: RustFsProps | { readonly endpoint: string } = {},
): World {
  const app = Testing.app({ fakeCdktfJsonPath: false });
  const scope = new TerraformStack(app, 'test');
  if (!('endpoint' in server)) new provider.DockerProvider(scope, 'docker');
  const rustfs = 'endpoint' in server ? RustFs.external(scope, 'rustfs', server) : new RustFs(scope, 'rustfs', server);
  const given = typeof props === 'function' ? props(rustfs, scope) : props;
  const gateway = new AlknetGateway(scope, 'gateway', { server: rustfs, ...PLAIN, ...given });
  return {
    ...{ scope, server: rustfs, gateway },
    written() {
      app.synth();
      const directory = join(app.outdir, 'stacks', 'test');
      const text = readFileSync(join(directory, 'cdk.tf.json'), 'utf8');
      const { resource } = JSON.parse(text) as {
        resource: {
          docker_container?: Record<string, Container & { name: string }>;
          terraform_data: Terraform['data'];
        };
      };
      const containers = Object.values(resource.docker_container ?? {});
      return {
        directory,
        manifest: JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as Manifest,
        terraform: {
          text,
          data: resource.terraform_data,
          container: (name) => containers.find((one) => one.name === name) as Container,
        },
      };
    },
  };
}

/** Lets who has the scope s3:team read the bucket reports. */
function grantTeam({ scope, server, gateway }: World): void {
  const claim = new OidcClaim(scope, 'team-reports', { server, provider: gateway.oidcProvider() });
  new Bucket(scope, 'reports', { server }).grantRead(claim);
}

describe('as OpenID provider in front of a container', () => {
  test('RustFS trusts it by the same URL as browsers, and starts after it', () => {
    const made = world({ apiKeys: [AUDITOR], openIdProvider: PROVIDER });
    grantTeam(made);
    const { terraform, manifest } = made.written();
    const [server, gateway] = [terraform.container('test-rustfs'), terraform.container('test-gateway')];
    expect(server.env.filter((entry) => /OPENID|ORIGINS/.test(entry))).toEqual([
      'RUSTFS_IDENTITY_OPENID_ENABLE_alknet=on',
      'RUSTFS_IDENTITY_OPENID_CONFIG_URL_alknet=http://id.example.com:8080/.well-known/openid-configuration',
      'RUSTFS_IDENTITY_OPENID_CLIENT_ID_alknet=rustfs',
      'RUSTFS_IDENTITY_OPENID_SCOPES_alknet=openid,profile,email,groups',
      'RUSTFS_IDENTITY_OPENID_GROUPS_CLAIM_alknet=policy',
      'RUSTFS_IDENTITY_OPENID_CLAIM_NAME_alknet=policy',
      'RUSTFS_IDENTITY_OPENID_USERNAME_CLAIM_alknet=sub',
      'RUSTFS_OUTBOUND_ALLOW_ORIGINS=http://id.example.com:8080',
    ]);
    expect(made.gateway.oidcIssuer).toBe('http://id.example.com:8080');
    expect(manifest.oidc?.providers.map(({ issuer, clientId }) => [issuer, clientId])).toEqual([
      ['http://id.example.com:8080', 'rustfs'],
    ]);
    expect(gateway.networks_advanced.map(({ aliases }) => aliases)).toEqual([
      ['s3.example.com', 'id.example.com'],
      ['gateway', 'id.example.com'],
    ]);
    const gatewayResource = server.depends_on?.find((name) => name.startsWith('docker_container.gateway_Gateway'));
    expect(gatewayResource).toBeDefined();
    expect(gateway.depends_on).toEqual([expect.stringMatching(/^docker_container\.gateway_PrepareState/)]);
    expect(gateway.lifecycle).toEqual({
      replace_triggered_by: [expect.stringMatching(/^terraform_data\.gateway_Secrets/)],
    });
    expect(gateway.volumes).toEqual([
      { container_path: '/var/lib/gateway', volume_name: expect.stringContaining('gateway_State') },
    ]);
  });

  test('keys are made before it starts, from files that Terraform knows by path', () => {
    const made = world({ apiKeys: [AUDITOR], openIdProvider: PROVIDER });
    grantTeam(made);
    const { terraform, directory } = made.written();
    const { upload } = terraform.container('test-gateway');
    const sources = upload.flatMap(({ file, source }) =>
      source === undefined || file.endsWith('.mjs') ? [] : [[file, source.replace(/^.*(?=secrets\/)/, '')]],
    );
    expect(sources).toEqual([
      ['/etc/gateway/dynamic.json', 'secrets/test/gateway/dynamic.json'],
      ['/etc/gateway/oidc-keys.json', 'secrets/test/gateway/oidc-keys.json'],
    ]);
    const config = JSON.parse(upload.find(({ file }) => file.endsWith('gateway.json'))?.content ?? '') as object;
    expect(config).toMatchObject({
      dynamic_config: '/etc/gateway/dynamic.json',
      oidc: {
        issuer: 'http://id.example.com:8080',
        state_dir: '/var/lib/gateway/oidc',
        keys_file: '/etc/gateway/oidc-keys.json',
        clients: [{ client_id: 'rustfs', redirect_uris: [], token_exchange: true }],
        policies: { 's3:team': ['team-reports'] },
      },
    });
    expect(readGatewaySecrets(join(directory, 'gateway-secrets.json'))).toMatchObject({
      directory: 'secrets/test/gateway',
      api_keys: [{ name: 'auditor', scopes: ['s3:team'], description: 'auditor' }],
      oidc_keys: true,
      webhook_token: false,
      users: [],
    });
    expect(made.gateway.apiKeyFile('auditor')).toBe('secrets/test/gateway/api-keys/auditor');
  });

  test('a private authority reaches RustFS as a file', () => {
    const tls = { type: 'x509', certFile: 'tls/gw.crt', keyFile: 'tls/gw.key' } as const;
    const openIdProvider = { ...PROVIDER, caFile: 'tls/ca.pem' };
    const made = world({ tls, apiKeys: [AUDITOR], openIdProvider });
    grantTeam(made);
    const { env, upload } = made.written().terraform.container('test-rustfs');
    expect(env).toContain('RUSTFS_EXTRA_CA_CERT=/etc/rustfs/gateway-ca.pem');
    expect(upload.find(({ file }) => file === '/etc/rustfs/gateway-ca.pem')?.source).toMatch(/tls\/ca\.pem$/);
  });

  test('what identities can claim has to be declared', () => {
    const made = world({ apiKeys: [AUDITOR], openIdProvider: PROVIDER });
    const other = new OidcClaim(made.scope, 'others', { server: made.server, provider: made.gateway.oidcProvider() });
    new Bucket(made.scope, 'reports', { server: made.server }).grantRead(other);
    expect(() => made.written()).toThrow(
      "[test/gateway] openIdProvider gives team-reports for the scope s3:team, but no OidcClaim declares what that is: new OidcClaim(this, 'team-reports', { server, provider: gateway.oidcProvider() })",
    );
    expect(() => world({}).gateway.oidcProvider()).toThrow(
      new Error('AlknetGateway gateway is no OpenID provider: give it openIdProvider'),
    );
  });
});

describe('as receiver of events', () => {
  test('RustFS is told the target on the internal network, and its token by file', () => {
    const made = world({ webhooks: {} });
    new Bucket(made.scope, 'inbox', { server: made.server }).notify(made.gateway.eventTarget(), {
      events: ['s3:ObjectCreated:*'],
    });
    const { terraform, manifest } = made.written();
    const server = terraform.container('test-rustfs');
    expect(server.env.filter((entry) => /NOTIFY|ORIGINS/.test(entry))).toEqual([
      'RUSTFS_NOTIFY_ENABLE=true',
      'RUSTFS_NOTIFY_WEBHOOK_ENABLE_ALKNET=on',
      'RUSTFS_NOTIFY_WEBHOOK_ENDPOINT_ALKNET=http://gateway:3020/webhook',
      'RUSTFS_NOTIFY_WEBHOOK_QUEUE_DIR_ALKNET=/events/gateway',
      'RUSTFS_OUTBOUND_ALLOW_ORIGINS=http://gateway:3020',
    ]);
    expect(server.entrypoint?.[2]).toBe(
      'export RUSTFS_SSE_S3_MASTER_KEY="$$(cat /etc/rustfs/sse-s3-master-key)" && export RUSTFS_NOTIFY_WEBHOOK_AUTH_TOKEN_ALKNET="$$(cat /etc/rustfs/webhook-token)" && exec /entrypoint.sh "$$@"'.replaceAll(
        '$$',
        '$',
      ),
    );
    // What the gateway has not taken yet outlives the container.
    expect(server.volumes).toContainEqual({
      volume_name: '${docker_volume.rustfs_Volume-events_F14DD43E.name}',
      container_path: '/events',
    });
    expect(terraform.container('test-rustfs-events-prepare')).toMatchObject({
      entrypoint: ['/bin/chown', '10001:10001', '/events'],
    });
    const gateway = terraform.container('test-gateway');
    expect(JSON.parse(gateway.upload.find(({ file }) => file.endsWith('gateway.json'))?.content ?? '')).toMatchObject({
      webhook: {
        listen_addr: '0.0.0.0:3020',
        auth_token_file: '/etc/gateway/webhook-token',
        events_file: '/var/lib/gateway/events.ndjson',
      },
    });
    expect(terraform.text).not.toContain('"external": 3020');
    expect(manifest.eventTargets).toEqual([
      {
        purpose: 'notify',
        type: 'webhook',
        id: 'alknet',
        managedBy: 'environment',
        settings: { endpoint: 'http://gateway:3020/webhook', queue_dir: '/events/gateway' },
        secrets: { auth_token: { type: 'file', file: 'secrets/test/gateway/webhook-token' } },
      },
    ]);
    const targetArn = 'arn:rustfs:sqs:us-east-1:alknet:webhook';
    expect(manifest.buckets[0]?.notifications).toEqual([
      { id: 'notification-1', targetArn, events: ['s3:ObjectCreated:*'] },
    ]);
  });

  test('without webhooks it is no target', () => {
    expect(() => world({}).gateway.eventTarget()).toThrow(
      new Error('AlknetGateway gateway takes no events: give it webhooks'),
    );
  });

  test('for a server elsewhere the variables are in rustfs.env, the token by name of its file', () => {
    const { directory } = world(
      { webhooks: { port: 4020, targetId: 'events' } },
      { endpoint: 'http://127.0.0.1:9900' },
    ).written();
    expect(readFileSync(join(directory, 'rustfs.env'), 'utf8')).toBe(
      `RUSTFS_NOTIFY_ENABLE=true
RUSTFS_NOTIFY_WEBHOOK_ENABLE_EVENTS=on
RUSTFS_NOTIFY_WEBHOOK_ENDPOINT_EVENTS=http://127.0.0.1:4020/webhook
RUSTFS_OUTBOUND_ALLOW_ORIGINS=http://127.0.0.1:4020
# RUSTFS_NOTIFY_WEBHOOK_AUTH_TOKEN_EVENTS: what is in secrets/test/gateway/webhook-token
`,
    );
    expect(loadStaticConfig(join(directory, 'gateway.json')).webhook).toMatchObject({
      listen_addr: { host: '127.0.0.1', port: 4020 },
      auth_token_file: join(process.cwd(), 'secrets/test/gateway/webhook-token'),
      events_file: join(process.cwd(), 'secrets/test/gateway/state/events.ndjson'),
    });
  });
});

describe('managed credentials', () => {
  const withUser = (server: IRustFs, scope: TerraformStack): Partial<AlknetGatewayProps> => ({
    apiKeys: [{ name: 'web', scopes: [] }],
    managedCredentials: { users: { web: new ServiceUser(scope, 'web-svc', { server }) }, sessionSeconds: 900 },
  });

  test('users get their secret after provisioning, and the gateway starts after that', () => {
    const { terraform, directory } = world(withUser).written();
    const enrolment = Object.entries(terraform.data).find(([name]) => name.startsWith('gateway_Enrolment'));
    expect(JSON.stringify(enrolment?.[1].provisioner)).toMatch(
      /npx --no-install cdktf-rustfs credentials enrol --manifest \S+\/manifest\.json --user web-svc --secret-file secrets\/test\/gateway\/users\/web-svc"/,
    );
    expect(enrolment?.[1].depends_on).toContain('terraform_data.provisioning');
    const gateway = terraform.container('test-gateway');
    expect(gateway.depends_on).toEqual([`terraform_data.${enrolment?.[0]}`]);
    const { managed_credentials: section } = JSON.parse(
      gateway.upload.find(({ file }) => file.endsWith('gateway.json'))?.content ?? '',
    ) as { managed_credentials: { users: Record<string, unknown> } };
    const [key] = readGatewaySecrets(join(directory, 'gateway-secrets.json')).api_keys;
    expect(section).toEqual({
      users: { [key?.prefix ?? '']: { user: 'web-svc', secret_key_file: '/etc/gateway/users/web-svc' } },
      region: 'us-east-1',
      session_secs: 900,
    });
    expect(terraform.container('test-rustfs').depends_on?.join(' ')).not.toContain('gateway_Gateway');
  });

  test('for a server elsewhere the files start at the project', () => {
    const { directory } = world(withUser, { endpoint: 'http://127.0.0.1:9900' }).written();
    const { managed_credentials: section, dynamic_config } = loadStaticConfig(join(directory, 'gateway.json'));
    expect(Object.values(section?.users ?? {})).toEqual([
      { user: 'web-svc', secret_key_file: join(process.cwd(), 'secrets/test/gateway/users/web-svc') },
    ]);
    expect(dynamic_config).toBe(join(process.cwd(), 'secrets/test/gateway/dynamic.json'));
    expect(existsSync(join(directory, 'gateway-dynamic.json'))).toBe(false);
  });
});

test('applications are told the virtual host, whatever provisioning uses', () => {
  const { manifest } = world({}, { endpoint: 'http://127.0.0.1:9900' }).written();
  expect([manifest.server.endpoint, manifest.server.clientEndpoint]).toEqual([
    'http://127.0.0.1:9900',
    'http://s3.example.com:8080',
  ]);
  const keys = [
    { prefix: 'alk_Ab3d', hash: `sha256:${'0'.repeat(64)}`, scopes: ['s3:readonly'], description: 'reporting' },
  ];
  const prefix = { accessKeyFile: 'secrets/gw/access-key', secretKeyFile: 'secrets/gw/secret-key' };
  const { directory } = world({ apiKeys: keys, prefix }, { endpoint: 'http://127.0.0.1:9900' }).written();
  expect(loadDynamicConfig(join(directory, 'gateway-dynamic.json')).auth.api_keys).toEqual(keys);
});

describe('is refused', () => {
  const only = AlknetGateway.custom({
    image: 'registry.example/gateway:1.0.0',
    capabilities: ['s3-passthrough', 'plain-http', 'alk-http'],
  });

  test.each<readonly [string, Partial<AlknetGatewayProps>, string]>([
    [
      'the issuer is a virtual host',
      { apiKeys: [AUDITOR], openIdProvider: { ...PROVIDER, hostname: 's3.example.com' } },
      '✖ openIdProvider.hostname is s3.example.com, which the gateway passes on to RustFS as virtual host s3.example.com: give the issuer a name of its own',
    ],
    [
      'or below one',
      {
        apiKeys: [AUDITOR],
        bucketSubdomains: true,
        openIdProvider: { ...PROVIDER, hostname: 'id.s3.example.com' },
      },
      '✖ openIdProvider.hostname is id.s3.example.com, which the gateway passes on to RustFS as virtual host s3.example.com: give the issuer a name of its own',
    ],
    [
      'the issuer means another machine in the container',
      { apiKeys: [AUDITOR], openIdProvider: { ...PROVIDER, hostname: 'localhost' } },
      '✖ openIdProvider.hostname is localhost, which leads RustFS in its container to another place than browsers: expected a name that both resolve to the gateway, such as id.example.com',
    ],
    [
      'RustFS cannot trust its certificate',
      { tls: { type: 'selfSigned' }, apiKeys: [AUDITOR], openIdProvider: PROVIDER },
      '✖ tls selfSigned with openIdProvider: RustFS takes no token of an issuer whose certificate it does not trust, https://id.example.com:8080; use tls x509 (with caFile, if the authority is a private one), or tls none for development',
    ],
    [
      'nobody could sign in',
      { openIdProvider: PROVIDER },
      "✖ openIdProvider signs API keys in, but apiKeys is empty: declare one, such as { name: 'auditor', scopes: ['s3:team'] }",
    ],
    [
      'an API key opens nothing',
      { apiKeys: [AUDITOR, { name: 'idle', scopes: ['s3:readwrite'] }], openIdProvider: PROVIDER },
      '✖ apiKeys has idle with the scopes s3:readwrite: nothing here gives them any right; name a scope of /s3/* or of openIdProvider.policies, or give it a user in managedCredentials',
    ],
    [
      'two keys have one prefix',
      { apiKeys: [AUDITOR, { ...AUDITOR }], openIdProvider: PROVIDER },
      '✖ apiKeys has the prefix alk_Lqsp for auditor and auditor: alknet finds a key by it, so only the first would work; give one of them another name',
    ],
    [
      'receiver and gateway share a port',
      { webhooks: { port: 8080 } },
      '✖ webhooks.port is 8080, where the gateway itself listens: it is for RustFS alone, so give it another',
    ],
    [
      'RustFS would call the target otherwise',
      { webhooks: { targetId: 'Primary' } },
      '✖ webhooks.targetId is Primary: expected a lower-case letter, then up to 62 lower-case letters and digits',
    ],
    [
      'the implementation lacks it',
      { implementation: only, apiKeys: [AUDITOR], openIdProvider: PROVIDER, webhooks: {} },
      '✖ openIdProvider needs the capability oidc-provider, which the custom implementation does not have (it has: s3-passthrough, plain-http, alk-http)\n' +
        '✖ webhooks needs the capability webhook-receiver, which the custom implementation does not have (it has: s3-passthrough, plain-http, alk-http)',
    ],
    [
      'the file name of a key is none',
      { apiKeys: [{ name: '../auditor', scopes: ['s3:team'] }], openIdProvider: PROVIDER },
      '✖ expected letters, digits, "_", "-" and "."\n  → at api_keys[0].name',
    ],
    [
      'a client is for nobody',
      {
        apiKeys: [AUDITOR],
        openIdProvider: { ...PROVIDER, clients: [{ clientId: 'portal', tokenExchange: false }] },
      },
      '✖ expected redirect_uris for people, or token_exchange for programs: nobody could sign in with this client\n  → at oidc.clients[0]',
    ],
  ])('when %s', (_, props, problems) => {
    expect(() => world(props)).toThrow(new Error(`AlknetGateway gateway is not valid:\n${problems}`));
  });

  test('when a managed user is of no key', () => {
    expect(() =>
      world((server, scope) => ({
        apiKeys: [AUDITOR],
        managedCredentials: { users: { web: new ServiceUser(scope, 'web-svc', { server }) } },
      })),
    ).toThrow(
      new Error(
        'AlknetGateway gateway is not valid:\n' +
          '✖ apiKeys has auditor with the scopes s3:team: nothing here gives them any right; name a scope of /s3/* or of openIdProvider.policies, or give it a user in managedCredentials\n' +
          '✖ managedCredentials.users has web, which is neither name nor prefix of an API key (apiKeys has: auditor)',
      ),
    );
  });
});

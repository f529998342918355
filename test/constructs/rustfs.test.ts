import { provider } from '@cdktf/provider-docker';
import { App, TerraformStack, Testing } from 'cdktf';
import { describe, expect, test } from 'vitest';
import {
  AlknetGateway,
  Bucket,
  Policy,
  RustFs,
  type RustFsProps,
  RustFsStorage,
  RustFsTls,
} from '../../constructs/index.js';
import { written } from './fixture.js';

interface Container {
  readonly env: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly healthcheck: { readonly test: readonly string[] };
  readonly ports: readonly { readonly internal: number }[];
  readonly mounts?: unknown;
  readonly volumes?: unknown;
  readonly upload: readonly { readonly file: string; readonly source: string; readonly source_hash?: string }[];
  readonly labels: readonly { readonly label: string; readonly value: string }[];
  readonly depends_on: readonly string[];
}

const newStack = () => new TerraformStack(new App({ outdir: Testing.app().outdir }), 'test');

/** The server's container, and what else there is. */
function synthesize(props: RustFsProps, declare: (server: RustFs) => void = () => {}) {
  const app = Testing.app({ fakeCdktfJsonPath: false });
  const stack = new TerraformStack(app, 'test');
  new provider.DockerProvider(stack, 'docker');
  const server = new RustFs(stack, 'rustfs', props);
  declare(server);
  const { manifest, terraform } = written(app, 'test');
  const { resource } = JSON.parse(terraform) as {
    resource: {
      docker_container: Record<string, Container>;
      docker_volume?: Record<string, unknown>;
      terraform_data: Record<string, { provisioner: { 'local-exec': { command: string } }[] }>;
    };
  };
  const containers = Object.entries(resource.docker_container);
  const one = (id: string) => containers.find(([name]) => name.includes(id))?.[1] as Container;
  const said = (type: 'warn' | 'info') =>
    server.node.metadata.filter((entry) => entry.type === `@cdktf/${type}`).map(({ data }) => data as string);
  return { manifest, resource, server: one('Server'), prepare: one('PrepareVolume'), said, terraform };
}

describe('storage', () => {
  test('single: one volume, kept, and given to the user of the image', () => {
    const { server, prepare, resource } = synthesize({});
    expect(server.env).toContain('RUSTFS_VOLUMES=/data');
    expect(server.volumes).toEqual(prepare.volumes);
    expect(prepare.entrypoint).toEqual(['/bin/chown', '10001:10001', '/data']);
    expect(Object.values(resource.docker_volume ?? {})).toMatchObject([
      { name: 'test-rustfs-data', lifecycle: { prevent_destroy: true } },
    ]);
  });

  test('erasure: directories of one volume, and what that means', () => {
    const { server, said } = synthesize({ storage: RustFsStorage.erasure({ drives: 4 }) });
    expect(server.env).toContain('RUSTFS_VOLUMES=/data/drive{0...3}');
    expect(server.env).toContain('RUSTFS_UNSAFE_BYPASS_DISK_CHECK=true');
    expect(said('info')).toContain(
      'RustFsStorage.erasure: 4 directories of one volume, so RUSTFS_UNSAFE_BYPASS_DISK_CHECK is set; the loss of that disk loses everything. Disks of their own come with RustFsStorage.paths()',
    );
  });

  test('paths: bind mounts that Docker does not create, one range, no volume, and the disk check stays', () => {
    const { server, prepare, resource, said } = synthesize({
      storage: RustFsStorage.paths(['/mnt/disk1', '/mnt/disk2']),
    });
    expect(server.mounts).toEqual([
      { type: 'bind', source: '/mnt/disk1', target: '/drives/drive0' },
      { type: 'bind', source: '/mnt/disk2', target: '/drives/drive1' },
    ]);
    expect(server.volumes).toBeUndefined();
    expect(resource.docker_volume).toBeUndefined();
    expect(prepare.entrypoint).toEqual(['/bin/chown', '10001:10001', '/drives/drive0', '/drives/drive1']);
    expect(prepare.mounts).toEqual(server.mounts);
    expect(server.env).toContain('RUSTFS_VOLUMES=/drives/drive{0...1}');
    expect(server.env).toContain('RUSTFS_UNSUPPORTED_FS_POLICY=fail');
    expect(server.env.join()).not.toContain('BYPASS');
    expect(said('info')).toContain(
      'RustFsStorage.paths: what only the Docker host knows was not checked: that /mnt/disk1, /mnt/disk2 exist, each on a disk of its own',
    );
    const network = synthesize({
      storage: RustFsStorage.paths(['/mnt/nfs']),
      settings: { storage: { unsupportedFilesystem: 'warn' } },
    });
    expect(network.server.env).toContain('RUSTFS_VOLUMES=/drives/drive0');
    expect(network.server.env.filter((line) => line.startsWith('RUSTFS_UNSUPPORTED'))).toEqual([
      'RUSTFS_UNSUPPORTED_FS_POLICY=warn',
    ]);
  });

  test('paths that would lose or mix data are refused, all at once', () => {
    expect(() =>
      RustFsStorage.paths([
        'data',
        '/mnt/disk{1...2}',
        '/mnt/a b',
        '/mnt/d1/',
        '/var/lib',
        '/proc/x',
        '/d',
        '/d',
        '/d/e',
      ]),
    ).toThrow(
      new Error(
        [
          'invalid RustFsStorage.paths:',
          '✖ data is not absolute',
          '✖ /mnt/disk{1...2} has a range: write each path out',
          '✖ /mnt/a b has a character that RustFS or Docker would take for something else: expected letters, digits and _./@+-',
          '✖ /mnt/d1/ is not in its shortest form: /mnt/d1',
          '✖ /var/lib belongs to the system: take a directory of its own below it',
          '✖ /proc/x is no place for files',
          '✖ /d is there twice',
          '✖ /d/e is inside /d, so both would be on one drive',
          '✖ /d/e is inside /d, so both would be on one drive',
        ].join('\n'),
      ),
    );
    expect(() => RustFsStorage.paths([])).toThrow(
      new Error('invalid RustFsStorage.paths:\n✖ there are 0: expected 1 to 16'),
    );
    expect(
      () => new RustFs(newStack(), 'rustfs', { storage: RustFsStorage.paths(['/mnt/d']), removalPolicy: 'destroy' }),
    ).toThrow(
      new Error(
        'removalPolicy destroy deletes a Docker volume, and RustFsStorage.paths() has none: leave it out, and delete by hand what is in the paths',
      ),
    );
  });

  test('logs go to stdout, or to a volume of their own', () => {
    expect(synthesize({}).server.env).toContain('RUSTFS_OBS_LOG_DIRECTORY=');
    const { server, prepare } = synthesize({
      logs: 'volume',
      settings: { logFiles: { compression: 'gzip' } },
      storage: RustFsStorage.paths(['/mnt/d']),
    });
    expect(server.env).toContain('RUSTFS_OBS_LOG_DIRECTORY=/logs');
    expect(server.env).toContain('RUSTFS_OBS_LOG_COMPRESSION_ALGORITHM=gzip');
    expect(server.volumes).toEqual([
      { container_path: '/logs', volume_name: expect.stringMatching(/docker_volume\.\w*Logs/) as string },
    ]);
    expect(prepare.entrypoint).toEqual(['/bin/chown', '10001:10001', '/drives/drive0', '/logs']);
  });
});

describe('TLS', () => {
  const files = (name: string) => ({ certificate: `certs/${name}.pem`, key: `certs/${name}.key` });

  test('files: under the names of RustFS, checked by name and authority, a changed certificate replaces the container', () => {
    const { server, manifest } = synthesize({
      port: 9443,
      tls: RustFsTls.files({
        ...files('server'),
        host: 's3.example.com',
        ca: 'certs/ca.pem',
        domains: { 's3.internal': files('internal') },
      }),
    });
    expect(server.env).toContain('RUSTFS_TLS_PATH=/etc/rustfs/tls');
    expect(manifest.server).toMatchObject({ endpoint: 'https://s3.example.com:9443', caFile: 'certs/ca.pem' });
    const uploads = server.upload.filter(({ file }) => /tls|healthcheck/.test(file));
    expect(uploads.map(({ file, source_hash }) => [file, source_hash !== undefined])).toEqual([
      ['/etc/rustfs/tls/rustfs_cert.pem', true],
      ['/etc/rustfs/tls/rustfs_key.pem', false],
      ['/etc/rustfs/tls/s3.internal/rustfs_cert.pem', true],
      ['/etc/rustfs/tls/s3.internal/rustfs_key.pem', false],
      ['/etc/rustfs/tls/ca.crt', false],
      ['/etc/rustfs/healthcheck/ca.crt', false],
    ]);
    expect(uploads[0]?.source_hash).toBe(`\${filesha256("${uploads[0]?.source}")}`);
    expect(server.healthcheck.test).toEqual([
      ...['CMD', 'curl', '-fsS', '-o', '/dev/null', '--cacert', '/etc/rustfs/healthcheck/ca.crt'],
      ...['--connect-to', 's3.example.com:9000:127.0.0.1:9000', 'https://s3.example.com:9000/health/ready'],
    ]);
  });

  test('client certificates: RustFS asks for them, and healthcheck and provisioning have one', () => {
    const { server, manifest } = synthesize({
      tls: RustFsTls.files({
        ...files('server'),
        host: 's3.test',
        clients: { ...files('us'), ca: 'certs/clients.pem' },
      }),
    });
    expect(server.env).toContain('RUSTFS_SERVER_MTLS_ENABLE=true');
    expect(server.upload.map(({ file }) => file)).toContain('/etc/rustfs/tls/client_ca.crt');
    expect(manifest.server).toMatchObject({ clientCertificateFile: 'certs/us.pem', clientKeyFile: 'certs/us.key' });
    expect(server.healthcheck.test.join(' ')).toContain(
      '--cert /etc/rustfs/healthcheck/cert.pem --key /etc/rustfs/healthcheck/key.pem --connect-to s3.test',
    );
    expect(manifest.server.caFile).toBeUndefined();
  });

  test('directory: mounted read-only, and looked at again and again', () => {
    const { server } = synthesize({
      tls: RustFsTls.directory({ host: 's3.example.com', hostPath: '/etc/acme/s3', reloadSeconds: 60 }),
    });
    expect(server.mounts).toEqual([
      { type: 'bind', source: '/etc/acme/s3', target: '/etc/rustfs/tls', read_only: true },
    ]);
    expect(server.env).toEqual(
      expect.arrayContaining(['RUSTFS_TLS_RELOAD_ENABLE=true', 'RUSTFS_TLS_RELOAD_INTERVAL=60']),
    );
  });

  test('self-signed: made before the container, by a command with names only', () => {
    const { server, manifest, resource, said } = synthesize({ tls: RustFsTls.selfSigned({ names: ['s3.test'] }) });
    expect(manifest.server).toMatchObject({ endpoint: 'https://127.0.0.1:9000', caFile: 'secrets/test/tls/ca.crt' });
    const [name, { provisioner } = { provisioner: [] }] =
      Object.entries(resource.terraform_data).find(([id]) => id.includes('Certificate')) ?? [];
    expect(provisioner[0]?.['local-exec'].command).toBe(
      'npx --no-install cdktf-rustfs tls-certificate --dir secrets/test/tls --names 127.0.0.1,localhost,rustfs,s3.test',
    );
    expect(server.depends_on).toContain(`terraform_data.${name}`);
    expect(server.upload.filter(({ source_hash }) => source_hash !== undefined)).toEqual([]);
    expect(server.labels).toContainEqual({
      label: 'cdktf-rustfs.tls-names',
      value: '127.0.0.1,localhost,rustfs,s3.test',
    });
    expect(said('warn')).toEqual([
      'RustFsTls.selfSigned is for development: the key of its authority lies beside the root credentials',
    ]);
  });

  test('a condition on aws:SecureTransport would lock everybody out', () => {
    const declare = () =>
      synthesize({ tls: RustFsTls.selfSigned() }, (server) => {
        const stack = TerraformStack.of(server);
        new Bucket(stack, 'media', { server, bucketName: 'media' });
        new Policy(stack, 'tls-only', {
          server,
          statements: [
            {
              ...{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::media/*'] },
              Condition: { Bool: { 'aws:SecureTransport': 'true' } },
            },
          ],
        });
      });
    expect(declare).toThrow(
      'policy tls-only has a condition on aws:SecureTransport, which is false for every request to RustFS with TLS of its own, and would lock everybody out; leave it out: nothing is served without TLS',
    );
  });

  test.each([
    [
      () => RustFsTls.files({ ...files('x'), host: 'https://s3' }),
      'invalid host of RustFsTls (value: https://s3): expected a host name or an address, such as s3.example.com',
    ],
    [
      () => RustFsTls.files({ ...files('x'), host: 's3', domains: { '../x': files('y') } }),
      'invalid domain of RustFsTls (value: ../x): expected a host name or an address, such as s3.example.com',
    ],
    [
      () => RustFsTls.selfSigned({ names: ['a,b'] }),
      'invalid name of RustFsTls (value: a,b): expected a host name or an address, such as s3.example.com',
    ],
    [
      () => RustFsTls.directory({ host: 's3', hostPath: 'certs' }),
      'invalid hostPath of RustFsTls: certs is not absolute',
    ],
    [
      () => RustFsTls.directory({ host: 's3', hostPath: '/etc/acme', reloadSeconds: 0 }),
      'invalid reloadSeconds of RustFsTls (value: 0): expected a whole number, at least 1',
    ],
    [
      () =>
        new RustFs(newStack(), 'rustfs', {
          tls: RustFsTls.files({ host: 's3', certificate: '/etc/c.pem', key: 'k.pem' }),
        }),
      'invalid rustfs_cert.pem of RustFsTls (value: /etc/c.pem): expected a path relative to the project directory',
    ],
    [
      () => RustFs.external(newStack(), 'rustfs', { endpoint: 'http://s3:9000', caFile: 'ca.pem' }),
      'caFile and clientCertificate are for https, but the endpoint is http://s3:9000',
    ],
  ])('%# is refused', (make, message) => expect(make).toThrow(new Error(message)));

  test('an external server is trusted by its authority', () => {
    const app = Testing.app({ fakeCdktfJsonPath: false });
    const stack = new TerraformStack(app, 'test');
    RustFs.external(stack, 'rustfs', {
      endpoint: 'https://s3:9000',
      caFile: 'ca.pem',
      clientCertificate: files('us'),
    });
    expect(written(app, 'test').manifest.server).toMatchObject({
      ...{ caFile: 'ca.pem', clientCertificateFile: 'certs/us.pem', clientKeyFile: 'certs/us.key' },
    });
  });
});

test.each([
  [{}, ' --yes --verify'],
  [{ automaticRollback: false }, ' --yes --verify --no-rollback'],
])('a deployment that the access proof contradicts is undone unless %o', (props, options) => {
  const { terraform } = synthesize(props);
  expect(/cdktf-rustfs apply --manifest [^ "]+\/manifest\.json([^"]*)"/.exec(terraform)?.[1]).toBe(options);
});

describe('settings', () => {
  test('reach the container; secrets come from files before RustFS starts, and are nowhere else', () => {
    const { server, said, terraform } = synthesize({
      settings: { scanner: { speed: 'slow' }, iam: { masterKeyFile: 'secrets/iam-key' } },
      extraEnvironment: { RUSTFS_NO_SUCH_VARIABLE: 'strict' },
    });
    expect(server.env).toEqual(expect.arrayContaining(['RUSTFS_SCANNER_SPEED=slow', 'RUSTFS_NO_SUCH_VARIABLE=strict']));
    expect(server.env.join()).not.toContain('RUSTFS_IAM_MASTER_KEY');
    expect(server.entrypoint).toEqual([
      ...['/bin/sh', '-c'],
      'export RUSTFS_IAM_MASTER_KEY="$(cat /etc/rustfs/settings/iam.masterKeyFile)" && export RUSTFS_SSE_S3_MASTER_KEY="$(cat /etc/rustfs/sse-s3-master-key)" && exec /entrypoint.sh "$@"',
      'entrypoint',
    ]);
    expect(terraform).toContain('secrets/iam-key"');
    expect(said('warn')).toEqual([
      'settings.iam.masterKeyFile: without this key users, policies and access keys cannot be read again; keep a copy',
      'extraEnvironment sets RUSTFS_NO_SUCH_VARIABLE, which this toolkit does not know: nobody checks whether it has an effect in this version',
    ]);
  });

  test('that are wrong are refused together', () => {
    expect(
      () =>
        new RustFs(newStack(), 'rustfs', {
          version: '1.0.0-beta.7',
          settings: { heal: { concurrency: 0 }, storage: { durability: 'none' } },
          extraEnvironment: { RUSTFS_REGION: 'x' },
        }),
    ).toThrow(
      new Error(
        [
          'RustFs rustfs is not valid:',
          '✖ settings.heal.concurrency (value: 0): expected a whole number, at least 1',
          '✖ settings.storage.durability: RUSTFS_DURABILITY_MODE has no effect in RustFS 1.0.0-beta.7, which does not know it; leave it out, or take version 1.0.1',
          '✖ extraEnvironment RUSTFS_REGION: this variable is known; set region',
        ].join('\n'),
      ),
    );
  });

  test('without a console its port is not published', () => {
    const { server } = synthesize({ console: false });
    expect(server.env).toContain('RUSTFS_CONSOLE_ENABLE=false');
    expect(server.ports.map(({ internal }) => internal)).toEqual([9000]);
    expect(() => new RustFs(newStack(), 'rustfs', { console: false, consolePort: 9001 })).toThrow(
      new Error('RustFs rustfs has no console, but consolePort 9001: leave one of the two out'),
    );
  });
});

test('listens on IPv4, so that IPv4 conditions on aws:SourceIp hold, unless IPv6 is asked for', () => {
  const listeners = (props: RustFsProps) => synthesize(props).server.env.filter((line) => line.includes('_ADDRESS='));
  expect(listeners({})).toEqual(['RUSTFS_ADDRESS=0.0.0.0:9000', 'RUSTFS_CONSOLE_ADDRESS=0.0.0.0:9001']);
  expect(listeners({ ipv6: true })).toEqual([]);
});

describe('behind a gateway', () => {
  const gateway = { tls: { type: 'none' }, port: 8080, virtualHosts: ['s3.test'] } as const;
  const attach = (server: RustFs, more: object = {}) =>
    new AlknetGateway(TerraformStack.of(server), 'gateway', { server, ...gateway, ...more });

  test('X-Forwarded-For counts; without one it does not', () => {
    const trusted = (env: readonly string[]) => env.filter((line) => line.startsWith('RUSTFS_TRUSTED_PROXY_ENABLED'));
    expect(trusted(synthesize({}).server.env)).toEqual(['RUSTFS_TRUSTED_PROXY_ENABLED=false']);
    expect(trusted(synthesize({}, attach).server.env)).toEqual(['RUSTFS_TRUSTED_PROXY_ENABLED=true']);
  });

  test('1.0.0-beta.7 keeps idle connections as long as 1.0.1, or as long as the settings say', () => {
    const idle = (props: RustFsProps) =>
      synthesize(props, attach).server.env.filter((line) => line.startsWith('RUSTFS_HTTP1_HEADER'));
    expect(idle({})).toEqual([]);
    expect(idle({ version: '1.0.0-beta.7' })).toEqual(['RUSTFS_HTTP1_HEADER_READ_TIMEOUT=75']);
    expect(idle({ version: '1.0.0-beta.7', settings: { http: { idleTimeoutSeconds: 120 } } })).toEqual([
      'RUSTFS_HTTP1_HEADER_READ_TIMEOUT=120',
    ]);
  });

  test('what it needs otherwise is refused', () => {
    const server = new RustFs(newStack(), 'rustfs', {
      tls: RustFsTls.selfSigned(),
      settings: { proxy: { trusted: false }, server: { domains: ['s3.other'] } },
    });
    expect(() => attach(server, { bucketSubdomains: true })).toThrow(
      new Error(
        [
          'AlknetGateway gateway cannot be in front of RustFs rustfs:',
          '✖ it has tls, but the gateway ends TLS and speaks plain HTTP to it: leave tls out',
          '✖ its settings make RUSTFS_TRUSTED_PROXY_ENABLED "false", but the gateway needs "true": leave the setting out',
          '✖ its settings make RUSTFS_SERVER_DOMAINS "s3.other,rustfs,localhost", but the gateway needs "s3.test,rustfs": leave the setting out',
        ].join('\n'),
      ),
    );
  });
});

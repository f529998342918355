import { readFileSync } from 'node:fs';
import { TerraformStack, Testing } from 'cdktf';
import { describe, expect, test } from 'vitest';
import { settingsProblems, settingsWarnings } from '../../constructs/environment/checks.js';
import { extraEnvironmentPart } from '../../constructs/environment/extra.js';
import { renderSettings } from '../../constructs/environment/render.js';
import { settingsParts } from '../../constructs/environment/settings-part.js';
import { findVariable, SECTIONS } from '../../constructs/environment/table.js';
import { type RustFsSettings, RustFsStorage, Size } from '../../constructs/index.js';
import { combineParts } from '../../constructs/server-part.js';
import { GENERATED } from '../../scripts/environment.js';

const variables = SECTIONS.flatMap((section) => section.variables);
const problems = (settings: object, version: '1.0.1' | '1.0.0-beta.7' = '1.0.1') =>
  renderSettings(settings as RustFsSettings, version).problems;
const environment = (settings: RustFsSettings) => renderSettings(settings, '1.0.1').part.environment;

describe('the table', () => {
  test('is what the documentation and the types of the settings say', () => {
    for (const [file, render] of GENERATED) {
      const stale = `${file} is stale: run npm run docs:environment`;
      expect(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8') === render(), stale).toBe(true);
    }
  });

  test('has each variable and each setting once', () => {
    const names = variables.map(({ name }) => name);
    const settings = variables.flatMap((variable) => ('setting' in variable ? [variable.setting] : []));
    expect(names).toEqual([...new Set(names)]);
    expect(settings).toEqual([...new Set(settings)]);
    expect(settings.filter((path) => !/^[a-z][A-Za-z0-9]*\.[a-z][A-Za-z0-9]*$/.test(path))).toEqual([]);
  });

  test('has no secret in a setting that is not a file', () => {
    const secret = variables.filter((variable) => variable.secret && 'setting' in variable);
    expect(secret.map(({ name }) => name)).toEqual([
      'RUSTFS_IAM_MASTER_KEY',
      'RUSTFS_IAM_MASTER_KEY_OLD_KEYS',
      'RUSTFS_POLICY_PLUGIN_AUTH_TOKEN',
      'RUSTFS_MTLS_CLIENT_KEY',
      'RUSTFS_KMS_CONFIG_SECRET',
      'RUSTFS_KMS_BACKUP_KEK',
      'RUSTFS_OBS_ENDPOINT_HEADERS',
      'RUSTFS_OBS_ENDPOINT_TRACES_HEADERS',
      'RUSTFS_OBS_ENDPOINT_METRICS_HEADERS',
      'RUSTFS_OBS_ENDPOINT_LOGS_HEADERS',
      'RUSTFS_CONNECT_PROXY_PASSWORD_FILE',
    ]);
    expect(secret.map((variable) => 'value' in variable && variable.value.kind)).toEqual([
      ...Array(3).fill('secretFile'),
      'file',
      ...Array(6).fill('secretFile'),
      'privateFile',
    ]);
  });

  test.each([
    ['RUSTFS_IDENTITY_OPENID_CLIENT_SECRET_KEYCLOAK', 'RUSTFS_IDENTITY_OPENID_CLIENT_SECRET[_<ID>]'],
    ['RUSTFS_AUDIT_WEBHOOK_AUTH_TOKEN_PRIMARY', 'RUSTFS_{NOTIFY,AUDIT}_WEBHOOK_AUTH_TOKEN[_<ID>]'],
    ['RUSTFS_IDENTITY_OPENID_REDIRECT_URI_KEYCLOAK', 'RUSTFS_IDENTITY_OPENID_REDIRECT_URI[_<ID>]'],
    ['RUSTFS_IDENTITY_OPENID_REDIRECT_URI_DYNAMIC', 'RUSTFS_IDENTITY_OPENID_REDIRECT_URI_DYNAMIC[_<ID>]'],
    ['RUSTFS_METRICS_NODE_INTERVAL_SEC', 'RUSTFS_METRICS_NODE_INTERVAL_SEC'],
    ['RUSTFS_PROF_MEM_PERIODIC', 'RUSTFS_PROF_MEM_{PERIODIC,INTERVAL_SECS}'],
    ['RUSTFS_SECRET_KEY', 'RUSTFS_{ACCESS,SECRET}_KEY'],
    ['RUSTFS_DRIVE_MAX_TIMEOUT_DURATION', 'RUSTFS_DRIVE_MAX_TIMEOUT_DURATION'],
    ['RUSTFS_DRIVE_SYNC_ENABLE', 'RUSTFS_DRIVE_SYNC_ENABLE'],
    ['RUSTFS_POOL_META_V3_WRITE', 'RUSTFS_POOL_META_{V2,V3}_{WRITE,FLEET_CONFIRMED}'],
    ['RUSTFS_E2E_STARTUP_CAS_NONCE', 'RUSTFS_E2E_*'],
    ['RUSTFS_KMS_BACKUP_KEK', 'RUSTFS_KMS_BACKUP_KEK'],
  ])('%s is found in row %s', (name, row) => expect(findVariable(name)?.name).toBe(row));

  test('does not take one name for another', () => {
    expect(findVariable('RUSTFS_VOLUMES_X')).toBeUndefined();
    expect(findVariable('RUSTFS_UNKNOWN')).toBeUndefined();
  });
});

describe('settings', () => {
  test('are the variables of RustFS', () => {
    expect(
      environment({
        http: { idleTimeoutSeconds: 120, maxHeaders: Size.bytes(131_072) },
        rateLimit: { requestsPerMinute: 6000 },
        scanner: { speed: 'slow', enabled: true },
        observability: { sampleRatio: 0.25 },
        console: { corsAllowedOrigins: ['https://a.example', 'https://b.example'] },
      }),
    ).toEqual({
      RUSTFS_HTTP1_HEADER_READ_TIMEOUT: '120',
      RUSTFS_HTTP1_MAX_BUF_SIZE: '131072',
      RUSTFS_API_RATE_LIMIT_RPM: '6000',
      RUSTFS_API_RATE_LIMIT_ENABLE: 'true',
      RUSTFS_SCANNER_SPEED: 'slow',
      RUSTFS_SCANNER_ENABLED: 'true',
      RUSTFS_OBS_SAMPLE_RATIO: '0.25',
      RUSTFS_CONSOLE_CORS_ALLOWED_ORIGINS: 'https://a.example,https://b.example',
    });
  });

  test('with a file are its path in the container; with a secret they are no environment at all', () => {
    const { part } = renderSettings(
      { trust: { extraCaFile: 'certs/ca.pem' }, iam: { masterKeyFile: 'secrets/iam-key' } },
      '1.0.1',
    );
    expect(part).toEqual({
      environment: { RUSTFS_EXTRA_CA_CERT: '/etc/rustfs/settings/trust.extraCaFile' },
      files: [
        {
          what: 'settings.trust.extraCaFile',
          projectPath: 'certs/ca.pem',
          path: '/etc/rustfs/settings/trust.extraCaFile',
        },
      ],
      secretVariables: [
        {
          what: 'settings.iam.masterKeyFile',
          projectPath: 'secrets/iam-key',
          path: '/etc/rustfs/settings/iam.masterKeyFile',
          variable: 'RUSTFS_IAM_MASTER_KEY',
        },
      ],
      prepare: [],
    });
  });

  test('without effect in the version are refused', () => {
    expect(problems({ storage: { durability: 'strict' }, console: { requestsPerMinute: 5 } }, '1.0.0-beta.7')).toEqual([
      'settings.storage.durability: RUSTFS_DURABILITY_MODE has no effect in RustFS 1.0.0-beta.7, which does not know it; leave it out, or take version 1.0.1',
      'settings.console.requestsPerMinute: RUSTFS_CONSOLE_RATE_LIMIT_RPM has no effect in RustFS 1.0.0-beta.7, which logs the number and limits nothing; leave it out, or take version 1.0.1',
    ]);
  });

  test.each([
    [
      { http: { idleTimeoutSeconds: 0 } },
      'settings.http.idleTimeoutSeconds (value: 0): expected a whole number of seconds from 1 to 3600',
    ],
    [{ heal: { concurrency: 1.5 } }, 'settings.heal.concurrency (value: 1.5): expected a whole number, at least 1'],
    [{ heal: { enabled: 'yes' } }, 'settings.heal.enabled (value: "yes"): expected true or false'],
    [
      { http: { h2MaxFrame: Size.mebibytes(16) } },
      'settings.http.h2MaxFrame (value: 16777216 bytes): expected a Size from 16384 to 16777215 bytes',
    ],
    [
      { http: { maxHeaders: 65536 } },
      'settings.http.maxHeaders (value: 65536): expected a Size of at least 8192 bytes',
    ],
    [
      { observability: { sampleRatio: 2 } },
      'settings.observability.sampleRatio (value: 2): expected a number from 0 to 1',
    ],
    [
      { storage: { bufferProfile: 'Fast' } },
      'settings.storage.bufferProfile (value: "Fast"): expected one of GeneralPurpose, AiTraining, DataAnalytics, WebWorkload, IndustrialIoT, SecureStorage, custom',
    ],
    [
      { observability: { endpoint: 'http://user:secret@otel:4318' } },
      'settings.observability.endpoint (value: "http://…@otel:4318"): expected an http or https URL without user name and password',
    ],
    [
      { cors: { allowedOrigins: [] } },
      'settings.cors.allowedOrigins (value: []): expected a list of origins such as https://console.example.com, or *',
    ],
    [
      { iam: { masterKeyFile: 'c2VjcmV0+key=' } },
      'settings.iam.masterKeyFile: expected the path of a file, relative to the project directory',
    ],
    [
      { connect: { proxyBypass: ['10.0.0.0/8', 'fd00::/8', '.example.com', '*', 'proxy:3128'] } },
      'settings.connect.proxyBypass (value: ["10.0.0.0/8","fd00::/8",".example.com","*","proxy:3128"]): expected a list of names, addresses and networks such as 10.0.0.0/8, or *',
    ],
    [
      { iam: { masterKey: 'x' } },
      'settings.iam.masterKey: there is no such setting; settings.iam has masterKeyFile, oldMasterKeysFile',
    ],
  ])('%j is refused', (settings, problem) => expect(problems(settings)).toEqual([problem]));

  test('names what there is when a group is not known', () => {
    expect(problems({ htp: { idleTimeoutSeconds: 5 } })[0]).toMatch(
      /^settings\.htp\.idleTimeoutSeconds: there is no such setting; settings has server, iam, /,
    );
  });

  test('between nodes are for clusters alone', () => {
    const between = { internode: { bulkConnections: 2 }, health: { requirePeers: true } };
    expect(problems(between)).toEqual([
      'settings.internode.bulkConnections: RUSTFS_INTERNODE_BULK_CHANNELS has an effect between nodes alone; leave it out, or declare a RustFsCluster',
      'settings.health.requirePeers: RUSTFS_HEALTH_PEER_READY_CHECK_ENABLE has an effect between nodes alone; leave it out, or declare a RustFsCluster',
    ]);
    expect(renderSettings(between, '1.0.1', true)).toEqual({
      problems: [],
      part: {
        environment: {
          RUSTFS_INTERNODE_BULK_CHANNELS: '2',
          RUSTFS_INTERNODE_CHANNEL_ISOLATION: 'true',
          RUSTFS_HEALTH_PEER_READY_CHECK_ENABLE: 'true',
        },
        files: [],
        prepare: [],
        secretVariables: [],
      },
    });
    expect(renderSettings({ internode: { prewarm: true } }, '1.0.0-beta.7', true).problems).toEqual([
      'settings.internode.prewarm: RUSTFS_INTERNODE_PREWARM has no effect in RustFS 1.0.0-beta.7, which does not know it; leave it out, or take version 1.0.1',
    ]);
    expect(settingsWarnings(between)).toEqual([
      'settings.health.requirePeers: while one node is away no other is ready, so a load balancer or the Service of Kubernetes has none left',
    ]);
    expect(settingsWarnings({ internode: { requireDigest: true, requireSignature: false } })).toEqual([
      'settings.internode.requireDigest: nodes of 1.0.0-beta.7 cannot take part, so a rolling upgrade from it needs this unset',
    ]);
  });

  test('of a cluster have to fit its layout, its lack of certificates and the names of its nodes', () => {
    const of = (settings: RustFsSettings) =>
      settingsProblems(settings, {
        storage: { drives: 8 },
        tls: false,
        cluster: { names: ['node1', 'rustfs-0.rustfs.ns.svc.cluster.local', 's3.example.com'] },
      });
    expect(
      of({ storage: { reducedParity: 'EC:2' }, server: { domains: ['s3.example.com', 'cdn.example.com'] } }),
    ).toEqual([]);
    expect(of({ storage: { reducedParity: 'EC:5' } })).toEqual([
      'settings.storage.reducedParity (value: EC:5): a set of 8 drives has at most 4 for parity, and RustFS 1.0.1 does not start with more',
    ]);
    expect(
      of({
        storage: { standardParity: 'EC:02', setDriveCount: 4 },
        ftp: { enabled: true },
        ftps: { enabled: true },
        webdav: { enabled: true, tls: false },
        trust: { clientKeyFile: 'certs/client.key' },
        connect: { endpoint: 'https://connect.example/agent/' },
        kmsTuning: { backupKeyId: 'a' },
      }),
    ).toEqual([
      'settings.storage.standardParity (value: EC:02): a cluster counts its capacity with its own prop; set parity to 2 instead',
      'settings.storage.setDriveCount (value: 4): a cluster counts its capacity with the sets that RustFS chooses; leave it out',
      ...['ftp', 'ftps', 'webdav'].map(
        (group) =>
          `settings.${group}: a cluster has no certificates and publishes S3 and its console alone; leave it out, or declare a RustFs`,
      ),
      'settings.trust.clientCertificateFile: a cluster has no certificates; leave it out, or declare a RustFs',
      'settings.connect: a cluster has no volume for its state; leave it out, or declare a RustFs',
      'settings.kmsTuning.backupKeyFile: a cluster has no volume for backups; leave it out, or declare a RustFs',
    ]);
    expect(of({ server: { domains: ['svc.cluster.local'] } })).toEqual([
      'settings.server.domains: rustfs-0.rustfs.ns.svc.cluster.local is below svc.cluster.local, which RustFS refuses, and the nodes are reached by one of them; take another domain',
    ]);
    expect(of({ server: { domains: ['eu.s3.example.com'] } })).toEqual([
      'settings.server.domains: eu.s3.example.com is below s3.example.com, which RustFS refuses, and the nodes are reached by one of them; take another domain',
    ]);
  });

  test('that RustFS takes together are asked for together', () => {
    const of = (settings: RustFsSettings) =>
      settingsProblems(settings, { storage: RustFsStorage.single(), tls: false });
    const connect = { endpoint: 'https://connect.example/agent/', caFile: 'certs/connect.pem' };
    const proxy = { proxyUrl: 'http://proxy:3128', proxyUsernameFile: 'secrets/user', proxyPasswordFile: 'secrets/pw' };
    expect(
      of({ connect: { ...connect, ...proxy }, kmsTuning: { backupKeyFile: 'secrets/kek', backupKeyId: 'a' } }),
    ).toEqual([]);
    expect(of({ connect: { endpoint: connect.endpoint, jobSigningKeyFile: 'keys/jobs' } })).toEqual([
      'settings.connect: endpoint and caFile belong together: set both',
      'settings.connect: jobSigningKeyId and jobSigningKeyFile belong together: set both',
    ]);
    expect(of({ connect: { ...connect, proxyUsernameFile: 'secrets/user' } })).toEqual([
      'settings.connect: proxyUsernameFile and proxyPasswordFile belong together: set both',
      'settings.connect: a proxy needs proxyUrl and endpoint',
    ]);
    expect(of({ trust: { clientCertificateFile: 'certs/client.pem' } })).toEqual([
      'settings.trust: clientCertificateFile and clientKeyFile belong together: set both',
      'settings.trust.clientCertificateFile needs certificates: set tls',
    ]);
    expect(of({ kmsTuning: { backupKeyId: 'a', backupKeyVersion: 2 } })).toEqual([
      'settings.kmsTuning: backupKeyFile and backupKeyId belong together: set both',
      'settings.kmsTuning: backupKeyVersion has no effect without backupKeyFile',
    ]);
  });

  test('have to fit each other and the server', () => {
    const of = (settings: RustFsSettings, drives = 4) =>
      settingsProblems(settings, {
        storage: drives === 1 ? RustFsStorage.single() : RustFsStorage.erasure({ drives }),
        tls: false,
      });
    expect(of({ storage: { standardParity: 'EC:2' } })).toEqual([]);
    expect(of({ storage: { standardParity: 'EC:3' } })).toEqual([
      'settings.storage.standardParity (value: EC:3): a set of 4 drives has at most 2 for parity, and RustFS 1.0.1 does not start with more',
    ]);
    expect(of({ storage: { standardParity: 'EC:1' } }, 1)).toEqual([
      'settings.storage.standardParity (value: EC:1): a set of 1 drive has at most 0 for parity, and RustFS 1.0.1 does not start with more',
    ]);
    expect(of({ storage: { setDriveCount: 3 } })).toEqual([
      'settings.storage.setDriveCount (value: 3): expected a divisor of the 4 drives',
    ]);
    expect(of({ server: { domains: ['example.com', 's3.example.com'] } })).toEqual([
      'settings.server.domains: s3.example.com is below another one of them, which RustFS refuses; leave it out',
    ]);
    expect(
      of({
        rateLimit: { burst: 5, bucketBurst: 5 },
        internode: { offlineRetrySeconds: 5 },
        policyPlugin: { authTokenFile: 'secrets/opa' },
        ftps: { enabled: true },
        webdav: { enabled: true },
      }),
    ).toEqual([
      'settings.rateLimit.burst limits nothing without settings.rateLimit.requestsPerMinute',
      'settings.rateLimit.bucketBurst limits nothing without settings.rateLimit.requestsPerMinuteAndBucket',
      'settings.internode.offlineRetrySeconds has no effect without settings.internode.skipOffline',
      'settings.policyPlugin.authTokenFile is for nobody without settings.policyPlugin.url',
      'settings.ftps.enabled needs certificates: set tls',
      'settings.webdav.enabled needs certificates: set tls, or settings.webdav.tls to false where access keys may travel in clear',
    ]);
  });
});

describe('log files', () => {
  const settings: RustFsSettings = {
    observability: { logKeepFiles: 5 },
    logFiles: { maxFileSize: Size.mebibytes(64) },
  };
  const of = (logFiles: boolean) =>
    settingsProblems(settings, { storage: RustFsStorage.single(), tls: false, logFiles });

  test('have settings where there are log files alone', () => {
    expect(of(true)).toEqual([]);
    expect(of(false)).toEqual([
      'settings.observability.logKeepFiles is for log files, and RustFS logs to stdout: set logs to volume',
      'settings.logFiles.maxFileSize is for log files, and RustFS logs to stdout: set logs to volume',
    ]);
  });
});

describe('profiles', () => {
  const parts = (settings: RustFsSettings, version: '1.0.1' | '1.0.0-beta.7') =>
    settingsParts(
      { settings },
      { what: 'RustFs x', version, port: 9000, storage: RustFsStorage.single(), tls: false },
    )[0]?.environment;

  test('are switched on, and written where RustFS may write', () => {
    expect(parts({ profiling: { cpuMode: 'periodic', cpuDurationSeconds: 10 } }, '1.0.0-beta.7')).toEqual({
      RUSTFS_ENABLE_PROFILING: 'true',
      RUSTFS_PROF_CPU_MODE: 'periodic',
      RUSTFS_PROF_CPU_DURATION_SECS: '10',
      RUSTFS_PROF_OUTPUT_DIR: '/logs/profiles',
    });
  });

  test('are refused without a mode, and by 1.0.1', () => {
    expect(() => parts({ profiling: { cpuDurationSeconds: 10 } }, '1.0.0-beta.7')).toThrow(
      new Error('RustFs x is not valid:\n✖ settings.profiling takes no profiles without settings.profiling.cpuMode'),
    );
    expect(() => parts({ profiling: { cpuMode: 'periodic' } }, '1.0.1')).toThrow(
      new Error(
        'RustFs x is not valid:\n✖ settings.profiling.cpuMode: RUSTFS_PROF_CPU_MODE has no effect in RustFS 1.0.1, which takes no profiles into files, and says so in its log; leave it out, or take version 1.0.0-beta.7',
      ),
    );
  });
});

test('a stack that is smaller than RustFS takes by itself is told', () => {
  expect(settingsWarnings({ runtime: { threadStack: Size.mebibytes(1) } })).toEqual([]);
  expect(settingsWarnings({ runtime: { threadStack: Size.bytes(524_288) } })).toEqual([
    'settings.runtime.threadStack: below the 1 MiB that RustFS takes by itself, its process can end in the middle of a request',
  ]);
});

test('domains come with the names that the container has itself, and on beta.7 with the port', () => {
  const of = (version: '1.0.1' | '1.0.0-beta.7', port: number) =>
    settingsParts(
      { settings: { server: { domains: ['s3.example.com'] } } },
      { what: 'RustFs x', version, port, storage: RustFsStorage.single(), tls: false },
    )[0]?.environment;
  expect(of('1.0.1', 9100)).toEqual({ RUSTFS_SERVER_DOMAINS: 's3.example.com,rustfs,localhost' });
  expect(of('1.0.0-beta.7', 9100)).toEqual({
    RUSTFS_SERVER_DOMAINS: 's3.example.com,rustfs,localhost,s3.example.com:9100,rustfs:9100,localhost:9100',
  });
});

test('what RustFS keeps for settings has a volume, and a file that has to be its own is copied before it starts', () => {
  const parts = settingsParts(
    {
      settings: {
        connect: {
          endpoint: 'https://connect.example',
          caFile: 'certs/connect.pem',
          proxyUrl: 'http://proxy:3128',
          proxyUsernameFile: 'secrets/user',
          proxyPasswordFile: 'secrets/password',
        },
        kmsTuning: { backupKeyFile: 'secrets/kek', backupKeyId: 'offsite' },
      },
    },
    { what: 'RustFs x', version: '1.0.1', port: 9000, storage: RustFsStorage.single(), tls: false },
  );
  const { environment, volumes, entrypoint } = combineParts(new TerraformStack(Testing.app(), 'x'), '1.0.1', parts);
  expect(environment).toEqual({
    RUSTFS_CONNECT_ENDPOINT: 'https://connect.example',
    RUSTFS_CONNECT_ROOT_CA_FILE: '/etc/rustfs/settings/connect.caFile',
    RUSTFS_CONNECT_STATE_DIR: '/connect/state',
    RUSTFS_CONNECT_PROXY_URL: 'http://proxy:3128',
    RUSTFS_CONNECT_PROXY_USERNAME_FILE: '/tmp/connect.proxyUsernameFile',
    RUSTFS_CONNECT_PROXY_PASSWORD_FILE: '/tmp/connect.proxyPasswordFile',
    RUSTFS_KMS_BACKUP_KEK_ID: 'offsite',
    RUSTFS_KMS_BACKUP_DIR: '/kms-backup',
  });
  expect(volumes).toEqual([
    { name: 'connect', path: '/connect' },
    { name: 'kms-backup', path: '/kms-backup' },
  ]);
  expect(entrypoint?.[2]).toBe(
    [
      '(umask 077 && cp /etc/rustfs/settings/connect.proxyUsernameFile /tmp/connect.proxyUsernameFile)',
      '(umask 077 && cp /etc/rustfs/settings/connect.proxyPasswordFile /tmp/connect.proxyPasswordFile)',
      'mkdir -p -m 700 /connect/state',
      'export RUSTFS_KMS_BACKUP_KEK="$(cat /etc/rustfs/settings/kmsTuning.backupKeyFile)"',
      'exec /entrypoint.sh "$@"',
    ].join(' && '),
  );
});

test('says what a setting of the KMS or of table buckets costs', () => {
  expect(
    settingsWarnings({
      kmsTuning: {
        bindContext: true,
        enforceKeyRights: true,
        allowImmediateDeletion: true,
        configSecretFile: 'secrets/kms-config',
        backupKeyFile: 'secrets/kek',
      },
      tableCatalog: { credentialVending: true },
    }),
  ).toEqual([
    'settings.kmsTuning.bindContext: objects that are encrypted from now on cannot be read by an earlier version of RustFS',
    'settings.kmsTuning.enforceKeyRights: the access proof does not know it: who uses SSE-KMS without kms:GenerateDataKey and kms:Decrypt on the key is refused',
    'settings.kmsTuning.allowImmediateDeletion: a key can be destroyed at once, and every object that it encrypted with it',
    'settings.kmsTuning.configSecretFile: without this secret RustFS cannot read the configuration of its KMS; keep a copy',
    'settings.kmsTuning.backupKeyFile: a backup of keys opens with this key alone; keep a copy away from the server',
    'settings.tableCatalog.credentialVending: the temporary credentials that RustFS gives for tables are not part of what is proved',
  ]);
});

describe('extraEnvironment', () => {
  test('passes what is not known, and says so', () => {
    expect(extraEnvironmentPart({ RUSTFS_NO_SUCH_VARIABLE: 'strict' })).toEqual({
      problems: [],
      part: {
        environment: { RUSTFS_NO_SUCH_VARIABLE: 'strict' },
        warnings: [
          'extraEnvironment sets RUSTFS_NO_SUCH_VARIABLE, which this toolkit does not know: nobody checks whether it has an effect in this version',
        ],
      },
    });
  });

  test.each([
    ['RUSTFS_REGION', 'this variable is known; set region'],
    ['RUSTFS_SCANNER_SPEED', 'this variable is known; set settings.scanner.speed'],
    ['RUSTFS_INTERNODE_PREWARM', 'this variable is known; set settings.internode.prewarm of a RustFsCluster'],
    [
      'RUSTFS_STARTUP_TOPOLOGY_WAIT_TIMEOUT',
      'this variable is known; it is not offered: nodes of a RustFsCluster are told their name, so their start looks up none',
    ],
    ['RUSTFS_API_RATE_LIMIT_ENABLE', 'this variable is known; it follows from `settings.rateLimit`'],
    [
      'RUSTFS_HEALTH_ENDPOINT_ENABLE',
      'this variable is known; it is not offered: the healthcheck of the container and provisioning need /health/ready',
    ],
    ['RUSTFS_ENABLE_HEAL', 'this variable is known; set settings.heal.enabled'],
    [
      'RUSTFS_NO_SUCH_SIGNING_KEY',
      "the name looks like a secret, and the environment is in Terraform's state; give RustFS a file",
    ],
    ['MINIO_BROWSER', 'RustFS only copies some of these names; use that of RustFS, RUSTFS_…'],
    ['rustfs-x', 'expected a name of capitals, digits and "_"'],
  ])('refuses %s', (name, problem) =>
    expect(extraEnvironmentPart({ [name]: 'x' }).problems).toEqual([`extraEnvironment ${name}: ${problem}`]),
  );

  test('refuses more than one line', () => {
    expect(extraEnvironmentPart({ RUSTFS_X: 'a\nb' }).problems).toEqual([
      'extraEnvironment RUSTFS_X: expected one line',
    ]);
  });
});

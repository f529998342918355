import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { settingsProblems, settingsWarnings } from '../../constructs/environment/checks.js';
import { extraEnvironmentPart } from '../../constructs/environment/extra.js';
import { renderSettings } from '../../constructs/environment/render.js';
import { settingsParts } from '../../constructs/environment/settings-part.js';
import { findVariable, SECTIONS } from '../../constructs/environment/table.js';
import { type RustFsSettings, RustFsStorage, Size } from '../../constructs/index.js';
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
    ]);
    expect(secret.map((variable) => 'value' in variable && variable.value.kind)).toEqual(Array(3).fill('secretFile'));
  });

  test.each([
    ['RUSTFS_IDENTITY_OPENID_CLIENT_SECRET_KEYCLOAK', 'RUSTFS_IDENTITY_OPENID_CLIENT_SECRET[_<ID>]'],
    ['RUSTFS_AUDIT_WEBHOOK_AUTH_TOKEN_PRIMARY', 'RUSTFS_{NOTIFY,AUDIT}_WEBHOOK_AUTH_TOKEN[_<ID>]'],
    ['RUSTFS_OBS_ENDPOINT_LOGS_HEADERS', 'RUSTFS_OBS_ENDPOINT[_{TRACES,METRICS,LOGS}]_HEADERS'],
    ['RUSTFS_OBS_ENDPOINT_HEADERS', 'RUSTFS_OBS_ENDPOINT[_{TRACES,METRICS,LOGS}]_HEADERS'],
    ['RUSTFS_SECRET_KEY', 'RUSTFS_{ACCESS,SECRET}_KEY'],
    ['RUSTFS_DRIVE_MAX_TIMEOUT_DURATION', 'RUSTFS_DRIVE_MAX_TIMEOUT_DURATION'],
    ['RUSTFS_DRIVE_SYNC_ENABLE', 'RUSTFS_DRIVE_SYNC_ENABLE'],
    ['RUSTFS_DRIVE_SUSPECT_FAILURE_THRESHOLD', 'RUSTFS_DRIVE_*'],
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
      'settings.storage.bufferProfile (value: "Fast"): expected one of GeneralPurpose, AiTraining, DataAnalytics, WebWorkload, IndustrialIoT, SecureStorage',
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
      { iam: { masterKey: 'x' } },
      'settings.iam.masterKey: there is no such setting; settings.iam has masterKeyFile, oldMasterKeysFile',
    ],
  ])('%j is refused', (settings, problem) => expect(problems(settings)).toEqual([problem]));

  test('names what there is when a group is not known', () => {
    expect(problems({ htp: { idleTimeoutSeconds: 5 } })[0]).toMatch(
      /^settings\.htp\.idleTimeoutSeconds: there is no such setting; settings has server, iam, /,
    );
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
        policyPlugin: { authTokenFile: 'secrets/opa' },
        ftps: { enabled: true },
        webdav: { enabled: true },
      }),
    ).toEqual([
      'settings.rateLimit.burst limits nothing without settings.rateLimit.requestsPerMinute',
      'settings.rateLimit.bucketBurst limits nothing without settings.rateLimit.requestsPerMinuteAndBucket',
      'settings.policyPlugin.authTokenFile is for nobody without settings.policyPlugin.url',
      'settings.ftps.enabled needs certificates: set tls',
      'settings.webdav.enabled needs certificates: set tls, or settings.webdav.tls to false where access keys may travel in clear',
    ]);
  });
});

describe('settings of the work in the background', () => {
  const shape = { storage: RustFsStorage.single(), tls: false };

  test('are refused where another one leaves them without effect', () => {
    expect(
      settingsProblems(
        {
          heal: {
            limitPerSet: false,
            concurrencyPerSet: 2,
            parallel: false,
            objectConcurrency: 4,
            yieldToRequests: false,
            busyWritePercent: 90,
          },
          lifecycle: { transitionWorkers: 40 },
        },
        shape,
      ),
    ).toEqual([
      'settings.heal.concurrencyPerSet has no effect while settings.heal.limitPerSet is false',
      'settings.heal.objectConcurrency has no effect while settings.heal.parallel is false',
      'settings.heal.busyWritePercent has no effect while settings.heal.yieldToRequests is false',
      'settings.lifecycle.transitionWorkers (value: 40): RustFS starts no more than settings.lifecycle.maxTransitionWorkers (32)',
    ]);
    const fits = { heal: { concurrencyPerSet: 2 }, lifecycle: { transitionWorkers: 40, maxTransitionWorkers: 40 } };
    expect(settingsProblems(fits, shape)).toEqual([]);
  });

  test('warn where they can cost objects', () => {
    expect(
      settingsWarnings({
        heal: { danglingGraceSeconds: 0, checkWalks: 8 },
        replication: { streamingChecksums: true },
      }),
    ).toEqual([
      'settings.heal.danglingGraceSeconds is 0: what is left of a new object can be deleted while drives with its other parts are away',
      'settings.heal.checkWalks is 8, less than settings.usage.rescanWalks (16): the scanner does not look for damage in folders of which only the sum is kept',
      'settings.replication.streamingChecksums: a target that does not decode aws-chunked stores other bytes than it was sent',
    ]);
    expect(settingsWarnings({ heal: { checkWalks: 8 }, usage: { rescanWalks: 8 } })).toEqual([]);
  });

  test('that the fleet has to confirm are confirmed with them', () => {
    expect(environment({ tiers: { anyVersionId: true } })).toEqual({
      RUSTFS_TIER_REMOTE_VERSION_STATE_WRITE: 'true',
      RUSTFS_TIER_REMOTE_VERSION_STATE_FLEET_CONFIRMED: 'true',
    });
  });
});

describe('settings.proxy', () => {
  const shape = { storage: RustFsStorage.single(), tls: false };
  const environmentOf = (settings: RustFsSettings) =>
    settingsParts({ settings }, { what: 'RustFs x', version: '1.0.1', port: 9000, ...shape })[0]?.environment;

  test('with networks trusts these alone, as peers of either kind of socket, and no header Forwarded', () => {
    expect(environmentOf({ proxy: { networks: ['172.20.0.2', '10.1.0.0/28', 'fd00::2'] } })).toEqual({
      RUSTFS_TRUSTED_PROXY_ENABLED: 'true',
      RUSTFS_TRUSTED_PROXY_IMPLEMENTATION: 'legacy',
      RUSTFS_TRUSTED_PROXY_NETWORKS: '172.20.0.2,::ffff:172.20.0.2/128,10.1.0.0/28,::ffff:10.1.0.0/124,fd00::2',
      RUSTFS_TRUSTED_PROXY_ENABLE_RFC7239: 'false',
    });
    expect(environmentOf({ proxy: { networks: ['fd00::2'], forwardedHeader: true, maxHops: 2 } })).toMatchObject({
      RUSTFS_TRUSTED_PROXY_ENABLE_RFC7239: 'true',
      RUSTFS_TRUSTED_PROXY_MAX_HOPS: '2',
    });
    expect(environmentOf({ proxy: { trusted: true } })).toEqual({ RUSTFS_TRUSTED_PROXY_ENABLED: 'true' });
  });

  test('is refused where it would trust everybody or nobody', () => {
    const of = (proxy: RustFsSettings['proxy']) => settingsProblems({ proxy }, shape);
    expect(of({ networks: ['172.20.0.2'], maxHops: 3, cacheSeconds: 0 })).toEqual([]);
    expect(of({ trusted: true, maxHops: 3, forwardedHeader: false })).toEqual([
      'settings.proxy.maxHops has no effect without settings.proxy.networks',
      'settings.proxy.forwardedHeader has no effect without settings.proxy.networks',
    ]);
    expect(of({ trusted: false, networks: ['172.20.0.2', '::/0'] })).toEqual([
      'settings.proxy.networks have no effect while settings.proxy.trusted is false; leave one of them out',
      'settings.proxy.networks: ::/0 trusts every client to name its own address; list the proxies',
    ]);
    expect(of({ networks: ['172.20.0.999', '10.0.0.0/33'], warnNetworks: ['1::2::3'] })).toEqual([
      'settings.proxy.networks: 172.20.0.999 is neither an address nor a network',
      'settings.proxy.networks: 10.0.0.0/33 is neither an address nor a network',
      'settings.proxy.warnNetworks: 1::2::3 is neither an address nor a network',
    ]);
    expect(problems({ proxy: { networks: ['proxy.internal'] } })).toEqual([
      'settings.proxy.networks (value: ["proxy.internal"]): expected a list of addresses and networks such as 172.20.0.2 or 10.1.0.0/28',
    ]);
  });

  test('warns of who could choose its own address', () => {
    const line =
      'settings.proxy.networks: RustFS reads the first line X-Forwarded-For alone; proxies have to replace that of the client or write to its end, not add a line';
    expect(settingsWarnings({ proxy: { networks: ['172.20.0.2', 'fd00::2', '10.1.0.0/24'] } })).toEqual([line]);
    expect(settingsWarnings({ proxy: { networks: ['10.0.0.0/8', 'fd00::/8'], forwardedHeader: true } })).toEqual([
      line,
      'settings.proxy.networks: every host in 10.0.0.0/8 can choose its own aws:SourceIp',
      'settings.proxy.networks: every host in fd00::/8 can choose its own aws:SourceIp',
      'settings.proxy.forwardedHeader: a proxy that passes on the header Forwarded lets clients choose their own aws:SourceIp',
    ]);
    expect(settingsWarnings({ proxy: { trusted: true } })).toEqual([
      'settings.proxy.trusted: RustFS believes X-Forwarded-For of every private address, so who reaches it past the proxy chooses its own aws:SourceIp; list the proxies in settings.proxy.networks',
    ]);
  });
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

describe('extraEnvironment', () => {
  test('passes what is not known, and says so', () => {
    expect(extraEnvironmentPart({ RUSTFS_LIST_OBJECTS_QUORUM: 'strict' })).toEqual({
      problems: [],
      part: {
        environment: { RUSTFS_LIST_OBJECTS_QUORUM: 'strict' },
        warnings: [
          'extraEnvironment sets RUSTFS_LIST_OBJECTS_QUORUM, which this toolkit does not know: nobody checks whether it has an effect in this version',
        ],
      },
    });
  });

  test.each([
    ['RUSTFS_REGION', 'this variable is known; set region'],
    ['RUSTFS_SCANNER_SPEED', 'this variable is known; set settings.scanner.speed'],
    ['RUSTFS_API_RATE_LIMIT_ENABLE', 'this variable is known; it follows from `settings.rateLimit`'],
    [
      'RUSTFS_HEALTH_ENDPOINT_ENABLE',
      'this variable is known; it is not offered: the healthcheck of the container and provisioning need /health/ready',
    ],
    ['RUSTFS_ENABLE_HEAL', 'this variable is known; set settings.heal.enabled'],
    [
      'RUSTFS_CONNECT_JOB_SIGNING_KEY_ID',
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

import { describe, expect, test } from 'vitest';
import { settingsProblems, settingsWarnings } from '../../../constructs/environment/checks.js';
import { renderSettings } from '../../../constructs/environment/render.js';
import { settingsParts } from '../../../constructs/environment/settings-part.js';
import { type RustFsSettings, RustFsStorage, Size } from '../../../constructs/index.js';

const problems = (settings: object, version: '1.0.1' | '1.0.0-beta.7' = '1.0.1') =>
  renderSettings(settings as RustFsSettings, version).problems;
const environment = (settings: RustFsSettings) => renderSettings(settings, '1.0.1').part.environment;

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
    expect(of({ server: { domains: ['s3.localhost'] } })).toEqual([
      'settings.server.domains: s3.localhost is below localhost, which RustFS refuses, and the server is reached by one of them; take another domain',
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
      'settings.rateLimit.burst has no effect without settings.rateLimit.requestsPerMinute',
      'settings.rateLimit.bucketBurst has no effect without settings.rateLimit.requestsPerMinuteAndBucket',
      'settings.internode.offlineRetrySeconds has no effect without settings.internode.skipOffline',
      'settings.policyPlugin.authTokenFile has no effect without settings.policyPlugin.url',
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
      new Error(
        'RustFs x is not valid:\n✖ settings.profiling.cpuDurationSeconds has no effect without settings.profiling.cpuMode',
      ),
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

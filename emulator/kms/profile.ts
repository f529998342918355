import { type RustFsVersion, ruleValue } from '../../policies/index.js';

/** What the emulated RustFS versions do differently with keys. Recorded (10-kms, 12-kms-first) or seen on a running 1.0.1. */
export interface KmsProfile {
  /** Directories, schemes, master keys and unknown fields are checked, and a local KMS stays what it is. */
  readonly checksConfiguration: boolean;
  /** `start` succeeds only if the backend answers; otherwise only `healthy` tells. */
  readonly startsHealthyOnly: boolean;
  /** AppRole works; otherwise it is accepted, and `start` fails. RustFS source beta.7. */
  readonly appRole: boolean;
  /** Creating a key that exists replaces it. */
  readonly overwritesKeys: boolean;
  /** What wraps data keys is chosen by the first encrypted request, and stays until the end of the process. */
  readonly pinsProvider: boolean;
  /** SSE-S3 without KMS and master key: refused, or wrapped with a key of zeros. */
  readonly needsMasterKey: boolean;
  /** SSE-S3 wraps with the default key of the KMS; otherwise with one called `default`, which is made when it is missing. */
  readonly sseS3UsesDefaultKey: boolean;
  /** Reading an SSE-S3 object shows its key. */
  readonly showsSseS3Key: boolean;
  readonly cacheSeconds: number;
  /** The KMS keeps a key of its own that it tests itself with. */
  readonly probeKey?: string;
  /** Answers about keys say what refers to them. */
  readonly tellsImpact: boolean;
  /** `enable` and `disable` exist. */
  readonly keySwitches: boolean;
  readonly words: {
    readonly notRunning: string;
    readonly startFailed: string;
    readonly listed: string;
    readonly created: string;
    readonly deleted: string;
    readonly cancelled: string;
  };
  /** Actions that the routes ask for. */
  readonly actions: {
    readonly configure: string;
    readonly control: string;
    readonly create: string;
    readonly list: string;
    readonly describe: string;
    readonly delete: string;
    readonly clearCache: string;
  };
}

const PROFILES: Readonly<Record<RustFsVersion, KmsProfile>> = {
  '1.0.1': {
    checksConfiguration: true,
    startsHealthyOnly: true,
    appRole: true,
    overwritesKeys: ruleValue('kms-create-existing', '1.0.1'),
    pinsProvider: ruleValue('kms-late', '1.0.1'),
    needsMasterKey: ruleValue('sse-s3-key', '1.0.1'),
    sseS3UsesDefaultKey: true,
    showsSseS3Key: false,
    cacheSeconds: 300,
    probeKey: 'rustfs-internal-kms-probe',
    tellsImpact: true,
    keySwitches: true,
    words: {
      notRunning: 'kms service is not running',
      startFailed: 'Failed to start or restart KMS service',
      listed: 'keys listed successfully',
      created: 'key created successfully',
      deleted: 'key deleted successfully',
      cancelled: 'key deletion cancelled successfully',
    },
    actions: {
      configure: 'kms:Configure',
      control: 'kms:ServiceControl',
      create: 'kms:Configure',
      list: 'kms:ListKeys',
      describe: 'kms:DescribeKey',
      delete: 'kms:DeleteKey',
      clearCache: 'kms:ClearCache',
    },
  },
  '1.0.0-beta.7': {
    checksConfiguration: false,
    startsHealthyOnly: false,
    appRole: false,
    overwritesKeys: ruleValue('kms-create-existing', '1.0.0-beta.7'),
    pinsProvider: ruleValue('kms-late', '1.0.0-beta.7'),
    needsMasterKey: ruleValue('sse-s3-key', '1.0.0-beta.7'),
    sseS3UsesDefaultKey: false,
    showsSseS3Key: true,
    cacheSeconds: 3600,
    tellsImpact: false,
    keySwitches: false,
    words: {
      notRunning: 'KMS service not running',
      startFailed: 'Failed to start KMS service',
      listed: 'Keys listed successfully',
      created: 'Key created successfully',
      deleted: 'Key deleted successfully',
      cancelled: 'Key deletion cancelled successfully',
    },
    actions: {
      configure: 'admin:ServerInfo',
      control: 'admin:ServerInfo',
      create: 'admin:KMSCreateKey',
      list: 'admin:KMSKeyStatus',
      describe: 'admin:KMSKeyStatus',
      delete: 'admin:ServerInfo',
      clearCache: 'admin:ServerInfo',
    },
  },
};

export function kmsProfile(version: RustFsVersion): KmsProfile {
  return PROFILES[version];
}

import type {
  BucketLifecycleConfiguration,
  CORSConfiguration,
  NotificationConfiguration,
  S3Client,
} from '@aws-sdk/client-s3';
import type { PolicyDocument } from '../../policies/index.js';
import { RustFsError } from '../errors.js';
import { USER_AGENT } from '../user-agent.js';
import type { Credentials, Wire } from '../wire.js';
import { type BucketConfig, parseCors, parsePublicAccessBlock } from './bucket-xml.js';
import { errorCode, refusal } from './response.js';

type ConfigKey = keyof BucketConfig;
type Sdk = typeof import('@aws-sdk/client-s3');

/** CORS and public access block as XML; undefined: not configured. */
export interface BucketRest {
  readonly cors: string | undefined;
  readonly publicAccessBlock: string | undefined;
}

/** {@link BucketRest} in the manifest's terms. */
export function parseRest({ cors, publicAccessBlock }: BucketRest): Pick<BucketConfig, 'cors' | 'publicAccessBlock'> {
  return {
    ...(cors === undefined ? {} : { cors: [...parseCors(cors)] }),
    ...(publicAccessBlock === undefined ? {} : { publicAccessBlock: parsePublicAccessBlock(publicAccessBlock) }),
  };
}

/** Bucket calls as root. Reading goes over the wire; configuring through the AWS SDK, which is loaded with the first setting. */
export interface BucketClient {
  /** Names of all buckets. */
  list(): Promise<readonly string[]>;
  /** What the bulk export leaves out. */
  readRest(bucket: string): Promise<BucketRest>;
  create(bucket: string, objectLock: boolean): Promise<void>;
  /** Sets one part of the configuration; undefined removes it. */
  configure<Key extends Exclude<ConfigKey, 'quotaBytes'>>(
    bucket: string,
    key: Key,
    value: BucketConfig[Key],
  ): Promise<void>;
}

/** Codes for "not configured". The status differs from 404 for some (recorded: 07-buckets get-unset-*). */
const UNSET = new Set(['NoSuchCORSConfiguration', 'NoSuchPublicAccessBlockConfiguration']);

function lifecycle(rules: NonNullable<BucketConfig['lifecycle']>): BucketLifecycleConfiguration {
  return {
    Rules: rules.map((rule) => ({
      ID: rule.id,
      Status: rule.enabled ? 'Enabled' : 'Disabled',
      Filter: { Prefix: rule.prefix ?? '' },
      ...(rule.expireAfterDays || rule.expiredObjectDeleteMarker
        ? { Expiration: rule.expireAfterDays ? { Days: rule.expireAfterDays } : { ExpiredObjectDeleteMarker: true } }
        : {}),
      ...(rule.expireNoncurrentAfterDays
        ? { NoncurrentVersionExpiration: { NoncurrentDays: rule.expireNoncurrentAfterDays } }
        : {}),
      ...(rule.abortIncompleteMultipartAfterDays
        ? { AbortIncompleteMultipartUpload: { DaysAfterInitiation: rule.abortIncompleteMultipartAfterDays } }
        : {}),
    })),
  };
}

function cors(rules: NonNullable<BucketConfig['cors']>): CORSConfiguration {
  return {
    CORSRules: rules.map((rule) => ({
      ...(rule.id ? { ID: rule.id } : {}),
      AllowedMethods: rule.allowedMethods,
      AllowedOrigins: rule.allowedOrigins,
      ...(rule.allowedHeaders ? { AllowedHeaders: rule.allowedHeaders } : {}),
      ...(rule.exposeHeaders ? { ExposeHeaders: rule.exposeHeaders } : {}),
      ...(rule.maxAgeSeconds === undefined ? {} : { MaxAgeSeconds: rule.maxAgeSeconds }),
    })),
  };
}

function notifications(entries: NonNullable<BucketConfig['notifications']>): NotificationConfiguration {
  return {
    QueueConfigurations: entries.map((entry) => {
      const rules = [
        ...(entry.prefix ? [{ Name: 'prefix' as const, Value: entry.prefix }] : []),
        ...(entry.suffix ? [{ Name: 'suffix' as const, Value: entry.suffix }] : []),
      ];
      return {
        Id: entry.id,
        QueueArn: entry.targetArn,
        Events: entry.events as never[],
        ...(rules.length > 0 ? { Filter: { Key: { FilterRules: rules } } } : {}),
      };
    }),
  };
}

type Command = Parameters<S3Client['send']>[0];

/** The command that sets (or, for undefined, removes) one part of a bucket's configuration. */
function commandFor(sdk: Sdk, Bucket: string, key: ConfigKey, config: BucketConfig): unknown {
  switch (key) {
    case 'versioning':
      return new sdk.PutBucketVersioningCommand({
        Bucket,
        VersioningConfiguration: { Status: config.versioning ?? 'Suspended' },
      });
    case 'lifecycle':
      return config.lifecycle
        ? new sdk.PutBucketLifecycleConfigurationCommand({
            Bucket,
            LifecycleConfiguration: lifecycle(config.lifecycle),
          })
        : new sdk.DeleteBucketLifecycleCommand({ Bucket });
    case 'encryption': {
      if (!config.encryption) return new sdk.DeleteBucketEncryptionCommand({ Bucket });
      const { algorithm, kmsKeyId } = config.encryption;
      const rule = {
        ApplyServerSideEncryptionByDefault: {
          SSEAlgorithm: algorithm,
          ...(kmsKeyId ? { KMSMasterKeyID: kmsKeyId } : {}),
        },
      };
      return new sdk.PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules: [rule] } });
    }
    case 'cors':
      return config.cors
        ? new sdk.PutBucketCorsCommand({ Bucket, CORSConfiguration: cors(config.cors) })
        : new sdk.DeleteBucketCorsCommand({ Bucket });
    case 'tags':
      return config.tags
        ? new sdk.PutBucketTaggingCommand({
            Bucket,
            Tagging: { TagSet: Object.entries(config.tags).map(([Key, Value]) => ({ Key, Value })) },
          })
        : new sdk.DeleteBucketTaggingCommand({ Bucket });
    case 'policy':
      return config.policy
        ? new sdk.PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(config.policy satisfies PolicyDocument) })
        : new sdk.DeleteBucketPolicyCommand({ Bucket });
    case 'publicAccessBlock': {
      const block = config.publicAccessBlock;
      if (!block) return new sdk.DeletePublicAccessBlockCommand({ Bucket });
      return new sdk.PutPublicAccessBlockCommand({
        Bucket,
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: block.blockPublicAcls,
          IgnorePublicAcls: block.ignorePublicAcls,
          BlockPublicPolicy: block.blockPublicPolicy,
          RestrictPublicBuckets: block.restrictPublicBuckets,
        },
      });
    }
    case 'objectLock': {
      const retention = config.objectLock?.defaultRetention;
      return new sdk.PutObjectLockConfigurationCommand({
        Bucket,
        ObjectLockConfiguration: {
          ObjectLockEnabled: 'Enabled',
          ...(retention
            ? {
                Rule: {
                  DefaultRetention: {
                    Mode: retention.mode,
                    ...(retention.days ? { Days: retention.days } : {}),
                    ...(retention.years ? { Years: retention.years } : {}),
                  },
                },
              }
            : {}),
        },
      });
    }
    case 'notifications':
      return new sdk.PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: notifications(config.notifications ?? []),
      });
    case 'quotaBytes':
      throw new Error('quotas are set through the admin API');
  }
}

function explain(error: unknown, what: string): RustFsError {
  const {
    name = '',
    message = '',
    $metadata,
  } = error as { name?: string; message?: string; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;
  // Not as the cause: the SDK's error holds the whole request, signature and all.
  return new RustFsError(`${what} failed: HTTP ${status} ${name} ${message}`, status, name);
}

export function createBucketClient(wire: Wire, root: Credentials): BucketClient {
  let loading: Promise<{ readonly sdk: Sdk; readonly client: S3Client }> | undefined;

  async function load() {
    // The SDK warns on stderr about Node 20 with every first client; our own engines field is the place for that.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
    const sdk = await import('@aws-sdk/client-s3');
    const client = new sdk.S3Client({
      endpoint: wire.endpoint,
      region: wire.region,
      credentials: root,
      forcePathStyle: true,
      maxAttempts: 4,
      customUserAgent: USER_AGENT,
      requestHandler: {
        ...{ connectionTimeout: 5_000, requestTimeout: 15_000 },
        httpAgent: { maxSockets: 64 },
        httpsAgent: { maxSockets: 64, ...wire.tls },
      },
    });
    return { sdk, client };
  }

  async function send(what: string, build: (sdk: Sdk) => unknown): Promise<void> {
    loading ??= load();
    const { sdk, client } = await loading;
    try {
      await client.send(build(sdk) as Command);
    } catch (error) {
      throw explain(error, what);
    }
  }

  async function readXml(bucket: string, subresource: string): Promise<string | undefined> {
    const request = { method: 'GET', path: `/${bucket}`, query: { [subresource]: '' } };
    const response = await wire.send(request, root);
    if (response.status === 200) return response.body.toString('utf8');
    if (UNSET.has(errorCode(response))) return undefined;
    throw refusal(request, response);
  }

  return {
    async list() {
      const request = { method: 'GET', path: '/' };
      const response = await wire.send(request, root);
      if (response.status !== 200) throw refusal(request, response);
      const text = response.body.toString('utf8');
      if (!text.includes('<ListAllMyBucketsResult')) {
        throw new RustFsError(
          `GET / answered ${JSON.stringify(text.slice(0, 80))} where a list of buckets was expected: is this RustFS, or a proxy before it?`,
          200,
          '',
        );
      }
      return [...text.matchAll(/<Bucket>.*?<Name>([^<]+)<\/Name>.*?<\/Bucket>/gs)].map(([, name = '']) => name);
    },
    async readRest(bucket) {
      const [cors, publicAccessBlock] = await Promise.all([
        readXml(bucket, 'cors'),
        readXml(bucket, 'publicAccessBlock'),
      ]);
      return { cors, publicAccessBlock };
    },
    async create(bucket, objectLock) {
      const headers: Record<string, string> = objectLock ? { 'x-amz-bucket-object-lock-enabled': 'true' } : {};
      const request = { method: 'PUT', path: `/${bucket}`, headers };
      const response = await wire.send(request, root);
      if (response.status !== 200) throw refusal(request, response);
    },
    configure: (bucket, key, value) =>
      send(`configuring ${key} of bucket ${bucket}`, (sdk) =>
        commandFor(sdk, bucket, key, { [key]: value } as BucketConfig),
      ),
  };
}

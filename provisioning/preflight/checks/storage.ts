import type { RuleId } from '../../../policies/index.js';
import type { BucketConfig } from '../../client/bucket-xml.js';
import type { Check, CheckResult, Found, KmsState, PreflightEstate } from '../model.js';

const NO_SERVER = 'no server was asked';
const NO_ENVIRONMENT = 'the environment of the server was not given (--server-env)';

function bucketsOf({ manifest, server }: PreflightEstate): readonly (readonly [string, BucketConfig])[] {
  const declared = (manifest?.buckets ?? []).filter(({ name }) => !server?.estate.buckets.has(name));
  return [...(server?.estate.buckets ?? []), ...declared.map((bucket) => [bucket.name, bucket] as const)];
}

function buckets(estate: PreflightEstate, describe: (config: BucketConfig) => string | undefined): readonly Found[] {
  return bucketsOf(estate).flatMap(([name, config]) => {
    const found = describe(config);
    return found === undefined ? [] : [{ object: `bucket ${name}`, found }];
  });
}

const kmsOf = ({ server }: PreflightEstate): KmsState | undefined =>
  server && 'seen' in server.kms ? server.kms.seen : undefined;

const runs = (estate: PreflightEstate) => kmsOf(estate)?.status === 'Running';

/** Why the state of the KMS is not known. */
function kmsUnseen({ server }: PreflightEstate): Pick<CheckResult, 'unseen'> {
  if (server === undefined) return { unseen: NO_SERVER };
  return 'unseen' in server.kms ? { unseen: server.kms.unseen } : {};
}

const sseS3Key: Check = (estate) => {
  if (runs(estate) || estate.environment?.get('RUSTFS_SSE_S3_MASTER_KEY')) return { found: [] };
  const found = buckets(estate, ({ encryption }) =>
    encryption?.algorithm === 'AES256' ? 'encrypts with SSE-S3 by default, and no KMS runs' : undefined,
  );
  return { found, unseen: estate.environment ? 'clients may ask for SSE-S3 themselves' : NO_ENVIRONMENT };
};

/** Objects whose key nobody chose: no KMS, and no key given. */
const zeroKeyObjects: Check = (estate) => {
  const { server } = estate;
  if (server === undefined) return { found: [], unseen: NO_SERVER };
  if ('unseen' in server.objects) return { found: [], unseen: server.objects.unseen };
  const { sseS3, partly } = server.objects.seen;
  const when = runs(estate) ? '; those written before the KMS ran have the key of zeros' : '; no KMS runs';
  return {
    found: [...sseS3].map(([name, { count, example }]) => ({
      object: `bucket ${name}`,
      found: `${count} of the objects looked at ${count === 1 ? 'has' : 'have'} SSE-S3, such as ${example}${when}`,
    })),
    ...(partly.length > 0 ? { unseen: `only the first objects of ${partly.join(', ')} were looked at` } : {}),
  };
};

const sseDowngrade: Check = (estate) => ({
  found: buckets(estate, ({ encryption }) => encryption && `encrypts by default (${encryption.algorithm})`),
  unseen: 'clients may have asked for encryption themselves',
});

const kmsNotRunning: Check = (estate) => {
  const { unseen } = kmsUnseen(estate);
  const described = unseen === undefined ? `the KMS is ${kmsOf(estate)?.status}` : 'whether the KMS runs is not known';
  const found = runs(estate)
    ? []
    : buckets(estate, ({ encryption }) =>
        encryption?.algorithm === 'aws:kms' ? `encrypts with SSE-KMS by default, and ${described}` : undefined,
      );
  return { found };
};

const kmsDefaultKey: Check = (estate) => ({
  found: buckets(estate, ({ encryption }) =>
    encryption?.algorithm === 'aws:kms' && !encryption.kmsKeyId ? 'encrypts with SSE-KMS and names no key' : undefined,
  ),
});

const enabled = (value: string | undefined) => /^(?:1|t|true|on|yes|enabled?)$/i.test(value ?? '');

/** A KMS that the environment configures; undefined if none, or nothing is known. */
function environmentKms({
  environment,
}: PreflightEstate): { readonly backend: string; readonly insecure: boolean } | undefined {
  if (!enabled(environment?.get('RUSTFS_KMS_ENABLE'))) return undefined;
  return {
    backend: environment?.get('RUSTFS_KMS_BACKEND') ?? 'local',
    insecure: enabled(environment?.get('RUSTFS_KMS_ALLOW_INSECURE_DEV_DEFAULTS')),
  };
}

const localMasterKey: Check = (estate) => {
  const { environment, to } = estate;
  const wanted = environmentKms(estate);
  const hasKey = Boolean(environment?.get('RUSTFS_KMS_LOCAL_MASTER_KEY'));
  if (to === '1.0.0-beta.7') {
    return hasKey || kmsOf(estate)?.backend === 'Local'
      ? { found: [{ object: 'server', found: 'has a local KMS, whose key files a master key may have encrypted' }] }
      : { found: [], ...kmsUnseen(estate) };
  }
  if (wanted?.backend === 'local' && !hasKey && !wanted.insecure)
    return {
      found: [{ object: 'server', found: 'RUSTFS_KMS_ENABLE with backend local, without RUSTFS_KMS_LOCAL_MASTER_KEY' }],
    };
  if (environment === undefined && kmsOf(estate)?.backend === 'Local')
    return {
      found: [
        {
          object: 'server',
          found: 'the KMS is local; whether the environment configures it was not seen (--server-env)',
        },
      ],
    };
  return { found: [], ...(environment ? {} : kmsUnseen(estate)) };
};

const vaultHttp: Check = (estate) => {
  const { environment } = estate;
  const wanted = environmentKms(estate);
  if (wanted?.backend.startsWith('vault') && !wanted.insecure) {
    const faults = [
      ...(environment?.get('RUSTFS_KMS_VAULT_ADDRESS')?.startsWith('http://') ? ['an http address'] : []),
      ...(environment?.get('RUSTFS_KMS_VAULT_TOKEN') === 'dev-token' ? ['the token "dev-token"'] : []),
      ...(enabled(environment?.get('RUSTFS_KMS_VAULT_SKIP_TLS_VERIFY')) ? ['skip-verify'] : []),
    ];
    return { found: faults.length > 0 ? [{ object: 'server', found: `Vault has ${faults.join(' and ')}` }] : [] };
  }
  if (!kmsOf(estate)?.backend?.startsWith('Vault')) return { found: [], ...kmsUnseen(estate) };
  return { found: [], unseen: 'the KMS is a Vault, and the server does not tell its address' };
};

const PLAIN_KMS =
  /^RUSTFS_KMS_(?:ENABLE|BACKEND|KEY_DIR|VAULT_ADDRESS|VAULT_TOKEN|VAULT_MOUNT_PATH|DEFAULT_KEY_ID|LOCAL_MASTER_KEY|ALLOW_.*)$/;

const kmsVariables: Check = ({ environment }) => {
  if (environment === undefined) return { found: [], unseen: NO_ENVIRONMENT };
  const names = [...environment.keys()].filter((name) => name.startsWith('RUSTFS_KMS_') && !PLAIN_KMS.test(name));
  return { found: names.length > 0 ? [{ object: 'server', found: `has ${names.join(', ')}` }] : [] };
};

const quotas: Check = (estate) => ({
  found: buckets(estate, ({ quotaBytes }) => (quotaBytes ? `has a quota of ${quotaBytes} bytes` : undefined)),
});

const lifecycle: Check = (estate) => ({
  found: buckets(estate, ({ lifecycle = [] }) => {
    const ids = lifecycle
      .filter((rule) => [rule.expireAfterDays, rule.expireNoncurrentAfterDays].includes(0))
      .map(({ id }) => id);
    return ids.length > 0 ? `rule ${ids.join(', ')} has 0 days` : undefined;
  }),
});

const notifications: Check = (estate) => {
  const { server } = estate;
  if (server === undefined) return { found: [], unseen: NO_SERVER };
  if (bucketsOf(estate).every(([, config]) => config.notifications === undefined)) return { found: [] };
  if ('unseen' in server.targetArns) return { found: [], unseen: server.targetArns.unseen };
  const online = server.targetArns.seen;
  return {
    found: buckets(estate, ({ notifications = [] }) => {
      const missing = notifications.map(({ targetArn }) => targetArn).filter((arn) => !online.includes(arn));
      return missing.length > 0 ? `notifies ${missing.join(', ')}, which is not online` : undefined;
    }),
  };
};

export const STORAGE_CHECKS = {
  'sse-s3-key': sseS3Key,
  'zero-key-objects': zeroKeyObjects,
  'sse-downgrade': sseDowngrade,
  'kms-not-running': kmsNotRunning,
  'kms-default-key': kmsDefaultKey,
  'kms-local-master-key': localMasterKey,
  'kms-vault-http': vaultHttp,
  'kms-variables': kmsVariables,
  'quota-usage': quotas,
  'lifecycle-days': lifecycle,
  'notification-order': notifications,
} as const satisfies Partial<Record<RuleId, Check>>;

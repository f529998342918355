import * as z from 'zod';
import type { Manifest } from './schema.js';

/** Entry of the secret store for the key that SSE-S3 wraps with as long as no KMS runs. */
export const SSE_S3_ENTRY = 'rustfs-sse-s3-master-key';
/** Entry of the secret store for the key that encrypts the files of a local KMS. */
export const KMS_LOCAL_ENTRY = 'rustfs-kms-local-master-key';

const name = z.string().min(1);
/** What RustFS takes on every backend: beta.7 joins names into paths unchecked (reference: KMS). */
const keyName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/);
const file = z.string().min(1).meta({ description: 'Relative to the project directory.' });

const vault = {
  address: z.url({ protocol: /^https?$/ }),
  namespace: name.optional(),
  auth: z.discriminatedUnion('method', [
    z.strictObject({ method: z.literal('token'), tokenFile: file }),
    z.strictObject({ method: z.literal('approle'), roleId: name, secretIdFile: file }),
  ]),
  caCertificatePath: z.string().optional().meta({ description: 'On the server.' }),
  insecureReason: z
    .string()
    .trim()
    .min(1)
    .optional()
    .meta({ description: 'Why plain http is accepted. Without it, RustFS 1.0.1 refuses such a Vault.' }),
};

/** Key management: how objects are encrypted. Its secrets are in files and in the secret store, never here. */
export const kmsSection = z.strictObject({
  backend: z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('local'),
      keyDirectory: z.string().regex(/^\/./).meta({ description: 'On the server.' }),
    }),
    z.strictObject({ type: z.literal('vault-transit'), mount: name, ...vault }),
    z.strictObject({ type: z.literal('vault-kv2'), kvMount: name, keyPrefix: name, ...vault }),
  ]),
  defaultKey: keyName,
  keys: z.array(keyName).min(1),
});

export type ManifestKms = z.infer<typeof kmsSection>;

/** What `kms rotate` appends for the second and later keys of a name. */
const GENERATION = /-r([1-9]\d*)$/;

/** Key that a KMS key belongs to: `app` for `app-r2`. */
export function familyOf(key: string): string {
  return key.replace(GENERATION, '');
}

/** Keys of a name, oldest first. */
export function generationsOf(name: string, keys: Iterable<string>): readonly string[] {
  const number = (key: string) => Number(GENERATION.exec(key)?.[1] ?? 1);
  return [...keys].filter((key) => familyOf(key) === name).sort((a, b) => number(a) - number(b));
}

/** The key after `newest`. */
export function nextGeneration(newest: string): string {
  return `${familyOf(newest)}-r${Number(GENERATION.exec(newest)?.[1] ?? 1) + 1}`;
}

function backendProblems({ kms, server }: Manifest): string[] {
  const backend = kms?.backend;
  if (backend === undefined || backend.type === 'local') return [];
  const beta = server.rustfsVersion === '1.0.0-beta.7';
  return [
    ...(beta && backend.auth.method === 'approle'
      ? [
          'kms: RustFS 1.0.0-beta.7 accepts AppRole and then does not start its KMS (not implemented in that version); use VaultAuth.token(), or RustFS 1.0.1',
        ]
      : []),
    ...(beta && backend.caCertificatePath !== undefined
      ? [
          'kms: RustFS 1.0.0-beta.7 takes no certificate authority for its Vault (caCertificatePath); use RustFS 1.0.1, or a certificate that the image trusts',
        ]
      : []),
    ...(!beta && backend.address.startsWith('http:') && backend.insecureReason === undefined
      ? [
          `kms: RustFS ${server.rustfsVersion} refuses a Vault over plain http (address: ${backend.address}); use https, or for development give insecureReason`,
        ]
      : []),
  ];
}

function keyProblems({ kms }: Manifest): string[] {
  if (kms === undefined) return [];
  const reserved = kms.keys.filter((key) => familyOf(key) !== key || key === 'rustfs-internal-kms-probe');
  return [
    ...(kms.keys.includes(kms.defaultKey)
      ? []
      : [`kms: the default key ${kms.defaultKey} is not among the keys (${kms.keys.join(', ')}); add it to keys`]),
    ...reserved.map(
      (key) =>
        `kms: key ${key} has a name that is reserved, for RustFS itself or for what rotate appends; choose another`,
    ),
  ];
}

function bucketProblems({ buckets, kms, server }: Manifest): string[] {
  return buckets.flatMap(({ name, encryption }) => {
    if (encryption === undefined) return [];
    const { algorithm, kmsKeyId } = encryption;
    if (algorithm === 'AES256') {
      return kmsKeyId === undefined
        ? []
        : [`bucket ${name}: SSE-S3 takes no key (kmsKeyId: ${kmsKeyId}); use BucketEncryption.sseKms()`];
    }
    if (kms === undefined) {
      return server.target === 'docker'
        ? [`bucket ${name}: SSE-KMS needs a KMS, and the server has none; give RustFs kms: Kms.local() or a Vault`]
        : [];
    }
    return kmsKeyId === undefined || kms.keys.includes(kmsKeyId)
      ? []
      : [
          `bucket ${name}: KMS key ${kmsKeyId} is not declared (keys: ${kms.keys.join(', ')}); add it to keys of the KMS`,
        ];
  });
}

/** What cannot work about keys and encryption. */
export function kmsProblems(manifest: Manifest): string[] {
  return [...backendProblems(manifest), ...keyProblems(manifest), ...bucketProblems(manifest)];
}

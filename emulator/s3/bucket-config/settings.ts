import type { BucketRecord } from '../../context.js';
import { readConfig } from './store.js';
import type { XmlObject } from './xml-codec.js';

export interface PublicAccessBlock {
  readonly BlockPublicAcls?: boolean;
  readonly BlockPublicPolicy?: boolean;
  readonly IgnorePublicAcls?: boolean;
  readonly RestrictPublicBuckets?: boolean;
}

/** The bucket's public access block, if it has one. */
export function publicAccessBlockOf(bucket: BucketRecord): PublicAccessBlock | undefined {
  return readConfig(bucket, 'publicAccessBlock') as PublicAccessBlock | undefined;
}

export interface DefaultRetention {
  readonly mode: 'GOVERNANCE' | 'COMPLIANCE';
  readonly days?: number;
  readonly years?: number;
}

/** Retention of new objects, if the bucket sets one. */
export function defaultRetentionOf(bucket: BucketRecord): DefaultRetention | undefined {
  const rule = readConfig(bucket, 'objectLock')?.Rule as XmlObject | undefined;
  if (rule === undefined) return undefined;
  const { Mode: mode, Days: days, Years: years } = rule.DefaultRetention as XmlObject;
  return {
    mode: mode as DefaultRetention['mode'],
    ...(days !== undefined && { days: Number(days) }),
    ...(years !== undefined && { years: Number(years) }),
  };
}

export interface DefaultEncryption {
  /** `AES256` or `aws:kms`. */
  readonly algorithm: string;
  readonly kmsKeyId?: string;
}

/** Encryption of new objects, if the bucket sets one. */
export function defaultEncryptionOf(bucket: BucketRecord): DefaultEncryption | undefined {
  const rules = readConfig(bucket, 'encryption')?.Rule as readonly XmlObject[] | undefined;
  const byDefault = rules?.[0]?.ApplyServerSideEncryptionByDefault as XmlObject | undefined;
  if (byDefault === undefined) return undefined;
  const { SSEAlgorithm: algorithm, KMSMasterKeyID: key } = byDefault;
  return { algorithm: String(algorithm), ...(key !== undefined && { kmsKeyId: String(key) }) };
}

export interface CorsRule {
  readonly AllowedHeader?: readonly string[];
  readonly AllowedMethod: readonly string[];
  readonly AllowedOrigin: readonly string[];
  readonly ExposeHeader?: readonly string[];
  readonly MaxAgeSeconds?: number;
}

/** The bucket's CORS rules, in their order. */
export function corsRulesOf(bucket: BucketRecord): readonly CorsRule[] {
  return (readConfig(bucket, 'cors')?.CORSRule ?? []) as unknown as readonly CorsRule[];
}

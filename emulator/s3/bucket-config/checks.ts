import type { BucketRecord } from '../../context.js';
import { s3Error } from '../../errors.js';
import type { Kms } from '../../kms/service.js';
import type { EmulatorProfile } from '../../profile.js';
import { checkLifecycle } from './lifecycle.js';
import { checkNotification } from './notification.js';
import { checkWebsite } from './website.js';
import type { XmlObject } from './xml-codec.js';
import type { DocumentName } from './xml-schema.js';

interface Setting {
  readonly profile: EmulatorProfile;
  readonly kms: Kms;
  readonly bucket: BucketRecord;
}

/**
 * Checks a document before it is stored, as RustFS does, and completes it.
 * @returns the document to store
 * @throws EmulatorError
 */
export function checkDocument(name: DocumentName, document: XmlObject, setting: Setting): XmlObject {
  switch (name) {
    case 'versioning':
      return checkVersioning(document, setting.bucket);
    case 'lifecycle':
      return checkLifecycle(document, setting.profile.buckets.strictLifecycle, isLocked(setting.bucket));
    case 'encryption':
      return setting.profile.buckets.strictEncryption ? checkEncryption(document, setting.kms) : document;
    case 'objectLock':
      return checkObjectLock(document, setting.bucket);
    case 'replication':
      return checkReplication(setting.bucket);
    case 'website':
      return checkWebsite(document);
    case 'notification':
      return checkNotification(document);
    default:
      return document;
  }
}

/** Whether a bucket has an object lock configuration. */
export function isLocked(bucket: BucketRecord): boolean {
  return bucket.objectLock || bucket.config.has('objectLock');
}

function checkVersioning(document: XmlObject, bucket: BucketRecord): XmlObject {
  const { Status: status, ExcludeFolders: folders, ExcludedPrefixes: prefixes } = document;
  if (status !== undefined && status !== 'Enabled' && status !== 'Suspended') {
    throw s3Error('InvalidArgument', 'bucket versioning configuration has an invalid status');
  }
  if (isLocked(bucket) && (status === 'Suspended' || folders === true || prefixes !== undefined)) {
    throw s3Error(
      'InvalidBucketState',
      'An Object Lock configuration is present on this bucket, versioning cannot be suspended.',
    );
  }
  return document;
}

/** A rule for the KMS without a key gets the default key of now. */
function checkEncryption(document: XmlObject, kms: Kms): XmlObject {
  const rules = (document.Rule as readonly XmlObject[]).map((rule): XmlObject => {
    const byDefault = rule.ApplyServerSideEncryptionByDefault as XmlObject | undefined;
    if (byDefault === undefined) {
      throw s3Error('MalformedXML', 'Rule must contain ApplyServerSideEncryptionByDefault');
    }
    const { SSEAlgorithm: algorithm, KMSMasterKeyID: key } = byDefault;
    const namesKey = key !== undefined && key !== '';
    if (algorithm === 'AES256') {
      if (namesKey) {
        throw s3Error('InvalidArgument', 'KMSMasterKeyID can only be specified when SSEAlgorithm is aws:kms');
      }
    } else if (algorithm !== 'aws:kms') {
      throw s3Error('MalformedXML', `SSEAlgorithm ${algorithm} is not supported; expected AES256 or aws:kms`);
    } else if (!namesKey) {
      if (!kms.running) throw s3Error('InternalError', 'KMS service not initialized');
      const defaultKey = kms.config?.defaultKeyId;
      if (defaultKey === undefined) throw s3Error('InternalError', 'KMS default key not configured');
      return { ...rule, ApplyServerSideEncryptionByDefault: { KMSMasterKeyID: defaultKey, ...byDefault } };
    }
    return rule;
  });
  return { ...document, Rule: rules };
}

const LONGEST_RETENTION = { Days: 36_500, Years: 100 } as const;

function checkObjectLock(document: XmlObject, bucket: BucketRecord): XmlObject {
  if (document.ObjectLockEnabled !== 'Enabled') {
    throw s3Error('MalformedXML', "only 'Enabled' value is allowed to ObjectLockEnabled element");
  }
  if (document.Rule !== undefined) {
    const retention = (document.Rule as XmlObject).DefaultRetention as XmlObject | undefined;
    if (retention === undefined) throw s3Error('MalformedXML', 'Rule must include DefaultRetention');
    checkRetention(retention);
  }
  if (!isLocked(bucket) && bucket.versioning !== 'Enabled') {
    throw s3Error('InvalidBucketState', 'Object Lock configuration cannot be enabled on existing buckets');
  }
  return document;
}

function checkRetention({ Mode: mode, Days: days, Years: years }: XmlObject): void {
  if (mode === undefined) throw s3Error('MalformedXML', 'retention mode must be specified');
  if (mode !== 'COMPLIANCE' && mode !== 'GOVERNANCE') throw s3Error('MalformedXML', `unknown retention mode ${mode}`);
  if (days !== undefined && years !== undefined) {
    throw s3Error('MalformedXML', 'either Days or Years must be specified, not both');
  }
  if (days === undefined && years === undefined) {
    throw s3Error('MalformedXML', 'either Days or Years must be specified');
  }
  const unit = days === undefined ? 'Years' : 'Days';
  const period = Number(days ?? years);
  if (period <= 0) {
    throw s3Error('InvalidRetentionPeriod', `Default retention period must be a positive integer value for '${unit}'`);
  }
  if (period > LONGEST_RETENTION[unit]) {
    throw s3Error('InvalidRetentionPeriod', `Default retention period too large for '${unit}' ${period}`);
  }
}

/** The emulator has no replication targets, so every rule names one that does not exist. */
function checkReplication(bucket: BucketRecord): never {
  if (bucket.versioning !== 'Enabled') {
    throw s3Error('InvalidRequest', 'bucket versioning must be enabled before replication can be configured');
  }
  throw s3Error('InvalidRequest', 'replication config has a stale target');
}

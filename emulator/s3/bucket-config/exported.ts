import type { BucketRecord } from '../../context.js';
import { bucketPolicyOf } from './policy.js';
import { quotaOf } from './quota.js';
import { readConfig } from './store.js';
import { encodeXml, type XmlObject } from './xml-codec.js';
import { DOCUMENTS, type DocumentName } from './xml-schema.js';

/**
 * A bucket's configuration as files, in the order and under the names of RustFS' export. Versioning and (empty) remote
 * targets are always there. RustFS source 1.0.1 bucket_meta.rs, as a running server wrote them.
 */
export function exportedConfigs(bucket: BucketRecord): (readonly [file: string, content: string])[] {
  const policy = bucketPolicyOf(bucket);
  const quota = quotaOf(bucket);
  const lock = readConfig(bucket, 'objectLock') ?? (bucket.objectLock ? { ObjectLockEnabled: 'Enabled' } : undefined);
  const files: [string, string | undefined][] = [
    ['policy.json', policy && JSON.stringify(policy)],
    ['notification.xml', text('notification', readConfig(bucket, 'notification'))],
    ['lifecycle.xml', text('lifecycle', readConfig(bucket, 'lifecycle'))],
    ['bucket-encryption.xml', text('encryption', readConfig(bucket, 'encryption'))],
    ['tagging.xml', text('tagging', readConfig(bucket, 'tagging'))],
    ['quota.json', quota === undefined ? undefined : JSON.stringify({ quota, quota_type: 'HARD' })],
    ['object-lock.xml', text('objectLock', lock)],
    ['versioning.xml', text('versioning', bucket.versioning ? { Status: bucket.versioning } : {})],
    ['replication.xml', text('replication', readConfig(bucket, 'replication'))],
    ['bucket-targets.json', '{"targets":[]}'],
  ];
  return files.flatMap(([file, content]) => (content === undefined ? [] : [[file, content] as const]));
}

function text(name: DocumentName, document: XmlObject | undefined): string | undefined {
  return document && encodeXml(document, DOCUMENTS[name]);
}

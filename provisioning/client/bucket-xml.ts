import { XMLParser } from 'fast-xml-parser';
import type { BucketNotification, CorsRule, LifecycleRule, ManifestBucket } from '../../manifest/index.js';

/** What a bucket is configured to, in the manifest's terms. Absent: not configured. */
export type BucketConfig = Omit<ManifestBucket, 'name' | 'removalPolicy'>;

const LISTS = new Set([
  'Rule',
  'CORSRule',
  'AllowedMethod',
  'AllowedOrigin',
  'AllowedHeader',
  'ExposeHeader',
  'Tag',
  'QueueConfiguration',
  'Event',
  'FilterRule',
]);
const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false, isArray: (name) => LISTS.has(name) });

type Node = { readonly [name: string]: Node } & { readonly [index: number]: Node };

/** The children of the root element, whatever its name. */
function rootOf(xml: string): Node | undefined {
  const parsed = parser.parse(xml) as Record<string, Node | string>;
  const root = Object.entries(parsed).find(([name]) => !name.startsWith('?'))?.[1];
  return typeof root === 'object' ? root : undefined;
}

const text = (node: Node | undefined): string | undefined => (typeof node === 'string' ? (node as string) : undefined);
const list = (node: Node | undefined): readonly Node[] => (Array.isArray(node) ? (node as readonly Node[]) : []);
const texts = (node: Node | undefined): string[] =>
  list(node)
    .map(text)
    .filter((value) => value !== undefined);
const number = (node: Node | undefined): number | undefined => {
  const value = text(node);
  return value === undefined ? undefined : Number(value);
};

function oneOf<T extends string>(value: string | undefined, allowed: readonly T[]): T | undefined {
  return allowed.find((candidate) => candidate === value);
}

/** Leaves out what is undefined, so that absent and undefined are one thing. */
function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}

export function parseVersioning(xml: string): BucketConfig['versioning'] {
  return oneOf(text(rootOf(xml)?.Status), ['Enabled', 'Suspended']);
}

export function parseLifecycle(xml: string): readonly LifecycleRule[] {
  return list(rootOf(xml)?.Rule).map((rule) =>
    defined({
      id: text(rule.ID) ?? '',
      enabled: text(rule.Status) === 'Enabled',
      prefix: text(rule.Filter?.Prefix) ?? text(rule.Filter?.And?.Prefix) ?? text(rule.Prefix) ?? undefined,
      expireAfterDays: number(rule.Expiration?.Days),
      expireNoncurrentAfterDays: number(rule.NoncurrentVersionExpiration?.NoncurrentDays),
      abortIncompleteMultipartAfterDays: number(rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation),
      expiredObjectDeleteMarker: text(rule.Expiration?.ExpiredObjectDeleteMarker) === 'true' ? true : undefined,
    }),
  );
}

export function parseEncryption(xml: string): BucketConfig['encryption'] {
  const rule = list(rootOf(xml)?.Rule)[0]?.ApplyServerSideEncryptionByDefault;
  const algorithm = oneOf(text(rule?.SSEAlgorithm), ['AES256', 'aws:kms']);
  if (algorithm === undefined) return undefined;
  return defined({ algorithm, kmsKeyId: text(rule?.KMSMasterKeyID) });
}

export function parseTags(xml: string): Record<string, string> {
  const tags = list(rootOf(xml)?.TagSet?.Tag);
  return Object.fromEntries(tags.map((tag) => [text(tag.Key) ?? '', text(tag.Value) ?? '']));
}

export function parseCors(xml: string): readonly CorsRule[] {
  return list(rootOf(xml)?.CORSRule).map((rule) =>
    defined({
      id: text(rule.ID),
      allowedMethods: texts(rule.AllowedMethod) as CorsRule['allowedMethods'],
      allowedOrigins: texts(rule.AllowedOrigin),
      allowedHeaders: rule.AllowedHeader ? texts(rule.AllowedHeader) : undefined,
      exposeHeaders: rule.ExposeHeader ? texts(rule.ExposeHeader) : undefined,
      maxAgeSeconds: number(rule.MaxAgeSeconds),
    }),
  );
}

export function parseObjectLock(xml: string): BucketConfig['objectLock'] {
  const root = rootOf(xml);
  if (text(root?.ObjectLockEnabled) !== 'Enabled') return undefined;
  const retention = root?.Rule && list(root.Rule)[0]?.DefaultRetention;
  const mode = oneOf(text(retention?.Mode), ['GOVERNANCE', 'COMPLIANCE']);
  if (mode === undefined) return {};
  return { defaultRetention: defined({ mode, days: number(retention?.Days), years: number(retention?.Years) }) };
}

export function parseNotification(xml: string): readonly BucketNotification[] {
  return list(rootOf(xml)?.QueueConfiguration).map((entry) => {
    const rules = list(entry.Filter?.S3Key?.FilterRule);
    const rule = (name: string) => text(rules.find(({ Name }) => text(Name)?.toLowerCase() === name)?.Value);
    return defined({
      id: text(entry.Id) ?? '',
      targetArn: text(entry.Queue) ?? '',
      events: texts(entry.Event),
      prefix: rule('prefix'),
      suffix: rule('suffix'),
    });
  });
}

export function parsePublicAccessBlock(xml: string): NonNullable<BucketConfig['publicAccessBlock']> {
  const root = rootOf(xml);
  const flag = (name: string) => text(root?.[name]) === 'true';
  return {
    blockPublicAcls: flag('BlockPublicAcls'),
    ignorePublicAcls: flag('IgnorePublicAcls'),
    blockPublicPolicy: flag('BlockPublicPolicy'),
    restrictPublicBuckets: flag('RestrictPublicBuckets'),
  };
}

import { s3Error } from '../../errors.js';
import type { XmlObject } from './xml-codec.js';

const MOST_RULES = 1000;
const LONGEST_ID = 255;
const LONGEST_TAG = { key: 128, value: 256 };

/**
 * Gives rules without ID one (`rule-<n>`) and checks them. RustFS source 1.0.1 lifecycle core.rs, recorded: 07-buckets.
 * @param strict the version checks the rules themselves
 * @throws EmulatorError
 */
export function checkLifecycle(document: XmlObject, strict: boolean, locked: boolean): XmlObject {
  const rules = withIds(document.Rule as readonly XmlObject[]);
  if (rules.some(({ Status: status }) => status !== 'Enabled' && status !== 'Disabled')) {
    throw s3Error('MalformedXML', 'Malformed XML: Rule status must be either Enabled or Disabled');
  }
  if (rules.length > MOST_RULES) throw invalid('Lifecycle configuration should have at most 1000 rules');
  if (strict) for (const rule of rules) checkRule(rule, locked);
  if (new Set(rules.map(({ ID }) => ID)).size < rules.length) {
    throw invalid('Rule ID must be unique. Found same ID for more than one rule');
  }
  if (rules.some(({ Transition, NoncurrentVersionTransition: later }) => Transition ?? later)) {
    throw invalid('invalid tier.');
  }
  return { ...document, Rule: rules };
}

function withIds(rules: readonly XmlObject[]): XmlObject[] {
  const taken = new Set(rules.map(({ ID }) => ID));
  return rules.map((rule, index) => {
    if (rule.ID !== undefined) return rule;
    let id = `rule-${index}`;
    for (let suffix = 1; taken.has(id); suffix += 1) id = `rule-${index}-${suffix}`;
    taken.add(id);
    return { ...rule, ID: id };
  });
}

function checkRule(rule: XmlObject, locked: boolean): void {
  const expiration = rule.Expiration as XmlObject | undefined;
  if (expiration) checkExpiration(expiration);
  const noncurrent = rule.NoncurrentVersionExpiration as XmlObject | undefined;
  if (isBelow(noncurrent?.NoncurrentDays, 1)) {
    throw invalid("'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer");
  }
  const abort = rule.AbortIncompleteMultipartUpload as XmlObject | undefined;
  if (abort && (abort.DaysAfterInitiation === undefined || isBelow(abort.DaysAfterInitiation, 1))) {
    throw invalid("'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive integer");
  }
  checkTransitions(rule);
  if (rule.ID === '') throw invalid('Rule ID must not be empty');
  if (Buffer.byteLength(String(rule.ID)) > LONGEST_ID) throw invalid('Rule ID must be at most 255 characters');
  checkScope(rule, expiration, noncurrent);
  const deleteMarkers = rule.DelMarkerExpiration as XmlObject | undefined;
  if (deleteMarkers && (deleteMarkers.Days === undefined || isBelow(deleteMarkers.Days, 1))) {
    throw invalid('Days must be a positive integer with DelMarkerExpiration');
  }
  if (!hasAction(rule, expiration, noncurrent)) {
    throw invalid(
      'Rule must have at least one of Expiration, Transition, NoncurrentVersionExpiration, ' +
        'NoncurrentVersionTransition, or DelMarkerExpiration',
    );
  }
  if (locked && (expiration?.ExpiredObjectAllVersions === true || deleteMarkers)) {
    throw invalid(
      'ExpiredObjectAllVersions element and DelMarkerExpiration action cannot be used on an object locked bucket',
    );
  }
}

function checkExpiration({ Days: days, Date: date, ExpiredObjectAllVersions: all }: XmlObject): void {
  if (all !== undefined && (days === undefined || isBelow(days, 1) || date !== undefined)) {
    throw invalid(
      'Days must be a positive integer and Date must not be specified inside Expiration with ExpiredObjectAllVersions',
    );
  }
  if (days !== undefined && date !== undefined) throw invalid('Expiration cannot specify both Days and Date');
  if (date !== undefined && !String(date).endsWith('T00:00:00.000Z')) {
    throw invalid('Expiration.Date must be at midnight UTC');
  }
  if (isBelow(days, 1)) throw invalid("'Days' for Expiration action must be a positive integer");
}

function checkTransitions(rule: XmlObject): void {
  for (const name of ['Transition', 'NoncurrentVersionTransition'] as const) {
    const transitions = (rule[name] ?? []) as readonly XmlObject[];
    if (transitions.length > 1) throw invalid(`Only one ${name} action per lifecycle rule is supported`);
    if (transitions.some(({ StorageClass: storageClass }) => !storageClass)) {
      throw invalid('ERR_XML_NOT_WELL_FORMED');
    }
  }
}

function checkScope(rule: XmlObject, expiration: XmlObject | undefined, noncurrent: XmlObject | undefined): void {
  const filter = rule.Filter as XmlObject | undefined;
  if (rule.Prefix && filter) {
    throw invalid(
      'Legacy Prefix and Filter cannot both be present in a lifecycle rule. Use Filter.Prefix instead of the ' +
        'top-level Prefix element.',
    );
  }
  if (filter) checkFilter(filter);
  if (isBelow(noncurrent?.NewerNoncurrentVersions, 0)) {
    throw invalid("'NewerNoncurrentVersions' must be a non-negative integer");
  }
  const byTag = filter?.Tag ?? (filter?.And as XmlObject | undefined)?.Tag;
  if (byTag && rule.DelMarkerExpiration) {
    throw invalid('Rule with DelMarkerExpiration cannot have tags based filtering');
  }
  const deleteMarker = expiration?.ExpiredObjectDeleteMarker;
  if (byTag && deleteMarker === true) {
    throw invalid('Rule with ExpiredObjectDeleteMarker cannot have tags based filtering');
  }
  if (deleteMarker !== undefined && (expiration?.Days ?? expiration?.Date) !== undefined) {
    throw invalid('ExpiredObjectDeleteMarker cannot be specified with Days or Date');
  }
}

function checkFilter(filter: XmlObject): void {
  if (Object.keys(filter).length > 1) {
    throw s3Error('MalformedXML', 'Malformed XML: Filter has too many predicates');
  }
  if (filter.Tag) checkTag(filter.Tag as XmlObject);
  const and = filter.And as XmlObject | undefined;
  if (and) {
    const tags = (and.Tag ?? []) as readonly XmlObject[];
    const others = Object.keys(and).filter((name) => name !== 'Tag').length;
    if (tags.length + others < 2) {
      throw s3Error('MalformedXML', 'Malformed XML: Filter And must contain at least two predicates');
    }
    for (const tag of tags) checkTag(tag);
    if (new Set(tags.map(({ Key }) => Key)).size < tags.length) throw invalid('Filter must not repeat a tag key');
    checkSizes(and);
  }
  checkSizes(filter);
}

function checkTag({ Key: key = '', Value: value }: XmlObject): void {
  const keyLength = [...String(key)].length;
  const fits = keyLength > 0 && keyLength <= LONGEST_TAG.key;
  if (!fits || value === undefined || [...String(value)].length > LONGEST_TAG.value) {
    throw invalid('Tag key must be 1-128 characters and tag value must be at most 256 characters');
  }
}

function checkSizes({ ObjectSizeGreaterThan: above, ObjectSizeLessThan: below }: XmlObject): void {
  if (isBelow(above, 0) || isBelow(below, 0)) {
    throw invalid('ObjectSizeGreaterThan and ObjectSizeLessThan must not be negative');
  }
  if (above !== undefined && below !== undefined && Number(above) >= Number(below)) {
    throw invalid('ObjectSizeGreaterThan must be smaller than ObjectSizeLessThan');
  }
}

function hasAction(rule: XmlObject, expiration: XmlObject | undefined, noncurrent: XmlObject | undefined): boolean {
  return (
    (expiration?.Days ?? expiration?.Date ?? expiration?.ExpiredObjectDeleteMarker) !== undefined ||
    noncurrent?.NoncurrentDays !== undefined ||
    Number(noncurrent?.NewerNoncurrentVersions ?? 0) > 0 ||
    ['Transition', 'NoncurrentVersionTransition', 'AbortIncompleteMultipartUpload', 'DelMarkerExpiration'].some(
      (name) => rule[name] !== undefined,
    )
  );
}

function isBelow(value: unknown, limit: number): boolean {
  return value !== undefined && Number(value) < limit;
}

function invalid(message: string) {
  return s3Error('InvalidArgument', message);
}

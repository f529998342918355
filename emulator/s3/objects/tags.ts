import { s3Error } from '../../errors.js';
import { parseQuery } from '../../http/query.js';
import type { Tags } from './model.js';

const MOST_TAGS = 10;
const TAG_TEXT = /^[\p{L}\p{N}\p{Z}+\-=._:/@]*$/u;

/** Reads `x-amz-tagging`. @throws EmulatorError InvalidTag */
export function parseTagHeader(header: string): Tags {
  for (const part of header.split(/[&=]/)) {
    if (/%(?![0-9a-fA-F]{2})/.test(part)) throw invalid('The Tagging header contains invalid percent encoding');
  }
  return checkTags(parseQuery(header).pairs);
}

/** @throws EmulatorError InvalidTag */
export function checkTags(tags: Tags): Tags {
  if (tags.length > MOST_TAGS) throw invalid('Cannot have more than 10 tags per object');
  const keys = new Set<string>();
  for (const [key, value] of tags) {
    if (key === '') throw invalid('Tag key cannot be empty');
    if (key.length > 128 || !TAG_TEXT.test(key)) throw invalid('The TagKey you have provided is invalid');
    if (value.length > 256 || !TAG_TEXT.test(value)) throw invalid('The TagValue you have provided is invalid');
    if (keys.has(key)) throw invalid('Cannot provide multiple Tags with the same key');
    keys.add(key);
  }
  return tags;
}

/** Condition keys of the tags that a request brings. */
export function requestTagConditions(tags: Tags): Record<string, string | string[]> {
  if (tags.length === 0) return {};
  return {
    's3:RequestObjectTagKeys': tags.map(([key]) => key),
    ...Object.fromEntries(tags.map(([key, value]) => [`s3:RequestObjectTag/${key}`, value])),
  };
}

/** Condition keys of the tags that an object has. */
export function existingTagConditions(tags: Tags): Record<string, string> {
  return Object.fromEntries(tags.map(([key, value]) => [`s3:ExistingObjectTag/${key}`, value]));
}

function invalid(message: string): Error {
  return s3Error('InvalidTag', message);
}

import type { BucketRecord } from '../../context.js';
import { decodeXml, encodeXml, type XmlObject } from './xml-codec.js';
import { DOCUMENTS, type DocumentName } from './xml-schema.js';

/** A bucket's stored configuration document, if it has one. */
export function readConfig(bucket: BucketRecord, name: DocumentName): XmlObject | undefined {
  const text = bucket.config.get(name);
  return text === undefined ? undefined : decodeXml(text, DOCUMENTS[name]);
}

export function writeConfig(bucket: BucketRecord, name: DocumentName, value: XmlObject): void {
  bucket.config.set(name, encodeXml(value, DOCUMENTS[name]));
}

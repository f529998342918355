import { element, type XmlFragment } from '../../xml.js';
import type { StoredChecksum } from './model.js';

/** Elements that tell a checksum, in RustFS' order. */
export function checksumElements(checksum: StoredChecksum | undefined): XmlFragment[] {
  if (checksum === undefined) return [];
  return [element(`Checksum${checksum.algorithm}`, checksum.value), element('ChecksumType', checksum.type)];
}

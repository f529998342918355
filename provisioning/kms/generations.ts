import { familyOf, generationsOf } from '../../manifest/index.js';
import type { KmsState } from '../client/kms.js';

/**
 * The key that stands for a declared name: the newest that the server has of it. As long as nobody can ask the KMS for its
 * keys, `used` is taken if it is one of the name's.
 */
export function currentKey(name: string, keys: KmsState['keys'], used?: string): string {
  if (keys !== undefined) return generationsOf(name, keys.keys()).at(-1) ?? name;
  return used !== undefined && familyOf(used) === name ? used : name;
}

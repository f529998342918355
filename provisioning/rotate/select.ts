import type { Manifest, ManifestAccessKey } from '../../manifest/index.js';
import { ProvisioningError } from '../errors.js';

/**
 * The access keys that names of components and of access keys stand for, each once; all without names.
 *
 * @throws {ProvisioningError} on unknown names, with the known ones
 */
export function selectAccessKeys(manifest: Manifest, names: readonly string[]): readonly ManifestAccessKey[] {
  if (names.length === 0) return manifest.accessKeys;
  const byName = new Map(manifest.accessKeys.map((key) => [key.name, key]));
  const components = new Map(manifest.components.map(({ name, accessKey }) => [name, accessKey]));
  const known = (name: string) => byName.get(components.get(name) ?? name);
  const unknown = names.filter((name) => known(name) === undefined);
  if (unknown.length > 0) {
    const all = [...new Set([...components.keys(), ...byName.keys()])].sort();
    throw new ProvisioningError(
      `no component or access key ${unknown.join(', ')} in the manifest; it declares ${all.length > 0 ? all.join(', ') : 'none'}`,
    );
  }
  return [...new Set(names.flatMap((name) => known(name) ?? []))];
}

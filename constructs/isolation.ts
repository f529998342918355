import type { Manifest, ManifestComponent } from '../manifest/index.js';
import { lintPolicy } from '../policies/index.js';

/** Buckets that a component may reach: its own, and those of components that share with it. */
function reachable(component: ManifestComponent, manifest: Manifest): readonly string[] {
  const shared = manifest.components.filter(({ shareWith }) => shareWith?.includes(component.name));
  return [component, ...shared].flatMap(({ buckets }) => buckets);
}

/**
 * Components whose policies reach a declared bucket that they were not granted. A policy `<user>-grants` holds what was
 * granted bucket by bucket and is not looked at.
 */
export function isolationErrors(manifest: Manifest): string[] {
  const owners = new Map(
    manifest.components.flatMap(({ name, buckets }) => buckets.map((bucket) => [bucket, name] as const)),
  );
  const buckets = new Map(manifest.buckets.map(({ name }) => [name, owners.get(name)] as const));
  return manifest.components.flatMap((component) => {
    const attached = manifest.users.find(({ name }) => name === component.user)?.policies ?? [];
    const ownBuckets = reachable(component, manifest);
    return manifest.policies
      .filter(({ name }) => attached.includes(name) && name !== `${component.user}-grants`)
      .flatMap(({ name, document }) =>
        lintPolicy(document, { name: `policy ${name}`, version: manifest.server.rustfsVersion, ownBuckets, buckets })
          .filter(({ code }) => code === 'covers-foreign-bucket')
          .map(
            ({ message, fix }) =>
              `component ${component.name} reaches a bucket that it was not granted: ${message}; ${fix}, or add shareWith: ['${component.name}'] to the bucket's component`,
          ),
      );
  });
}

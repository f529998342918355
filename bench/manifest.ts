import { MANIFEST_VERSION, type Manifest, serializeManifest } from '../manifest/index.js';
import { Access, accessPolicy } from '../policies/index.js';

/** A manifest of `count` components, each with one bucket, policy, service user and access key. */
export function manifestOf(count: number, endpoint: string): string {
  const names = Array.from({ length: count }, (_, index) => `app${String(index).padStart(4, '0')}`);
  const manifest: Manifest = {
    version: MANIFEST_VERSION,
    stack: 'bench',
    server: { id: 'rustfs', endpoint, region: 'us-east-1', rustfsVersion: '1.0.1', target: 'external' },
    secretStore: { type: 'directory', directory: 'secrets' },
    buckets: names.map((name) => ({ name: `${name}-data`, removalPolicy: 'retain' })),
    policies: names.map((name) => ({
      name: `${name}-storage`,
      document: accessPolicy(Access.readWrite(), [`${name}-data`]) as never,
    })),
    users: names.map((name) => ({ name: `${name}-svc`, enabled: true, policies: [`${name}-storage`] })),
    groups: [],
    accessKeys: names.map((name) => ({ name, user: `${name}-svc` })),
    components: names.map((name) => ({
      name,
      user: `${name}-svc`,
      policy: `${name}-storage`,
      accessKey: name,
      buckets: [`${name}-data`],
    })),
  };
  return serializeManifest(manifest);
}

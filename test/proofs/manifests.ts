import type { Manifest } from '../../manifest/index.js';
import type { PolicyStatement } from '../../policies/index.js';

export const allow = (actions: string[], ...resources: string[]): PolicyStatement => ({
  Effect: 'Allow',
  Action: actions,
  Resource: resources.map((resource) => `arn:aws:s3:::${resource}`),
});

const document = (...statements: PolicyStatement[]) => ({ Version: '2012-10-17', Statement: statements }) as never;

/** `web` reads and writes its bucket, `mail` only reads its own; `ops` is a user without component. */
export function manifestWith(change: (manifest: Manifest) => void = () => {}): Manifest {
  const manifest: Manifest = {
    version: 1,
    stack: 'test',
    server: {
      id: 'rustfs',
      endpoint: 'http://127.0.0.1:9000',
      region: 'us-east-1',
      rustfsVersion: '1.0.1',
      target: 'external',
    },
    secretStore: { type: 'directory', directory: 'secrets/test' },
    buckets: [
      { name: 'mail-boxes', removalPolicy: 'retain' },
      { name: 'site', removalPolicy: 'retain' },
      { name: 'web-assets', removalPolicy: 'retain' },
    ],
    policies: [
      { name: 'mail-storage', document: document(allow(['s3:GetObject'], 'mail-boxes/*')) },
      { name: 'ops', document: document(allow(['s3:GetObject'], 'site/*')) },
      { name: 'web-storage', document: document(allow(['s3:GetObject', 's3:PutObject'], 'web-assets/*')) },
    ],
    users: [
      { name: 'mail-svc', enabled: true, policies: ['mail-storage'] },
      { name: 'ops', enabled: true, policies: ['ops'] },
      { name: 'web-svc', enabled: true, policies: ['web-storage'] },
    ],
    groups: [],
    accessKeys: [
      { name: 'mail', user: 'mail-svc' },
      { name: 'web', user: 'web-svc' },
    ],
    components: [
      {
        name: 'mail',
        user: 'mail-svc',
        policy: 'mail-storage',
        accessKey: 'mail',
        buckets: ['mail-boxes'],
        access: { actions: ['s3:GetObject'] },
      },
      {
        name: 'web',
        user: 'web-svc',
        policy: 'web-storage',
        accessKey: 'web',
        buckets: ['web-assets'],
        access: { actions: ['s3:GetObject', 's3:PutObject'] },
      },
    ],
  };
  change(manifest);
  return manifest;
}

/** Adds statements to a policy of the manifest. */
export function widen(manifest: Manifest, policy: string, ...statements: PolicyStatement[]): void {
  const found = manifest.policies.find(({ name }) => name === policy);
  if (!found) throw new Error(`no policy ${policy}`);
  (found.document.Statement as PolicyStatement[]).push(...statements);
}

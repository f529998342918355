import { LocalBackend, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { Bucket, ComponentStorage, RemoteState, RustFs } from '../constructs/index.js';
import type { Environment } from '../environments/index.js';
import { Access } from '../policies/index.js';

/** The same storage in every environment. */
export class EnvironmentStack extends TerraformStack {
  constructor(scope: Construct, { name, endpoint, secretStore, remoteState, keepLogs, archiveQuota }: Environment) {
    super(scope, `storage-${name}`);
    if (remoteState) new RemoteState(this, remoteState);
    else new LocalBackend(this, { path: `../../../terraform.storage-${name}.tfstate` });
    const server = RustFs.external(this, 'rustfs', { endpoint, secretStore });
    const app = new ComponentStorage(this, 'app', { server, buckets: ['uploads'], access: Access.readWrite() });
    new ComponentStorage(this, 'logs', {
      server,
      buckets: ['raw'],
      access: Access.append(),
      bucketProps: { lifecycle: [{ expireAfter: keepLogs }] },
    });
    const archive = new Bucket(this, 'archive', {
      server,
      bucketName: 'app-archive',
      versioning: true,
      ...(archiveQuota ? { quota: archiveQuota } : {}),
    });
    archive.grantAppend(app.user);
  }
}

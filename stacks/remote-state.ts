import { LocalBackend, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { RemoteStateBucket, RustFs } from '../constructs/index.js';
import { environments } from '../environments/index.js';

/** Where the environments keep their Terraform state: a server of its own, whose own state is a local file. */
export class RemoteStateStack extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new LocalBackend(this, { path: `../../../terraform.${id}.tfstate` });
    const remote = environments.filter(({ remoteState }) => remoteState !== undefined);
    const endpoint = remote[0]?.remoteState?.endpoint ?? 'http://127.0.0.1:9900';
    new RemoteStateBucket(this, 'state', {
      server: RustFs.external(this, 'rustfs', { endpoint }),
      stacks: remote.map(({ name }) => `storage-${name}`),
    });
  }
}

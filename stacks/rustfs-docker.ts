import { provider } from '@cdktf/provider-docker';
import { LocalBackend, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { RustFs, RustFsStorage } from '../constructs/index.js';
import { applicationStorage } from './components.js';

/** The six applications on a RustFS container of its own. */
export class RustFsDockerStack extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new LocalBackend(this, { path: `../../../terraform.${id}.tfstate` });
    new provider.DockerProvider(this, 'docker');
    applicationStorage(this, new RustFs(this, 'rustfs', { storage: RustFsStorage.erasure({ drives: 4 }) }));
  }
}

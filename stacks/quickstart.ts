import { LocalBackend, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { RustFs } from '../constructs/index.js';
import { applicationStorage } from './components.js';

/** The six applications on a RustFS (or emulator) that already runs at RUSTFS_ENDPOINT. */
export class QuickstartStack extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new LocalBackend(this, { path: `../../../terraform.${id}.tfstate` });
    const endpoint = process.env.RUSTFS_ENDPOINT ?? 'http://127.0.0.1:9900';
    applicationStorage(this, RustFs.external(this, 'rustfs', { endpoint }));
  }
}

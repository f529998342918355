import { provider } from '@cdktf/provider-docker';
import { LocalBackend, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { AlknetGateway, RustFs } from '../constructs/index.js';
import { applicationStorage } from './components.js';

/**
 * Phase A, static keys through the gateway: the six applications reach RustFS only by a virtual host of the gateway, with the
 * access keys that the post-apply step made. With RUSTFS_ENDPOINT: in front of a RustFS (or emulator) that already runs there.
 */
export class PhaseAStack extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new LocalBackend(this, { path: `../../../terraform.${id}.tfstate` });
    const endpoint = process.env.RUSTFS_ENDPOINT;
    if (!endpoint) new provider.DockerProvider(this, 'docker');
    const server = endpoint ? RustFs.external(this, 'rustfs', { endpoint }) : new RustFs(this, 'rustfs');
    new AlknetGateway(this, 'gateway', {
      server,
      virtualHosts: ['s3.localhost'],
      tls: { type: 'selfSigned' },
      port: 8443,
      rateLimits: { maxConnectionsPerIp: 256 },
    });
    applicationStorage(this, server);
  }
}

import { provider } from '@cdktf/provider-docker';
import { LocalBackend, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { AlknetGateway, Observability, RustFs, RustFsStorage } from '../constructs/index.js';
import { applicationStorage } from './components.js';

/** The six applications on a RustFS behind the gateway, watched: metrics, traces, log, dashboards and alerts. */
export class ObservabilityStack extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new LocalBackend(this, { path: `../../../terraform.${id}.tfstate` });
    new provider.DockerProvider(this, 'docker');
    const server = new RustFs(this, 'rustfs', { storage: RustFsStorage.erasure({ drives: 4 }) });
    const gateway = new AlknetGateway(this, 'gateway', {
      server,
      virtualHosts: ['s3.localhost'],
      tls: { type: 'selfSigned' },
      port: 8443,
      metricsPort: 9464,
    });
    new Observability(this, 'telemetry', { server, gateway, traces: 'both' });
    applicationStorage(this, server);
  }
}

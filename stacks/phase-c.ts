import { provider } from '@cdktf/provider-docker';
import { LocalBackend, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { AlknetGateway, Bucket, RustFs, ServiceUser, UserSessions } from '../constructs/index.js';

/**
 * Phase C, managed credentials: no application holds an access key. Each identity is a user of its own, whose sessions
 * (AssumeRole) reach the application by `credential_process` or by a local endpoint, and are replaced before they end.
 * With RUSTFS_ENDPOINT: in front of a RustFS (or emulator) that already runs there.
 */
export class PhaseCStack extends TerraformStack {
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

    const identity = (name: string, seconds?: number) => {
      const user = new ServiceUser(this, name, { server });
      new UserSessions(this, `${name}-sessions`, { server, user, ...(seconds !== undefined && { seconds }) });
      return user;
    };
    const reports = new Bucket(this, 'reports', { server });
    const audit = new Bucket(this, 'audit', { server });
    reports.grantReadWrite(identity('report-writer'));
    // A person at work for a quarter of an hour; a session ends by itself.
    const auditor = identity('auditor', 900);
    reports.grantRead(auditor);
    audit.grantRead(auditor);
    // Can add and read, but never delete.
    audit.grantAppend(identity('audit-collector'));
  }
}

import { provider } from '@cdktf/provider-docker';
import { LocalBackend, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { AlknetGateway, Bucket, OidcClaim, RustFs } from '../constructs/index.js';

/**
 * Phase D, the gateway as OpenID provider: nobody has a key at RustFS. Who holds an API key of the gateway signs in there, by
 * token exchange or at its login page, and RustFS gives a session for the ID token. With RUSTFS_ENDPOINT: in front of a RustFS
 * (or emulator) that already runs there, with the gateway at GATEWAY_URL on this machine.
 */
export class PhaseDStack extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new LocalBackend(this, { path: `../../../terraform.${id}.tfstate` });
    const endpoint = process.env.RUSTFS_ENDPOINT;
    if (!endpoint) new provider.DockerProvider(this, 'docker');
    const server = endpoint ? RustFs.external(this, 'rustfs', { endpoint }) : new RustFs(this, 'rustfs');
    const { hostname, port } = new URL(process.env.GATEWAY_URL ?? 'http://127.0.0.1:8080');
    const gateway = new AlknetGateway(this, 'gateway', {
      server,
      virtualHosts: ['s3.localhost'],
      // Development. In production: tls x509, and names that your DNS knows.
      tls: { type: 'none' },
      port: Number(port || 80),
      apiKeys: [
        { name: 'collector', scopes: ['storage:collect'] },
        { name: 'editor', scopes: ['storage:edit'] },
        { name: 'auditor', scopes: ['storage:audit', 'storage:read'] },
      ],
      openIdProvider: {
        hostname: endpoint ? hostname : 'id.storage.internal',
        clients: [{ clientId: 'rustfs', redirectUris: ['http://127.0.0.1:8400/callback'] }],
        policies: {
          'storage:collect': ['collectors'],
          'storage:edit': ['editors'],
          'storage:read': ['readers'],
          'storage:audit': ['auditors'],
        },
      },
    });
    const claim = (value: string) => new OidcClaim(this, value, { server, provider: gateway.oidcProvider() });
    const reports = new Bucket(this, 'reports', { server });
    const audit = new Bucket(this, 'audit', { server });
    reports.grantReadWrite(claim('editors'));
    reports.grantRead(claim('readers'));
    audit.grantRead(claim('auditors'));
    // Who collects can add and read, but never delete.
    audit.grantAppend(claim('collectors'));
  }
}

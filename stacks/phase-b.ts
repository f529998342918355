import { provider } from '@cdktf/provider-docker';
import { LocalBackend, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { AlknetGateway, Bucket, OidcClaim, OidcProvider, RustFs } from '../constructs/index.js';
import { applicationStorage } from './components.js';

/**
 * Phase B, an external OpenID provider: the applications keep their keys, and people and programs sign in at the provider that
 * OIDC_ISSUER names (a Keycloak realm, say) with the client id `rustfs`. What they may do follows from their groups there.
 * With RUSTFS_ENDPOINT: a RustFS (or emulator) that already runs there, started with the variables in rustfs.env.
 */
export class PhaseBStack extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new LocalBackend(this, { path: `../../../terraform.${id}.tfstate` });
    const endpoint = process.env.RUSTFS_ENDPOINT;
    if (!endpoint) new provider.DockerProvider(this, 'docker');
    const sso = OidcProvider.generic({
      id: 'sso',
      issuer: process.env.OIDC_ISSUER ?? 'https://id.example.com/realms/storage',
      clientId: 'rustfs',
    });
    const oidc = [sso];
    const server = endpoint
      ? RustFs.external(this, 'rustfs', { endpoint, oidc })
      : new RustFs(this, 'rustfs', { oidc });
    new AlknetGateway(this, 'gateway', {
      server,
      virtualHosts: ['s3.localhost'],
      tls: { type: 'selfSigned' },
      port: 8443,
      rateLimits: { maxConnectionsPerIp: 256 },
      oidcLogin: true,
    });
    applicationStorage(this, server);

    const group = (value: string) => new OidcClaim(this, value, { server, provider: sso });
    const reports = new Bucket(this, 'reports', { server });
    const audit = new Bucket(this, 'audit', { server });
    reports.grantReadWrite(group('report-writers'));
    const auditors = group('auditors');
    reports.grantRead(auditors);
    audit.grantRead(auditors);
    // Who collects can add and read, but never delete.
    audit.grantAppend(group('audit-collectors'));
  }
}

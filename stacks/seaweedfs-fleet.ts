import { provider } from '@cdktf/provider-docker';
import { LocalBackend, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { SeaweedFsFilers, SeaweedFsGatewayFleet } from '../constructs/index.js';

const bucketPolicy = (name: string, bucket: string, ...actions: readonly string[]) => ({
  name,
  document: {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow' as const, Action: actions, Resource: `arn:aws:s3:::${bucket}/*` },
      { Effect: 'Allow' as const, Action: 's3:ListBucket', Resource: `arn:aws:s3:::${bucket}` },
    ],
  },
});

/** Three gateways with one STS configuration behind nginx, on a SeaweedFS of their own for development. */
export class SeaweedFsFleetStack extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new LocalBackend(this, { path: `../../../terraform.${id}.tfstate` });
    new provider.DockerProvider(this, 'docker');
    const issuer = process.env.SEAWEEDFS_OIDC_ISSUER ?? 'https://sso.example.com/realms/storage';
    new SeaweedFsGatewayFleet(this, 'storage', {
      development: issuer.startsWith('http://'),
      filers: SeaweedFsFilers.development(),
      iam: {
        sts: { issuer: `${id}-sts`, maxSessionLength: '4h' },
        providers: [
          {
            name: 'sso',
            type: 'oidc',
            issuer,
            clientIds: ['seaweedfs'],
          },
        ],
        policies: [
          bucketPolicy('reports-write', 'reports', 's3:GetObject', 's3:PutObject'),
          bucketPolicy('reports-read', 'reports', 's3:GetObject'),
        ],
        roles: [
          {
            name: 'ReportWriter',
            policies: ['reports-write'],
            trust: [{ principal: { provider: 'sso' }, conditions: { StringEquals: { 'oidc:groups': 'reporting' } } }],
          },
          { name: 'ReportReader', policies: ['reports-read'], trust: [{ principal: { provider: 'sso' } }] },
          { name: 'Auditor', policies: ['reports-read'], trust: [{ principal: { identity: 'operator' } }] },
        ],
        identities: [{ name: 'operator', actions: ['Admin'] }],
      },
    });
  }
}

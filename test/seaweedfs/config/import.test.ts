import { expect, test } from 'vitest';
import { importIamConfig } from '../../../seaweedfs/config/index.js';
import { base, configurationOf } from './planted.js';

test('a working file becomes a construct without problems, and its secrets stay out', () => {
  const { typescript, findings, secrets } = importIamConfig(JSON.stringify(base), { development: true });
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(secrets).toEqual([
    { entry: 'signing-key', from: '$.sts.signingKey' },
    { entry: 'identity-admin', from: '$.identities[0].credentials[0]' },
    { entry: 'identity-limited', from: '$.identities[1].credentials[0]' },
  ]);
  expect(typescript).not.toMatch(/bGFiLXNpZ25|lab-admin-secret|LABADMINKEY/);
  expect(typescript.split('\n').slice(0, 22)).toEqual([
    "import { SeaweedFsFilers, SeaweedFsGatewayFleet } from 'cdktf-rustfs';",
    '',
    "new SeaweedFsGatewayFleet(this, 'seaweedfs', {",
    "  filers: SeaweedFsFilers.existing(['filer:8888']),",
    '  iam: {',
    '    sts: {',
    "      issuer: 'seaweedfs-lab-sts',",
    '      signingKey: {',
    "        secret: 'signing-key',",
    '      },',
    "      tokenDuration: '1h',",
    "      maxSessionLength: '12h',",
    '    },',
    '    providers: [',
    '      {',
    "        name: 'idp',",
    "        type: 'oidc',",
    "        issuer: 'http://127.0.0.1:21004',",
    "        clientIds: ['lab-client'],",
    '      },',
    '    ],',
    '    policies: [',
  ]);
});

test('a provider of the old place is kept as SeaweedFS treated it: on', () => {
  const { typescript, findings } = importIamConfig(configurationOf('provider-legacy-disabled'), { development: true });
  expect(typescript).toContain("name: 'idp'");
  expect(typescript).not.toContain('enabled: false');
  expect(findings.map(({ path }) => path)).toContain('$.providers');
});

test('the production sample of the source document: closed, but nobody can sign in', () => {
  const { findings } = importIamConfig(configurationOf('readme-prod'));
  expect(findings.filter(({ severity }) => severity === 'error').map(({ path }) => path)).toEqual([
    '$.sts.signingKey',
    '$.identities',
  ]);
});

test('what is no JSON gives findings only', () => {
  expect(importIamConfig('{')).toMatchObject({ typescript: '', secrets: [], findings: [{ path: '$' }] });
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { World } from '../fixture.js';
import { allow, lines, look, putPolicy, QUIET, worldOf } from './estate.js';

const FROM = '1.0.1';
let world: World;
beforeAll(async () => {
  world = await worldOf(FROM, {
    answers: { ...QUIET, 'kms/service-status': { status: 'Running', backend_type: 'Local' } },
  });
});
afterAll(() => world.close());

test('what beta.7 cannot read, and what it gives more than 1.0.1', async () => {
  await putPolicy(world, 'keys', allow(['kms:Configure'], { Resource: ['arn:aws:kms:::key/a'] }));
  await putPolicy(
    world,
    'locks',
    allow(['s3:PutObject'], {
      Resource: ['arn:aws:s3:::*'],
      Condition: { StringEquals: { 's3:object-lock-mode': 'GOVERNANCE' } },
    }),
  );
  await putPolicy(world, 'everything', allow(['s3:*']));
  await putPolicy(world, 'operator', allow(['admin:ServerInfo', 'admin:CreateServiceAccount'], {}));
  const result = await look(world, FROM, { objects: { perBucket: 1 } }, (manifest) => {
    manifest.oidc = {
      providers: [
        {
          ...{
            id: 'corp',
            issuer: 'https://login.example',
            discoveryUrl: 'http://keycloak:8080',
            clientId: 'rustfs',
            scopes: ['openid'],
          },
          mapping: { groupsClaim: 'groups', rolesClaim: '', claimName: 'groups', claimPrefix: '', rolePolicies: [] },
          claims: [],
        },
      ],
    };
  });
  expect(lines(result)).toEqual([
    'blocks-start policy-actions policy keys: names kms:Configure',
    'blocks-start policy-condition-keys policy locks: names s3:object-lock-mode',
    'blocks-start policy-resources policy keys: names arn:aws:kms:::key/a',
    'breaks-clients assume-role users: 2 users have a policy, but no Allow of sts:AssumeRole: backup-svc, web-svc',
    'breaks-clients oidc-issuer OIDC provider corp: reads its discovery document elsewhere than at the issuer',
    'changes-meaning force-delete policy everything: allows s3:*, which covers force delete on beta.7 alone',
    'changes-meaning keys-for-others policy operator: allows admin:CreateServiceAccount',
    'changes-meaning kms-permissions policy operator: allows admin:ServerInfo',
    'changes-meaning list-versions policy web-storage: allows s3:ListBucket without s3:ListBucketVersions on versioned web-assets',
    'changes-meaning oidc-parents OIDC provider corp: signs users in',
    'changes-meaning versioned-reads policy web-storage: allows s3:GetObject without s3:GetObjectVersion on versioned web-assets',
    'loses-data kms-local-master-key server: has a local KMS, whose key files a master key may have encrypted',
  ]);
  const fixable = result.report.findings
    .filter((finding) => finding.fixable)
    .map(({ object, rule }) => `${object} ${rule}`);
  expect(fixable).toEqual(['policy keys policy-actions', 'policy keys policy-resources']);
  expect(result.report.byHand.map(({ severity, rule }) => `${severity} ${rule}`)).toEqual([
    'loses-data sse-downgrade',
    'loses-data kms-create-existing',
    'loses-data kms-late',
    'breaks-clients kms-variables',
    'breaks-clients keep-alive',
    'changes-meaning readiness',
    'note update-access-keys',
    'note set-user-secret',
    'note error-codes',
  ]);
});

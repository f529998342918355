import { expect, test } from 'vitest';
import { validateIamConfig } from '../../../seaweedfs/config/index.js';
import vectors from '../vectors/answers.json' with { type: 'json' };
import { base } from './planted.js';

const recorded = (
  vectors.good as unknown as { readonly policies: readonly { readonly name: string; readonly document: unknown }[] }
).policies;

function errorsOf(document: unknown): readonly string[] {
  const policies = [...(base.policies as readonly unknown[]), { name: 'tried', document }];
  return validateIamConfig({ ...base, policies }, { development: true })
    .filter(({ severity }) => severity === 'error')
    .map(({ message }) => message);
}

const document = (name: string) => recorded.find((policy) => policy.name === name)?.document;

test('a policy variable opened every home [policy.abac-user.star]', () => {
  expect(errorsOf(document('home-dir'))).toEqual([
    '$.policies[2].document.Statement[0].Resource[0]: got "${jwt:preferred_username}"; a policy variable is expanded before wildcards: a user whose claim is * got at everybody else’s objects; give each user or group a role and a policy of its own',
  ]);
});

test('a principal tag comes from any claim of that name [policy.principal-tag.injected-claim]', () => {
  expect(errorsOf(document('tag-gate'))).toEqual([
    '$.policies[2].document.Statement[0].Condition: got "aws:PrincipalTag/team"; a plain claim of that name in the token passes, whatever allowedPrincipalTagKeys says; compare jwt:groups, or trust different roles with oidc: conditions',
  ]);
});

test('a policy without Version is dropped [policy.BadPolicyDoc.get]', () => {
  expect(errorsOf(document('bad-doc'))).toEqual([
    '$.policies[2].document.Version: got nothing; must be 2012-10-17: SeaweedFS drops the policy with a warning in its log, and sessions with it can do nothing; write "2012-10-17"',
  ]);
});

test.each(['full', 'deny-secret', 'group-gate', 'lab-a-rw'])('%s does what it says', (name) => {
  expect(errorsOf(document(name))).toEqual([]);
});

test('every problem of one document is reported at once', () => {
  const Statement = [{ Effect: 'allow', Action: 'iam:CreateUser', Resource: 'bucket/*' }];
  expect(errorsOf({ Version: '2008-10-17', Statement }).map((message) => message.split(':')[0])).toEqual([
    '$.policies[2].document.Version',
    '$.policies[2].document.Statement[0].Effect',
    '$.policies[2].document.Statement[0].Action',
    '$.policies[2].document.Statement[0].Resource',
  ]);
});

/** Roles of the recordings: who assumed them with a valid token, and what the validation says of each. */
import { expect, test } from 'vitest';
import { validateIamConfig } from '../../../seaweedfs/config/index.js';
import vectors from '../vectors/answers.json' with { type: 'json' };
import { base } from './planted.js';

interface Role {
  readonly roleName: string;
  readonly attachedPolicies?: readonly string[];
}

const roles = (vectors.good as unknown as { readonly roles: readonly Role[] }).roles;
const policies = [
  ...(base.policies as readonly unknown[]),
  {
    name: 'full',
    document: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] },
  },
];
const assumed = (role: string) =>
  (vectors.answers as unknown as Readonly<Record<string, { readonly answer: readonly [number, string] }>>)[
    `trust.${role}`
  ]?.answer[0];

const errorsOf = (role: Role) =>
  validateIamConfig({ ...base, policies, roles: [role] }, { development: true })
    .filter(({ severity }) => severity === 'error')
    .map(({ message }) => message);

/** Role → words of its error. */
const REFUSED: Readonly<Record<string, string>> = {
  CondBareRoles: 'write oidc:roles',
  CondBareGroups: 'write oidc:groups',
  CondBareSub: 'write oidc:sub',
  CondJwtSub: 'this key never matches',
  CondAwsStyle: 'this key never matches',
  CondNested: 'nested claims are not looked into',
  CondUnknownOp: 'does not evaluate this operator',
  CondIfExists: 'does not evaluate this operator',
  CondSourceIp: 'does not evaluate this operator',
  CondNotEqMissing: 'true for every token that lacks the claim',
  CondBareNotEq: 'true for every token that lacks the claim',
  CondNotEqPrefixed: 'true for every token that lacks the claim',
  FedUrl: 'is a URL or an ARN',
  FedArn: 'is a URL or an ARN',
  FedStar: 'also of one added later',
  FedDangling: 'no provider has this name',
  FedArray: 'no provider has this name',
  PrincipalStar: 'admits everybody whom any provider knows',
  AwsStar: 'web identities too',
  UserStar: 'web identities too',
  UserNobody: 'no such identity is declared',
  NoTrust: 'nobody can assume the role',
  EmptyPolicies: 'must name a policy',
  NoPoliciesKey: 'must name a policy',
  DanglingPolicy: 'no such policy is declared',
  DanglingPlusGood: 'no such policy is declared',
  ForeignAction: 'three actions',
  ActionWildcard: 'three actions',
  ActionLdap: 'three actions',
  OnlyAssumeRole: 'a user of a provider can never ask for these actions',
  NoVersion: 'must be 2012-10-17',
  MaxTooShort: 'must be 3600 to 43200 seconds',
};

/** Policies that the recordings attach to these are judged in policies.test.ts. */
const ABOUT_POLICIES = ['BadPolicyDoc', 'AbacUser', 'AbacGroup', 'AbacTag', 'DenyDelete'];

test.each(Object.entries(REFUSED))('%s is refused', (name, words) => {
  const role = roles.find(({ roleName }) => roleName === name);
  expect(role).toBeDefined();
  expect(errorsOf(role as Role).filter((message) => message.includes(words))).toHaveLength(1);
});

test('every other role is accepted, and worked with a valid token where it was tried', () => {
  const others = roles.filter(({ roleName }) => !(roleName in REFUSED) && !ABOUT_POLICIES.includes(roleName));
  expect(others.map(({ roleName }) => roleName)).toContain('CondGroupsAny');
  expect(others.flatMap((role) => errorsOf(role))).toEqual([]);
  // CondAzp and CondAllMissing speak of claims that the token of the recordings lacks, CondDuration of one not asked for.
  const without = ['CondAzp', 'CondAllMissing'];
  const tried = others.filter(({ roleName }) => assumed(roleName) !== undefined && !without.includes(roleName));
  expect(tried.length).toBeGreaterThan(10);
  expect(tried.filter(({ roleName }) => assumed(roleName) !== 200)).toEqual([]);
});

test.each([
  ['*', false],
  ['*admin', false],
  ['a*b', false],
  ['team-*', true],
  ['*@example.com', true],
  ['exact', true],
])('StringLike %s on a claim is safe: %s', (pattern, safe) => {
  const trustPolicy = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: 'idp' },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringLike: { 'oidc:groups': pattern } },
      },
    ],
  };
  expect(errorsOf({ roleName: 'R', attachedPolicies: ['full'], trustPolicy } as Role)).toHaveLength(safe ? 0 : 1);
});

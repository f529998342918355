/** Rendered files against a schema written from the references (services, section 2), not from our types. */
import { expect, test } from 'vitest';
import * as z from 'zod';
import { type FleetIamConfig, iamTemplate, renderIamConfig, stableJson } from '../../../seaweedfs/config/index.js';

const strings = z.array(z.string()).min(1);
const statement = z.strictObject({
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z
    .strictObject({ Federated: z.union([z.string(), strings]) })
    .or(z.strictObject({ AWS: z.union([z.string(), strings]) })),
  Action: z.array(z.enum(['sts:AssumeRole', 'sts:AssumeRoleWithWebIdentity', 'sts:AssumeRoleWithCredentials'])).min(1),
  Condition: z
    .record(
      z.string(),
      z.record(z.string().regex(/^(oidc:|aws:userid$|sts:DurationSeconds$)/), z.union([z.string(), strings])),
    )
    .optional(),
});
const goDuration = z.string().regex(/^(\d+h)?(\d+m)?(\d+s)?$/);
const iamConfig = z.strictObject({
  sts: z.strictObject({
    issuer: z.string().min(1),
    signingKey: z.string().regex(/^[A-Za-z0-9+/]{43}=$/),
    tokenDuration: goDuration,
    maxSessionLength: goDuration,
    accountId: z
      .string()
      .regex(/^\d{12}$/)
      .optional(),
    providers: z.array(
      z.discriminatedUnion('type', [
        z.strictObject({
          name: z.string(),
          type: z.literal('oidc'),
          enabled: z.boolean(),
          config: z.strictObject({
            issuer: z.url({ protocol: /^https?$/ }),
            clientIds: strings,
            jwksUri: z.url().optional(),
            scopes: strings.optional(),
          }),
        }),
        z.strictObject({
          name: z.string(),
          type: z.literal('ldap'),
          enabled: z.boolean(),
          config: z.strictObject({
            server: z.string(),
            baseDN: z.string(),
            userFilter: z.string(),
            bindDN: z.string().optional(),
            bindPassword: z.string().optional(),
            useTLS: z.boolean(),
          }),
        }),
      ]),
    ),
  }),
  policy: z.strictObject({ defaultEffect: z.literal('Deny'), storeType: z.literal('memory') }),
  policies: z.array(
    z.strictObject({
      name: z.string(),
      document: z.looseObject({ Version: z.literal('2012-10-17'), Statement: z.array(z.unknown()) }),
    }),
  ),
  roles: z.array(
    z.strictObject({
      roleName: z.string(),
      trustPolicy: z.strictObject({ Version: z.literal('2012-10-17'), Statement: z.array(statement).min(1) }),
      attachedPolicies: strings,
      description: z.string().optional(),
    }),
  ),
  identities: z
    .array(
      z.strictObject({
        name: z.string(),
        credentials: z.array(z.strictObject({ accessKey: z.string().min(1), secretKey: z.string().min(1) })).min(1),
        actions: strings,
      }),
    )
    .min(1),
});

const everything: FleetIamConfig = {
  sts: { issuer: 'test-sts', tokenDuration: '30m', accountId: '111122223333' },
  providers: [
    {
      name: 'sso',
      type: 'oidc',
      issuer: 'https://sso.example.com',
      clientIds: ['a', 'b'],
      enabled: false,
      scopes: ['openid'],
    },
    {
      name: 'directory',
      type: 'ldap',
      server: 'ldaps://ldap.example.com',
      baseDN: 'dc=example',
      userFilter: '(uid=%s)',
      bindDN: 'cn=reader',
      bindPassword: { secret: 'ldap-bind' },
    },
  ],
  policies: [
    {
      name: 'all',
      document: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] },
    },
  ],
  roles: [
    {
      name: 'Both',
      description: 'for tests',
      policies: ['all'],
      trust: [
        { principal: { provider: ['sso'] }, conditions: { StringEquals: { 'oidc:groups': ['a', 'b'] } } },
        { principal: { identity: ['admin'] } },
        { effect: 'Deny', principal: { provider: 'directory' }, actions: ['sts:AssumeRoleWithCredentials'] },
      ],
    },
  ],
  identities: [{ name: 'admin', credential: { secret: 'admin-key' }, actions: ['Admin'] }],
};

const SECRETS: Readonly<Record<string, string>> = {
  'f-signing-key.secretAccessKey': 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=',
  'ldap-bind.secretAccessKey': 'pass"word',
  'admin-key.accessKeyId': 'AKADMIN',
  'admin-key.secretAccessKey': 'admin-secret',
};

test('everything that can be declared renders to what SeaweedFS reads', () => {
  const template = iamTemplate('f', everything);
  const text = renderIamConfig(template, ({ $secret, field }) => SECRETS[`${$secret}.${field}`] ?? '');
  const rendered = iamConfig.parse(JSON.parse(text));
  expect(rendered.sts.providers.map(({ name, enabled }) => [name, enabled])).toEqual([
    ['directory', true],
    ['sso', false],
  ]);
  expect(rendered.sts.providers[0]?.config).toMatchObject({ bindPassword: 'pass"word', useTLS: true });
  expect(rendered.sts.signingKey).toBe(SECRETS['f-signing-key.secretAccessKey']);
  expect(rendered.identities[0]?.credentials).toEqual([{ accessKey: 'AKADMIN', secretKey: 'admin-secret' }]);
  expect(rendered.roles[0]?.trustPolicy.Statement.map(({ Principal, Action }) => [Principal, Action])).toEqual([
    [{ Federated: ['sso'] }, ['sts:AssumeRoleWithWebIdentity']],
    [{ AWS: ['arn:aws:iam::000000000000:user/admin'] }, ['sts:AssumeRole']],
    [{ Federated: 'directory' }, ['sts:AssumeRoleWithCredentials']],
  ]);
});

test('the template itself has no secret, and the schema tells it from a rendered file', () => {
  const template = iamTemplate('f', everything);
  expect(Object.values(SECRETS).filter((secret) => stableJson(template).includes(secret))).toEqual([]);
  expect(iamConfig.safeParse(template).success).toBe(false);
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DevelopmentIssuer } from '../../../seaweedfs/development-issuer/issuer.js';
import { startDevelopmentIssuer } from '../../../seaweedfs/development-issuer/issuer.js';
import { repeatsFor, triesFor } from '../../../seaweedfs/proof/repeats.js';
import type { StartInput } from '../../../seaweedfs/stand-in/index.js';
import { type Config, goodConfig, proofAt, SIGNING_KEY, startFleet, testIssuer } from '../support/fleet.js';

let issuer: DevelopmentIssuer;
let otherIssuer: DevelopmentIssuer;
beforeAll(async () => {
  issuer = await testIssuer();
  otherIssuer = await startDevelopmentIssuer();
});
afterAll(async () => {
  await issuer.close();
  await otherIssuer.close();
});

const good = (): StartInput => ({ iamConfig: JSON.stringify(goodConfig(issuer.issuer)) });

describe('a fleet as declared', () => {
  test('has no finding, and leaves nothing behind', async () => {
    const fleet = await startFleet([good(), good(), good()]);
    try {
      const proof = await proofAt(fleet.addresses, issuer, { confidence: 0.999 });
      expect(proof.findings).toEqual([]);
      expect(proof.notProbed).toEqual([]);
      expect(proof.standIn).toBe(true);
      expect(proof.probes.asExpected).toBe(proof.probes.total);
      expect(proof.probes.total).toBeGreaterThan(1000);
      expect(await fleet.store.buckets()).toEqual(['logs']);
      expect(await fleet.store.keys('logs')).toEqual([]);
    } finally {
      await fleet.close();
    }
  });

  test('without a token, names what was not probed', async () => {
    const fleet = await startFleet([good(), good(), good()]);
    try {
      const { findings, notProbed } = await proofAt(fleet.addresses, issuer, { tokens: undefined });
      expect(findings).toEqual([]);
      expect(notProbed.map(({ what }) => what).sort()).toEqual([
        'rights of role Developer',
        'rights of role Writer',
        'tokens of wrong signature, issuer, audience, age, alg none',
        'valid web identity tokens',
      ]);
    } finally {
      await fleet.close();
    }
  });
});

type Planted = readonly [what: string, found: readonly string[], change: (config: Config) => unknown];

const provider = (config: Config) =>
  config.sts.providers[0] as Record<string, unknown> & { config: Record<string, unknown> };
const role = (config: Config, name: string) =>
  config.roles.find((one) => (one as { roleName: string }).roleName === name) as Record<string, unknown>;
const statement = (config: Config, name: string) =>
  (role(config, name).trustPolicy as { Statement: Record<string, unknown>[] }).Statement[0] as Record<string, unknown>;

const REFUSED = ['sts-loaded', 'providers', 'static-key', 'session-shared', 'token-accepted'];
const OPEN = [...REFUSED, 'anonymous-refused', 'unknown-key-refused'];

/** Each is a recorded misconfiguration, written by hand into the iam.config of every gateway, past all validation. */
const PLANTED: readonly Planted[] = [
  [
    'signingKey in base64url',
    REFUSED,
    ({ sts }) => Object.assign(sts, { signingKey: '-_z9_v_7_P3-__v8_f7_-_z9_v_7_P3-__v8_f7_-_z9' }),
  ],
  [
    'signingKey without padding',
    REFUSED,
    ({ sts }) => Object.assign(sts, { signingKey: SIGNING_KEY.replace(/=+$/, '') }),
  ],
  ['signingKey of 15 bytes', REFUSED, ({ sts }) => Object.assign(sts, { signingKey: 'MTIzNDU2Nzg5MDEyMzQ1' })],
  ['no signingKey', REFUSED, ({ sts }) => Object.assign(sts, { signingKey: undefined })],
  ['signingKey as a variable', REFUSED, ({ sts }) => Object.assign(sts, { signingKey: '${STS_KEY}' })],
  [
    'no signingKey and no identities',
    OPEN,
    (config) => Object.assign(config, { identities: [], sts: { ...config.sts, signingKey: undefined } }),
  ],
  ['an empty file', OPEN, (config) => Object.assign(config, { sts: undefined, identities: undefined })],
  ['tokenDuration "1 hour"', REFUSED, ({ sts }) => Object.assign(sts, { tokenDuration: '1 hour' })],
  [
    'tokenDuration as a number',
    ['session-duration', 'session-shared', 'role-right'],
    ({ sts }) => Object.assign(sts, { tokenDuration: 3600 }),
  ],
  ['tokenDuration of 15 minutes', ['session-duration'], ({ sts }) => Object.assign(sts, { tokenDuration: '15m' })],
  [
    'a provider of type mock',
    REFUSED,
    ({ sts }) => sts.providers.push({ name: 'dev', type: 'mock', enabled: true } as never),
  ],
  ['provider type OIDC', REFUSED, (config) => Object.assign(provider(config), { type: 'OIDC' })],
  ['enabled as a string', REFUSED, (config) => Object.assign(provider(config), { enabled: 'true' })],
  [
    'enabled omitted',
    ['providers', 'token-accepted'],
    (config) => Object.assign(provider(config), { enabled: undefined }),
  ],
  ['provider without clientId', REFUSED, (config) => Object.assign(provider(config).config, { clientIds: undefined })],
  [
    'a further client',
    ['token-refused'],
    (config) => Object.assign(provider(config).config, { clientIds: ['fleet-client', 'nobody'] }),
  ],
  [
    'provider issuer with a trailing slash',
    ['providers', 'token-accepted'],
    (config) => Object.assign(provider(config).config, { issuer: `${issuer.issuer}/` }),
  ],
  [
    'jwksUri that answers 404',
    ['token-accepted'],
    (config) => Object.assign(provider(config).config, { jwksUri: `${issuer.issuer}/nope` }),
  ],
  [
    'another issuer',
    ['providers', 'token-accepted'],
    (config) => Object.assign(provider(config).config, { issuer: otherIssuer.issuer }),
  ],
  [
    'a provider nobody declared',
    ['providers'],
    ({ sts }) =>
      sts.providers.push({
        name: 'extra',
        type: 'oidc',
        enabled: true,
        config: { issuer: otherIssuer.issuer, clientIds: ['x'] },
      }),
  ],
  [
    'two providers with one issuer',
    ['providers', 'token-accepted'],
    (config) => config.sts.providers.push({ ...provider(config), name: 'idp-b' } as never),
  ],
  ['defaultEffect deny', REFUSED, (config) => Object.assign(config.policy, { defaultEffect: 'deny' })],
  ['storeType redis', REFUSED, (config) => Object.assign(config.policy, { storeType: 'redis' })],
  ['another STS issuer', ['session-issuer'], ({ sts }) => Object.assign(sts, { issuer: 'other-sts' })],
  [
    'role missing',
    ['role-loaded', 'token-accepted'],
    (config) => Object.assign(config, { roles: config.roles.slice(1) }),
  ],
  [
    'trust action sts:TagSession',
    ['role-loaded', 'token-accepted'],
    (config) =>
      Object.assign(statement(config, 'Writer'), { Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'] }),
  ],
  [
    'role without trust policy',
    ['role-loaded', 'token-accepted'],
    (config) => Object.assign(role(config, 'Writer'), { trustPolicy: undefined }),
  ],
  [
    'Federated names the issuer URL',
    ['token-accepted'],
    (config) => Object.assign(statement(config, 'Writer'), { Principal: { Federated: issuer.issuer } }),
  ],
  [
    '{"AWS":"*"} admits web identities',
    ['role-trust'],
    (config) => Object.assign(statement(config, 'Writer'), { Principal: { AWS: '*' } }),
  ],
  [
    'a condition on a bare claim',
    ['token-accepted'],
    (config) => Object.assign(statement(config, 'Developer'), { Condition: { StringEquals: { team: 'storage' } } }),
  ],
  [
    'a negated condition',
    ['role-trust', 'token-accepted'],
    (config) =>
      Object.assign(statement(config, 'Developer'), { Condition: { StringNotEquals: { 'oidc:team': 'storage' } } }),
  ],
  [
    'a condition left out',
    ['role-trust'],
    (config) => Object.assign(statement(config, 'Developer'), { Condition: undefined }),
  ],
  [
    'attached policy that does not exist',
    ['role-right'],
    (config) => Object.assign(role(config, 'Writer'), { attachedPolicies: ['nope'] }),
  ],
  [
    'a policy too wide',
    ['role-right'],
    (config) => Object.assign(role(config, 'Developer'), { attachedPolicies: ['logs-rw'] }),
  ],
  ['roles as an object', REFUSED, (config) => Object.assign(config, { roles: { Writer: {} } })],
  [
    'an identity called anonymous',
    ['anonymous-refused'],
    ({ identities }) => identities.push({ name: 'anonymous', actions: ['Read:logs', 'List:logs'] }),
  ],
  [
    'an identity with an unset variable',
    ['static-key'],
    ({ identities }) =>
      Object.assign(identities[1] as object, { credentials: [{ accessKey: '${AK}', secretKey: '${SK}' }] }),
  ],
];

const probesOf = (findings: readonly { readonly probe: string }[]) => new Set(findings.map(({ probe }) => probe));

describe('misconfigurations smuggled into every gateway', () => {
  test.each(PLANTED)('%s', async (_, expected, change) => {
    const config = goodConfig(issuer.issuer);
    change(config);
    const input = { iamConfig: JSON.stringify(config) };
    const fleet = await startFleet([input, input, input]);
    try {
      const { findings } = await proofAt(fleet.addresses, issuer, { confidence: 0.5 });
      expect([...probesOf(findings)]).toEqual(expect.arrayContaining([...expected]));
    } finally {
      await fleet.close();
    }
  });
});

/** On one gateway of three: the proof has to name that gateway, and to notice it through the balancer. */
const ODD: readonly Planted[] = [
  [
    'another signing key',
    ['session-shared'],
    ({ sts }) => Object.assign(sts, { signingKey: Buffer.alloc(32, 7).toString('base64') }),
  ],
  ['another STS issuer', ['session-shared', 'session-issuer'], ({ sts }) => Object.assign(sts, { issuer: 'other' })],
  ['a role missing', ['role-loaded'], (config) => Object.assign(config, { roles: config.roles.slice(1) })],
  [
    'a policy too narrow',
    ['role-right'],
    (config) => Object.assign(role(config, 'Writer'), { attachedPolicies: ['logs-ro'] }),
  ],
  ['provider off', ['providers'], (config) => Object.assign(provider(config), { enabled: false })],
  [
    'open',
    ['anonymous-refused', 'sts-loaded'],
    (config) => Object.assign(config, { identities: [], sts: { ...config.sts, signingKey: 'x' } }),
  ],
];

describe('one odd gateway', () => {
  test.each(ODD)('%s', async (_, expected, change) => {
    const config = goodConfig(issuer.issuer);
    change(config);
    const fleet = await startFleet([good(), good(), { iamConfig: JSON.stringify(config) }]);
    try {
      const { findings } = await proofAt(fleet.addresses, issuer, { confidence: 0.999 });
      const at = (place: string) => probesOf(findings.filter((finding) => finding.place === place));
      expect([...at('gateway-3')]).toEqual(expect.arrayContaining([...expected]));
      expect([...at('balancer')]).toEqual(expect.arrayContaining([...expected]));
    } finally {
      await fleet.close();
    }
  });

  test('identities only in -config: closed, but not with the declared keys', async () => {
    const shadowed = { ...good(), config: '{"identities":[{"name":"other","actions":["Admin"]}]}' };
    const fleet = await startFleet([good(), good(), shadowed]);
    try {
      const { findings } = await proofAt(fleet.addresses, issuer);
      expect([...probesOf(findings.filter(({ place }) => place === 'gateway-3'))]).toContain('static-key');
    } finally {
      await fleet.close();
    }
  });

  test('a policy left on the filer wins over the file', async () => {
    const fleet = await startFleet([good(), good(), good()]);
    try {
      const Statement = [{ Effect: 'Allow', Action: ['s3:*'], Resource: ['*'] }];
      await fleet.store.putPolicy('logs-ro', { Version: '2012-10-17', Statement });
      const { findings } = await proofAt(fleet.addresses, issuer);
      expect([...probesOf(findings)]).toEqual(['role-right']);
    } finally {
      await fleet.close();
    }
  });
});

describe('how often', () => {
  test('is computed from the number of gateways and the confidence', () => {
    // 0.75^16 = 0.01002 > 0.01 ≥ 0.75^17; 0.9^43 = 0.0108 > 0.01 ≥ 0.9^44
    expect(repeatsFor(3, 0.99)).toEqual({ confidence: 0.99, balancer: 17, assume: 44 });
    expect(triesFor(0.5, 0.5)).toBe(1);
  });
});

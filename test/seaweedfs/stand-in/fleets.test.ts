/** Recorded answers of fleets with one odd gateway, of other accounts, and of gateways without an IAM configuration. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { IS_NEWER_WEED } from '../support/weed.js';
import vectors from '../vectors/answers.json' with { type: 'json' };
import starts from '../vectors/starts.json' with { type: 'json' };
import {
  ADMIN,
  type Answer,
  assumeWeb,
  type Gateway,
  type Lab,
  LIMITED,
  openLab,
  send,
  sessionOf,
  sts,
} from './lab.js';

const recorded = vectors.answers as unknown as Record<string, { request: string; answer: Answer }>;
type Config = typeof starts.base;

let lab: Lab;
let gateways: Gateway[] = [];
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.close());
afterEach(async () => {
  for (const gateway of gateways) await gateway.close();
  gateways = [];
});

async function start(change: (config: Config) => unknown = () => {}): Promise<Gateway> {
  const config = structuredClone(starts.base);
  change(config);
  const gateway = await lab.start({ iamConfig: JSON.stringify(lab.here(config)) });
  gateways.push(gateway);
  return gateway;
}

const OTHER_KEY = Buffer.from('lab-signing-key-B-32-bytes-long!').toString('base64');
const ODD: Readonly<Record<string, (config: Config) => unknown>> = {
  'gw3-other-key': ({ sts }) => Object.assign(sts, { signingKey: OTHER_KEY }),
  'gw3-other-issuer': ({ sts }) => Object.assign(sts, { issuer: 'another-sts' }),
  'gw3-role-missing': (config) => Object.assign(config, { roles: config.roles.slice(1) }),
  'gw3-policy-narrower': ({ policies }) => policies[0]?.document.Statement[0]?.Action.pop(),
  'gw3-provider-missing': ({ sts }) => Object.assign(sts.providers[0] ?? {}, { enabled: undefined }),
  'gw3-open': (config) =>
    Object.assign(config, { identities: undefined, sts: { ...config.sts, signingKey: 'not base64' } }),
};

describe('one odd gateway', () => {
  test.each(Object.keys(ODD))('%s', async (name) => {
    const [first, second, third] = [await start(), await start(), await start(ODD[name])];
    const writer = (gateway: Gateway) => lab.token().then((token) => assumeWeb(gateway, 'Writer', token));
    const session = sessionOf(await writer(first));
    const put = (gateway: Gateway, who = session) => send(gateway, 'PUT', '/lab-a/w.txt', who, { body: 'x' });
    const bearer = { headers: { authorization: `Bearer ${session.sessionToken}` } };
    const requests: Readonly<Record<string, () => Promise<{ answer: Answer }>>> = {
      'assume-on-gw3': () => writer(third),
      'healthz-gw3': () => send(third, 'GET', '/healthz'),
      'gw1-session-on-gw2': () => put(second),
      'gw1-session-on-gw3': () => put(third),
      'gw1-session-read-gw3': () => send(third, 'GET', '/lab-a/seed.txt', session),
      'gw3-session-on-gw1': async () => put(first, sessionOf(await writer(third))),
      'bearer-gw1-on-gw3': () => send(third, 'GET', '/lab-a/seed.txt', 'anonymous', bearer),
      'anon-gw3': () => send(third, 'GET', '/lab-b/seed.txt'),
    };
    const answers: Record<string, Answer> = {};
    const expected: Record<string, Answer> = {};
    for (const [id, request] of Object.entries(requests)) {
      const vector = recorded[`mixed.${name}.${id}`];
      // Newer gateways are not open, and take no session as Bearer.
      if (vector === undefined || (IS_NEWER_WEED && (name === 'gw3-open' || id.startsWith('bearer-')))) continue;
      expected[id] = vector.answer;
      answers[id] = (await request()).answer;
    }
    expect(answers).toEqual(expected);
  });
});

describe('account ids', () => {
  test.each(['account-id-default', 'account-id-set'])('%s', async (name) => {
    const trusting = ['000000000000', '123456789012', '111122223333'].map((account) => ({
      roleName: `U${account}`,
      trustPolicy: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:user/limited` }, Action: ['sts:AssumeRole'] },
        ],
      },
      attachedPolicies: ['lab-a-rw'],
    }));
    const gateway = await start((config) => {
      config.roles.push(...(trusting as never[]));
      if (name === 'account-id-set') Object.assign(config.sts, { accountId: '123456789012' });
    });
    const session = sessionOf(await assumeWeb(gateway, 'Writer', await lab.token()));
    const caller = await sts(gateway, 'GetCallerIdentity', {}, LIMITED);
    expect(caller.answer).toEqual(recorded[`${name}.caller-static`]?.answer);
    const account = name === 'account-id-set' ? '123456789012' : '000000000000';
    expect(caller.body).toContain('<Arn>arn:aws:iam::000000000000:user/limited</Arn>');
    expect(caller.body).toContain(`<Account>${account}</Account>`);
    expect((await sts(gateway, 'GetCallerIdentity', {}, session)).answer).toEqual(
      recorded[`${name}.caller-session`]?.answer,
    );
    for (const { roleName } of trusting) {
      const parameters = { RoleArn: `arn:aws:iam::role/${roleName}`, RoleSessionName: 'lab-session' };
      const { answer } = await sts(gateway, 'AssumeRole', parameters, LIMITED);
      expect(answer).toEqual(recorded[`${name}.assume-trusting-${roleName.slice(1)}`]?.answer);
    }
  });
});

describe('durations', () => {
  test.skipIf(IS_NEWER_WEED)('maxSessionLength caps web identities, not static keys', async () => {
    const gateway = await start(({ sts: block }) => Object.assign(block, { maxSessionLength: '30m' }));
    const granted = (body: string) => (Date.parse(/<Expiration>([^<]+)/.exec(body)?.[1] ?? '') - Date.now()) / 1000;
    const web = await assumeWeb(gateway, 'Writer', await lab.token({ exp: Math.floor(Date.now() / 1000) + 86_400 }), {
      DurationSeconds: '43200',
    });
    expect(web.answer).toEqual(recorded['duration-max-30m.none.web-43200']?.answer);
    expect(Math.round(granted(web.body) / 60)).toBe(30);
    const own = await sts(gateway, 'AssumeRole', { RoleSessionName: 'lab-session', DurationSeconds: '43200' }, ADMIN);
    expect(own.answer).toEqual(recorded['duration-max-30m.admin.assume-43200']?.answer);
    expect(Math.round(granted(own.body) / 60)).toBe(720);
  });
});

describe('without an IAM configuration', () => {
  const noKey = (identities: boolean) => (config: Config) =>
    Object.assign(config, {
      sts: { ...config.sts, signingKey: undefined },
      ...(identities ? {} : { identities: undefined }),
    });
  const ask = (gateway: Gateway): Readonly<Record<string, () => Promise<{ answer: Answer }>>> => ({
    'anon-create-bucket': () => send(gateway, 'PUT', '/lab-anon'),
    'anon-delete-bucket': () => send(gateway, 'DELETE', '/lab-anon'),
    'anon-delete-object': () => send(gateway, 'DELETE', '/lab-b/anon.txt'),
    'anon-iam': () => sts(gateway, 'ListUsers'),
    'session-token': () => sts(gateway, 'AssumeRole', { RoleSessionName: 'lab-session' }, ADMIN),
  });

  test.skipIf(IS_NEWER_WEED)('open: buckets come and go anonymously; IAM stays shut', async () => {
    for (const [id, request] of Object.entries(ask(await start(noKey(false))))) {
      expect([id, (await request()).answer]).toEqual([id, recorded[`key-missing.none.${id}`]?.answer]);
    }
  });

  test('closed: AssumeRole is not served', async () => {
    const { answer } = (await ask(await start(noKey(true)))['session-token']?.()) ?? {};
    expect(answer).toEqual(recorded['key-missing.admin.session-token']?.answer);
  });
});

/** What was sent for each recorded answer of a fleet with a good configuration. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Credentials } from '../../../provisioning/wire.js';
import {
  ADMIN,
  type Answer,
  assumeWeb,
  type Gateway,
  type Lab,
  LIMITED,
  OTHER_ISSUER,
  type Sent,
  send,
  sessionOf,
  sts,
  UNKNOWN,
} from './lab.js';

export interface Fleet {
  readonly lab: Lab;
  readonly gateways: readonly [Gateway, Gateway, Gateway];
}

type Send = (fleet: Fleet) => Promise<Sent>;

const junk =
  (more: Readonly<Record<string, string | undefined>>, role = 'Writer'): Send =>
  (fleet) =>
    assumeWeb(fleet.gateways[0], role, 'junk', more);
const valid =
  (more: Readonly<Record<string, string | undefined>>, claims: Record<string, unknown> = {}, role = 'Writer'): Send =>
  async ({ gateways, lab }) =>
    assumeWeb(gateways[0], role, await lab.token(claims), more);
const withToken =
  (make: (lab: Lab) => Promise<string>, role = 'Writer'): Send =>
  async ({ gateways, lab }) =>
    assumeWeb(gateways[0], role, await make(lab));
const as =
  (who: Credentials | 'anonymous', method: string, target: string, on: 0 | 1 | 2 = 0): Send =>
  ({ gateways }) =>
    send(gateways[on], method, target, who, method === 'PUT' ? { body: 'x' } : {});

/** A session of a role, used for one request. */
const session =
  (
    role: string,
    method: string,
    target: string,
    { on = 0, claims = {}, more = {}, change = (c) => c }: SessionUse = {},
  ): Send =>
  async (fleet) => {
    const { gateways, lab } = fleet;
    const granted = sessionOf(await assumeWeb(gateways[0], role, await lab.token(claims), more));
    return send(gateways[on], method, target, await change(granted, fleet), method === 'PUT' ? { body: 'x' } : {});
  };

interface SessionUse {
  readonly on?: 0 | 1 | 2;
  readonly claims?: Record<string, unknown>;
  readonly more?: Readonly<Record<string, string | undefined>>;
  readonly change?: (credentials: Credentials, fleet: Fleet) => Credentials | Promise<Credentials>;
}

const assumeAs =
  (who: Credentials, role: string | undefined, more: Readonly<Record<string, string>> = {}): Send =>
  ({ gateways }) =>
    sts(
      gateways[0],
      'AssumeRole',
      { RoleArn: role && `arn:aws:iam::role/${role}`, RoleSessionName: 'lab-session', ...more },
      who,
    );
const assumedSession =
  (who: Credentials, role: string | undefined, method: string, target: string, on: 0 | 1 | 2): Send =>
  async (fleet) =>
    send(
      fleet.gateways[on],
      method,
      target,
      sessionOf(await assumeAs(who, role)(fleet)),
      method === 'PUT' ? { body: 'x' } : {},
    );
const asSession =
  (action: string, parameters: Readonly<Record<string, string>>, on: 0 | 1 | 2 = 0): Send =>
  async ({ gateways, lab }) =>
    sts(gateways[on], action, parameters, sessionOf(await assumeWeb(gateways[0], 'Writer', await lab.token())));
const signedForm =
  (action: string, who: Credentials | 'anonymous', on: 0 | 1 | 2 = 0): Send =>
  ({ gateways }) =>
    sts(gateways[on], action, { Version: undefined }, who);

const now = () => Math.floor(Date.now() / 1000);
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

async function unsigned(lab: Lab, alg: string): Promise<string> {
  const [header = '', payload] = (await lab.token()).split('.');
  const original = JSON.parse(Buffer.from(header, 'base64url').toString('utf8')) as object;
  return `${base64url({ ...original, alg })}.${payload}.`;
}

async function resigned(lab: Lab, claims: Record<string, unknown> = {}): Promise<string> {
  const [header = '', payload = ''] = (await lab.token(claims)).split('.');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const parse = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  return new SignJWT(parse(payload)).setProtectedHeader(parse(header)).sign(privateKey);
}

async function hs256WithPublicKey(lab: Lab): Promise<string> {
  const { keys } = (await (await fetch(`${lab.issuer.issuer}/keys`)).json()) as { keys: unknown[] };
  const [header = '', payload = ''] = (await lab.token()).split('.');
  const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString('utf8')) as { kid: string };
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid }).sign(Buffer.from(JSON.stringify(keys[0])));
}

function sidOf(token: string): string {
  const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as { sid: string };
  return payload.sid;
}

const readOnlySeed = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::lab-a/seed.txt'] }],
});
const everything = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: ['s3:*'], Resource: ['*'] }],
});
const wrongSecret = (credentials: Credentials): Credentials => ({ ...credentials, secretAccessKey: 'wrong'.repeat(8) });

/** A presigned GET, made by hand: the client here signs headers only. */
const presignedGet: Send = async ({ gateways, lab }) => {
  const { default: aws4 } = await import('aws4');
  const granted = sessionOf(await assumeWeb(gateways[0], 'Writer', await lab.token()));
  const url = new URL(gateways[1].wire.endpoint);
  const signed = aws4.sign(
    { service: 's3', region: 'us-east-1', host: url.host, path: '/lab-a/seed.txt?X-Amz-Expires=60', signQuery: true },
    granted,
  );
  const response = await fetch(`${url.origin}${signed.path}`);
  const body = await response.text();
  return { answer: [response.status, response.ok ? 'OK' : 'none'], body };
};

const REQUESTS: Readonly<Record<string, Send>> = {
  'health.healthz': as('anonymous', 'GET', '/healthz'),
  'health.readyz': as('anonymous', 'GET', '/readyz'),
  'health.status': as('anonymous', 'GET', '/status'),
  'anon.list-buckets.gw1': as('anonymous', 'GET', '/', 0),
  'anon.list-buckets.gw2': as('anonymous', 'GET', '/', 1),
  'anon.list-buckets.gw3': as('anonymous', 'GET', '/', 2),
  'anon.get-object': as('anonymous', 'GET', '/lab-a/seed.txt'),
  'anon.put-object': as('anonymous', 'PUT', '/lab-a/anon.txt'),
  'anon.get-missing-bucket': as('anonymous', 'GET', '/no-such-bucket'),
  'static.list-buckets': as(ADMIN, 'GET', '/'),
  'static.wrong-secret': as(wrongSecret(ADMIN), 'GET', '/'),
  'static.unknown-key': as(UNKNOWN, 'GET', '/'),
  'static.limited.get': as(LIMITED, 'GET', '/lab-a/seed.txt'),
  'static.limited.put-denied': as(LIMITED, 'PUT', '/lab-a/l.txt'),
  'sts.junk-token': junk({}),
  'sts.junk-token-3-parts': junk({ WebIdentityToken: 'a.b.c' }),
  'sts.junk-token-unknown-role': junk({}, 'NoSuchRole'),
  'sts.junk-token.query': ({ gateways }) =>
    send(
      gateways[0],
      'POST',
      `/?${new URLSearchParams({ Action: 'AssumeRoleWithWebIdentity', RoleArn: 'arn:aws:iam::role/Writer', RoleSessionName: 'probe', WebIdentityToken: 'junk' })}`,
    ),
  'sts.get-method': as('anonymous', 'GET', '/'),
  'sts.no-token': junk({ WebIdentityToken: undefined }),
  'sts.no-session-name': junk({ RoleSessionName: undefined }),
  'sts.session-name-1-char': junk({ RoleSessionName: 'x' }),
  'sts.session-name-bad-char': junk({ RoleSessionName: 'a b' }),
  'sts.session-name-65': junk({ RoleSessionName: 'a'.repeat(65) }),
  'sts.no-role-arn': valid({ RoleArn: undefined }),
  'sts.bad-version': valid({ Version: '2099-01-01' }),
  'sts.no-version': valid({ Version: undefined }),
  'sts.unknown-action': signedForm('AssumeRoleWithSAML', 'anonymous'),
  'sts.no-action': ({ gateways }) => send(gateways[0], 'POST', '/'),
  'sts.role-unknown': valid({}, {}, 'NoSuchRole'),
  'sts.role-name-only': valid({ RoleArn: 'Writer' }),
  'sts.role-arn-seaweed': valid({ RoleArn: 'arn:seaweed:iam::role/Writer' }),
  'sts.role-arn-account': valid({ RoleArn: 'arn:aws:iam::123456789012:role/Writer' }),
  'sts.ldap-no-provider': ({ gateways }) =>
    sts(gateways[0], 'AssumeRoleWithLDAPIdentity', {
      LDAPUsername: 'a',
      LDAPPassword: 'b',
      RoleArn: 'arn:aws:iam::role/Writer',
      RoleSessionName: 'lab-session',
    }),
  'sts.valid': valid({}),
  'session.list-buckets': session('Writer', 'GET', '/'),
  'session.create-bucket-refused': session('Writer', 'PUT', '/lab-new'),
  'session.presigned-get.nginx': presignedGet,
  'session.without-token': session('Writer', 'GET', '/lab-a/seed.txt', {
    change: ({ sessionToken: _, ...rest }) => rest,
  }),
  'session.token-of-other': session('Writer', 'GET', '/lab-a/seed.txt', {
    change: async (own, { gateways, lab }) => {
      const reader = sessionOf(await assumeWeb(gateways[0], 'Reader', await lab.token()));
      return { ...own, sessionToken: reader.sessionToken ?? '' };
    },
  }),
  'session.wrong-secret': session('Writer', 'GET', '/lab-a/seed.txt', { change: wrongSecret }),
  'session.tampered-token': session('Writer', 'GET', '/lab-a/seed.txt', {
    change: (own) => ({ ...own, sessionToken: `${own.sessionToken?.slice(0, -6)}AAAAAA` }),
  }),
  'session.bearer': async ({ gateways, lab }) => {
    const { sessionToken } = sessionOf(await assumeWeb(gateways[0], 'Writer', await lab.token()));
    return send(gateways[1], 'GET', '/lab-a/seed.txt', 'anonymous', {
      headers: { authorization: `Bearer ${sessionToken}` },
    });
  },
  'session.derived-from-token': session('Writer', 'GET', '/lab-a/seed.txt', {
    change: ({ sessionToken = '' }) => {
      const hash = (purpose: string) =>
        createHash('sha256')
          .update(`${purpose}:${sidOf(sessionToken)}`)
          .digest();
      return {
        accessKeyId: `ASIA${hash('access-key').toString('hex').slice(0, 16)}`,
        secretAccessKey: hash('secret-key').toString('base64'),
        sessionToken,
      };
    },
  }),
  'nginx.host-without-port': async ({ gateways }) => {
    // The balancer hands on a host name without the port that the client signed.
    const { endpoint } = gateways[0].wire;
    const { default: aws4 } = await import('aws4');
    const { host, hostname } = new URL(endpoint);
    const signed = aws4.sign({ service: 's3', region: 'us-east-1', host, path: '/lab-a/seed.txt' }, ADMIN);
    return send(gateways[0], 'GET', '/lab-a/seed.txt', 'anonymous', {
      headers: { ...(signed.headers as Record<string, string>), Host: hostname },
    });
  },
  'token.wrong-aud': withToken((lab) => lab.token({ aud: 'other-client' })),
  'token.aud-array': withToken((lab) => lab.token({ aud: ['other', 'lab-client'] })),
  'token.wrong-aud-good-azp': withToken((lab) => lab.token({ aud: 'account', azp: 'lab-client' })),
  'token.no-aud': withToken((lab) => lab.token({ aud: undefined })),
  'token.wrong-iss': withToken((lab) => lab.token({ iss: OTHER_ISSUER })),
  'token.wrong-iss.fed-star': withToken((lab) => lab.token({ iss: OTHER_ISSUER }), 'FedStar'),
  'token.iss-trailing-slash': withToken((lab) => lab.token({ iss: `${lab.issuer.issuer}/` })),
  'token.forged-key-same-kid': withToken((lab) => resigned(lab)),
  'token.unknown-kid': withToken((lab) => lab.token({}, { kid: 'nope' })),
  'token.no-kid': withToken((lab) => lab.token({}, { kid: undefined })),
  'token.expired': withToken((lab) => lab.token({ exp: now() - 60 })),
  'token.not-yet': withToken((lab) => lab.token({ nbf: now() + 3600 })),
  'token.iat-future': withToken((lab) => lab.token({ iat: now() + 3600 })),
  'token.no-exp': withToken((lab) => lab.token({ exp: undefined })),
  'token.alg-none': withToken((lab) => unsigned(lab, 'none')),
  'token.alg-none-case': withToken((lab) => unsigned(lab, 'None')),
  'token.alg-hs256-pubkey': withToken(hs256WithPublicKey),
  'token.no-sub': withToken((lab) => lab.token({ sub: undefined })),
  'token.session-as-web-identity': async ({ gateways, lab }) => {
    const { sessionToken } = sessionOf(await assumeWeb(gateways[0], 'Writer', await lab.token()));
    return assumeWeb(gateways[0], 'Writer', sessionToken);
  },
  'token.bearer-direct': async ({ gateways, lab }) =>
    send(gateways[0], 'GET', '/lab-a/seed.txt', 'anonymous', {
      headers: { authorization: `Bearer ${await lab.token()}` },
    }),
  'trust.CondSub.other': valid({}, { sub: 'bob' }, 'CondSub'),
  'trust.CondAud.array': valid({}, { aud: ['lab-client'] }, 'CondAud'),
  'trust.CondGroups.none': valid({}, { groups: ['ops'] }, 'CondGroups'),
  'trust.CondGroupsAll.extra': valid({}, { groups: ['dev', 'ops'] }, 'CondGroupsAll'),
  'trust.CondGroupsAll.missing': valid({}, { groups: undefined }, 'CondGroupsAll'),
  'trust.CondBool.true': valid({}, { email_verified: true }, 'CondBool'),
  'trust.CondBool.false': valid({}, { email_verified: false }, 'CondBool'),
  'trust.CondNested': valid({}, { realm_access: { roles: ['s3-admin'] } }, 'CondNested'),
  'trust.CondDuration.1800': valid({ DurationSeconds: '1800' }, {}, 'CondDuration'),
  'trust.CondDuration.3600': valid({ DurationSeconds: '3600' }, {}, 'CondDuration'),
  'trust.CondDuration.absent': valid({}, {}, 'CondDuration'),
  'trust.DenyWins.mallory': valid({}, { sub: 'mallory' }, 'DenyWins'),
  'trust.denied-before-signature': withToken((lab) => resigned(lab, { sub: 'bob' }), 'CondSub'),
  'trust.CustomArn.by-arn': valid({ RoleArn: 'arn:aws:iam::000000000000:role/SomethingElse' }),
  'policy.allow-all': session('DenyDelete', 'GET', '/lab-b/seed.txt'),
  'policy.deny-wins': session('DenyDelete', 'GET', '/lab-a/secret/s'),
  'policy.abac-user.own': session('AbacUser', 'PUT', '/lab-a/home/alice/x', { on: 1 }),
  'policy.abac-user.other': session('AbacUser', 'PUT', '/lab-a/home/bob/x', { on: 1 }),
  'policy.abac-user.star': session('AbacUser', 'PUT', '/lab-a/home/bob/x', { claims: { preferred_username: '*' } }),
  'policy.abac-group.in': session('AbacGroup', 'GET', '/lab-a/seed.txt'),
  'policy.abac-group.out': session('AbacGroup', 'GET', '/lab-a/seed.txt', { claims: { groups: ['ops'] } }),
  'policy.principal-tag.not-allowlisted': session('AbacTag', 'GET', '/lab-a/seed.txt', {
    claims: { principal_tags: { team: 'red' } },
  }),
  'policy.principal-tag.injected-claim': session('AbacTag', 'GET', '/lab-a/seed.txt', {
    claims: { 'aws:PrincipalTag/team': 'red' },
  }),
  'policy.is-admin-claim': session('EmptyPolicies', 'GET', '/lab-b/seed.txt', { claims: { is_admin: true } }),
  'policy.case-insensitive': session('AbacUser', 'PUT', '/lab-a/HOME/ALICE/x'),
  'policy.case-control': session('AbacUser', 'PUT', '/lab-a/home/bob/x'),
  'session-policy.assume': valid({ Policy: readOnlySeed }),
  'session-policy.get': session('Writer', 'GET', '/lab-a/seed.txt', { on: 2, more: { Policy: readOnlySeed } }),
  'session-policy.put-refused': session('Writer', 'PUT', '/lab-a/x', { on: 2, more: { Policy: readOnlySeed } }),
  'session-policy.cannot-widen': session('Reader', 'PUT', '/lab-a/x', { more: { Policy: everything } }),
  'session-policy.malformed': valid({ Policy: '{not json' }),
  'duration.absent': valid({}),
  'duration.899': valid({ DurationSeconds: '899' }),
  'duration.900': valid({ DurationSeconds: '900' }),
  'duration.43200': valid({ DurationSeconds: '43200' }),
  'duration.43201': valid({ DurationSeconds: '43201' }),
  'duration.text': valid({ DurationSeconds: 'abc' }),
  'duration.role-max-3600.ask-7200': valid({ DurationSeconds: '7200' }, {}, 'MaxOneHour'),
  'duration.role-max-3600.absent': valid({}, {}, 'MaxOneHour'),
  'duration.token-cap': (fleet) => valid({ DurationSeconds: '43200' }, { exp: now() + 1200 })(fleet),
  'duration.token-cap-below-900': (fleet) => valid({ DurationSeconds: '900' }, { exp: now() + 120 })(fleet),
  'caller.admin': signedForm('GetCallerIdentity', ADMIN),
  'caller.limited': signedForm('GetCallerIdentity', LIMITED),
  'caller.session': asSession('GetCallerIdentity', {}),
  'caller.session.gw2': asSession('GetCallerIdentity', {}, 1),
  'caller.anonymous': signedForm('GetCallerIdentity', 'anonymous'),
  'caller.bad-key': signedForm('GetCallerIdentity', UNKNOWN),
  'caller.s3-scope': signedForm('GetCallerIdentity', ADMIN),
  'assume.anonymous': ({ gateways }) =>
    sts(gateways[0], 'AssumeRole', { RoleArn: 'arn:aws:iam::role/UserStar', RoleSessionName: 'lab-session' }),
  'assume.user-star': assumeAs(LIMITED, 'UserStar'),
  'assume.user-star.get': assumedSession(LIMITED, 'UserStar', 'GET', '/lab-a/seed.txt', 1),
  'assume.user-star.put': assumedSession(LIMITED, 'UserStar', 'PUT', '/lab-a/x', 1),
  'assume.chain': async (fleet) => assumeAs(sessionOf(await assumeAs(LIMITED, 'UserStar')(fleet)), 'UserStar')(fleet),
  'assume.user-listed': assumeAs(LIMITED, 'UserLimited'),
  'assume.user-listed.put': assumedSession(LIMITED, 'UserLimited', 'PUT', '/lab-a/x', 2),
  'assume.user-not-listed': assumeAs(LIMITED, 'UserNobody'),
  'assume.user-not-listed.admin': assumeAs(ADMIN, 'UserNobody'),
  'assume.admin-scoped': assumeAs(ADMIN, 'UserStar'),
  'assume.admin-scoped.put': assumedSession(ADMIN, 'UserStar', 'PUT', '/lab-a/x', 0),
  'assume.web-role': assumeAs(ADMIN, 'Writer'),
  'assume.unknown-role': assumeAs(ADMIN, 'NoSuchRole'),
  'assume.not-a-role-arn': assumeAs(ADMIN, undefined, { RoleArn: 'Writer' }),
  'assume.self.admin': assumeAs(ADMIN, undefined),
  'assume.self.admin.get': assumedSession(ADMIN, undefined, 'GET', '/lab-b/seed.txt', 1),
  'assume.self.limited': assumeAs(LIMITED, undefined),
  'assume.web-session': asSession('AssumeRole', {
    RoleArn: 'arn:aws:iam::role/UserStar',
    RoleSessionName: 'lab-session',
  }),
  'assume.duration-43201': assumeAs(ADMIN, 'UserStar', { DurationSeconds: '43201' }),
  'iam.list-oidc.gw1': signedForm('ListOpenIDConnectProviders', ADMIN, 0),
  'iam.list-oidc.gw2': signedForm('ListOpenIDConnectProviders', ADMIN, 1),
  'iam.list-oidc.gw3': signedForm('ListOpenIDConnectProviders', ADMIN, 2),
  'iam.list-roles': signedForm('ListRoles', ADMIN),
  'iam.list-users': signedForm('ListUsers', ADMIN),
  'iam.create-user': signedForm('CreateUser', ADMIN),
  'iam.session': asSession('ListUsers', {}),
  'readme.assume-json.anon': as('anonymous', 'POST', '/sts/assume-role-with-web-identity'),
  'readme.assume-json.admin': as(ADMIN, 'POST', '/sts/assume-role-with-web-identity'),
  'readme.providers.anon': as('anonymous', 'GET', '/sts/providers'),
  'readme.providers.admin': as(ADMIN, 'GET', '/sts/providers'),
  'readme.validate-token.anon': as('anonymous', 'POST', '/sts/validate-token'),
  'readme.sessions-count.anon': as('anonymous', 'GET', '/sts/sessions/count'),
  'readme.sessions-count.admin': as(ADMIN, 'GET', '/sts/sessions/count'),
};

/** The request of a recorded answer; `undefined` if it is not replayed here. */
export function requestOf(id: string): Send | undefined {
  const known = REQUESTS[id];
  if (known) return known;
  const trust = /^trust\.(\w+)$/.exec(id)?.[1];
  if (trust) return valid({}, {}, trust);
  const [, policyRole, what] = /^policy\.(\w+)\.(assume|get|list-buckets)$/.exec(id) ?? [];
  if (policyRole) {
    if (what === 'assume') return valid({}, {}, policyRole);
    return session(policyRole, 'GET', what === 'get' ? '/lab-a/seed.txt' : '/');
  }
  const [, use = '', gateway] = /^session\.([\w-]+)\.gw([123])$/.exec(id) ?? [];
  const [role, method, target] = SESSION_USES[use] ?? [];
  if (!role || !method || !target) return undefined;
  return session(role, method, target, { on: (Number(gateway) - 1) as 0 | 1 | 2 });
}

const SESSION_USES: Readonly<Record<string, readonly [string, string, string]>> = {
  'put-allowed': ['Writer', 'PUT', '/lab-a/w.txt'],
  'get-allowed': ['Writer', 'GET', '/lab-a/w.txt'],
  'list-allowed': ['Writer', 'GET', '/lab-a?list-type=2'],
  'put-refused': ['Writer', 'PUT', '/lab-b/x.txt'],
  'get-refused': ['Writer', 'GET', '/lab-b/seed.txt'],
  'list-refused': ['Writer', 'GET', '/lab-b?list-type=2'],
  'delete-refused': ['Writer', 'DELETE', '/lab-a/w.txt'],
  'reader-put-refused': ['Reader', 'PUT', '/lab-a/r.txt'],
};

export type { Answer };

import { CLIENT_ID, type TestIssuer } from '../oidc/issuer.js';

const groups = ['readonly'];
const now = () => Math.floor(Date.now() / 1000);

/** Tokens whose answers by a running RustFS 1.0.1 are in vectors/oidc/tokens-1.0.1.json. */
export const TOKEN_CASES: Readonly<Record<string, (rsa: TestIssuer, ec: TestIssuer) => Promise<string> | string>> = {
  'user-name': (rsa) => rsa.mint({ groups, preferred_username: 'wanda', email: 'w@x' }),
  'email-stands-in': (rsa) => rsa.mint({ groups, email: 'w@x', name: 'W' }),
  'subject-stands-in': (rsa) => rsa.mint({ groups }),
  'groups-as-text': (rsa) => rsa.mint({ groups: 'readonly, writeonly' }),
  'claim-name-in-capitals': (rsa) => rsa.mint({ Groups: groups }),
  'one-group-unknown': (rsa) => rsa.mint({ groups: ['readonly', 'nope'] }),
  'group-with-slash': (rsa) => rsa.mint({ groups: ['/readonly'] }),
  'groups-a-number': (rsa) => rsa.mint({ groups: 5 }),
  'groups-empty': (rsa) => rsa.mint({ groups: [] }),
  'key-confusion': (rsa) => rsa.confused({ groups }),
  unsigned: (rsa) => rsa.unsigned({ groups }),
  'foreign-key': (rsa) => rsa.foreign({ groups }),
  'audience-before-expiry': (rsa) => rsa.mint({ groups, aud: 'z', exp: 1_000_000_000 }),
  'audience-before-signature': (rsa) => rsa.foreign({ groups, aud: 'z' }),
  'signature-before-expiry': (rsa) => rsa.foreign({ groups, exp: 1_000_000_000 }),
  'not-before-ignored': (rsa) => rsa.mint({ groups, nbf: now() + 500 }),
  'issued-in-the-future': (rsa) => rsa.mint({ groups, iat: now() + 4000 }),
  'authorized-party-ignored': (rsa) => rsa.mint({ groups, azp: 'other' }),
  'no-leeway': (rsa) => rsa.mint({ groups, exp: now() - 2 }),
  'without-audience': (rsa) => rsa.mint({ groups, aud: undefined }),
  'issuer-with-slash': (rsa) => rsa.mint({ groups, iss: `${rsa.url}/` }),
  'second-provider-unknown-policy': (_, ec) => ec.mint({ groups }),
  'second-provider-prefix': (_, ec) => ec.mint({ groups: ['only'] }),
  'second-provider-other-audience': (_, ec) => ec.mint({ groups: ['only'], aud: [CLIENT_ID, 'account'] }),
  'token-of-the-other-provider': (rsa, ec) => ec.mint({ groups, iss: rsa.url }),
  'not-a-jwt': () => 'a.b.c',
};

/** Environment of the server: two providers, the second with an id, a prefix, a secret and another audience. */
export function tokenCaseEnvironment(rsa: TestIssuer, ec: TestIssuer): Readonly<Record<string, string>> {
  return {
    RUSTFS_IDENTITY_OPENID_CONFIG_URL: `${rsa.url}/.well-known/openid-configuration`,
    RUSTFS_IDENTITY_OPENID_CLIENT_ID: CLIENT_ID,
    RUSTFS_IDENTITY_OPENID_CONFIG_URL_EC: ec.url,
    RUSTFS_IDENTITY_OPENID_CLIENT_ID_EC: CLIENT_ID,
    RUSTFS_IDENTITY_OPENID_CLIENT_SECRET_EC: 'second-client-secret',
    RUSTFS_IDENTITY_OPENID_CLAIM_PREFIX_EC: 'read',
    RUSTFS_IDENTITY_OPENID_OTHER_AUDIENCES_EC: 'account',
    RUSTFS_OUTBOUND_ALLOW_ORIGINS: `${rsa.url},${ec.url}`,
  };
}

/** What a server says to a token, without what differs from run to run. */
export interface TokenAnswer {
  readonly status: number;
  readonly code?: string;
  readonly message?: string;
  readonly subject?: string;
}

export async function presentToken(endpoint: string, token: string, rsa: TestIssuer): Promise<TokenAnswer> {
  const form = { Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15', WebIdentityToken: token };
  const response = await fetch(endpoint, { method: 'POST', body: new URLSearchParams(form) });
  const text = (await response.text())
    .replaceAll(rsa.url, 'ISSUER')
    .replace(/expired at .*?UTC/, 'expired at ~')
    .replace(/current time is [^)]*/, 'current time is ~');
  const found = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
  const fields = {
    code: found('Code'),
    message: found('Message'),
    subject: found('SubjectFromWebIdentityToken'),
  };
  return { status: response.status, ...(JSON.parse(JSON.stringify(fields)) as object) };
}

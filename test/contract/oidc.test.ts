import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulator, oidcFromEnvironment, startEmulator } from '../../emulator/index.js';
import { RUSTFS_VERSIONS, type RustFsVersion } from '../../policies/index.js';
import { CLIENT_ID, startIssuer, type TestIssuer } from '../oidc/issuer.js';
import { readVectors, replay, type Vectors } from './replay.js';
import { presentToken, TOKEN_CASES, type TokenAnswer, tokenCaseEnvironment } from './token-cases.js';

const ROOT = { accessKey: 'contractroot', secretKey: 'contractroot-secret' };

/** Recorded requests, so that none gets lost. */
const RECORDED: Readonly<Record<RustFsVersion, number>> = { '1.0.1': 38, '1.0.0-beta.7': 39 };

/** The settings that the recorded servers had, with another issuer. */
function settings({ url }: TestIssuer) {
  return oidcFromEnvironment({
    RUSTFS_IDENTITY_OPENID_ENABLE: 'on',
    RUSTFS_IDENTITY_OPENID_CONFIG_URL: `${url}/.well-known/openid-configuration`,
    RUSTFS_IDENTITY_OPENID_CLIENT_ID: CLIENT_ID,
    RUSTFS_IDENTITY_OPENID_CLIENT_SECRET: 'client-secret',
    RUSTFS_IDENTITY_OPENID_SCOPES: 'openid,profile,groups',
    RUSTFS_OUTBOUND_ALLOW_ORIGINS: url,
  });
}

/** The tokens that the ids of the recorded steps speak of. */
async function tokens(issuer: TestIssuer): Promise<Readonly<Record<string, string>>> {
  const groups = ['team-obs'];
  return {
    'assume-known-group': await issuer.mint({ preferred_username: 'wanda', groups }),
    'assume-unknown-group': await issuer.mint({ preferred_username: 'otto', groups: ['nobody-knows'] }),
    'assume-no-groups': await issuer.mint({ preferred_username: 'otto' }),
    'assume-wrong-audience': await issuer.mint({ groups, aud: 'someone-else' }),
    'assume-two-audiences': await issuer.mint({ groups, aud: [CLIENT_ID, 'account'] }),
    'assume-wrong-issuer': await issuer.mint({ groups, iss: 'http://127.0.0.1:1' }),
    'assume-expired': await issuer.mint({ groups, exp: 1_000_000_000 }),
    'assume-alg-none': issuer.unsigned({ groups }),
    'assume-foreign-key': await issuer.foreign({ groups }),
    'assume-short': await issuer.mint({ groups }),
    'assume-with-policy': await issuer.mint({ preferred_username: 'nora', groups }),
    'assume-username-equals-iam-user': await issuer.mint({ preferred_username: 'ctr-local', groups }),
    'assume-username-equals-root': await issuer.mint({ preferred_username: ROOT.accessKey, groups }),
  };
}

function withTokens(vectors: Vectors, issuer: TestIssuer, given: Readonly<Record<string, string>>): Vectors {
  const text = JSON.stringify(vectors).replaceAll('http://issuer.test:8080', issuer.url);
  const { steps, ...rest } = JSON.parse(text) as Vectors;
  return {
    ...rest,
    steps: steps.map((step) => {
      const token = given[step.id];
      if (token === undefined) return step;
      return { ...step, request: { ...step.request, form: { ...step.request.form, WebIdentityToken: token } } };
    }),
  };
}

describe.each(RUSTFS_VERSIONS)('sign-in by web identity as recorded on RustFS %s', (version) => {
  let issuer: TestIssuer;
  let emulator: Emulator;
  const recorded = readVectors(new URL(`./vectors/oidc/${version}.json`, import.meta.url));
  beforeAll(async () => {
    issuer = await startIssuer();
    emulator = await startEmulator({ ...ROOT, version, oidc: settings(issuer) });
  });
  afterAll(async () => {
    await emulator.close();
    await issuer.close();
  });

  test('the messages are those of the server', async () => {
    const given = await tokens(issuer);
    const volatile = (text: string) => text.replace(/current time is [^)]*/, 'current time is ~');
    const refusals = recorded.steps.filter(
      ({ id, response }) => id in given && response.status !== 200 && !/group/.test(id),
    );
    expect(refusals).toHaveLength(6);
    for (const { id, response } of refusals) {
      const answer = await fetch(emulator.endpoint, {
        method: 'POST',
        body: new URLSearchParams({
          Action: 'AssumeRoleWithWebIdentity',
          Version: '2011-06-15',
          WebIdentityToken: given[id] ?? '',
        }),
      });
      const shape = (text: string) => volatile(text).replace(/<RequestId>[^<]*/, '<RequestId>~');
      expect(shape(await answer.text()), id).toBe(shape(response.body ?? ''));
    }
  });

  test('every recorded request is answered with the recorded status, code and body', async () => {
    const result = await replay(emulator.endpoint, ROOT, withTokens(recorded, issuer, await tokens(issuer)));
    expect(result.skipped).toEqual([]);
    expect(result.replayed).toBe(RECORDED[version]);
    expect(result.differences).toEqual([]);
  });
});

test('tokens of two providers are answered as a running RustFS 1.0.1 answered them', async () => {
  const file = new URL('./vectors/oidc/tokens-1.0.1.json', import.meta.url);
  const { answers } = JSON.parse(readFileSync(file, 'utf8')) as { answers: Readonly<Record<string, TokenAnswer>> };
  const [rsa, ec] = [await startIssuer(), await startIssuer(undefined, 'ES256')];
  const emulator = await startEmulator({ ...ROOT, oidc: oidcFromEnvironment(tokenCaseEnvironment(rsa, ec)) });
  try {
    const got: Record<string, TokenAnswer> = {};
    for (const [id, make] of Object.entries(TOKEN_CASES))
      got[id] = await presentToken(emulator.endpoint, await make(rsa, ec), rsa);
    expect(got).toEqual(answers);
  } finally {
    await Promise.all([emulator.close(), rsa.close(), ec.close()]);
  }
});

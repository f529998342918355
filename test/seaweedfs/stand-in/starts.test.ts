/** Every recorded start of a gateway: whether it serves, whether it is closed, whether it has STS. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FatalStart, type StartInput } from '../../../seaweedfs/stand-in/index.js';
import { IS_NEWER_WEED, WEED } from '../support/weed.js';
import vectors from '../vectors/starts.json' with { type: 'json' };
import {
  ADMIN,
  type Answer,
  assumeWeb,
  type Gateway,
  type Lab,
  OTHER_ISSUER,
  openLab,
  send,
  sessionOf,
  UNKNOWN,
} from './lab.js';

interface Start {
  readonly what: string;
  readonly patch?: unknown;
  readonly outcome: string;
  readonly exitCode?: number;
  readonly answers?: Readonly<Record<string, Answer>>;
}

const starts = Object.entries(vectors.starts as unknown as Record<string, Start>);

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.close());

/** RFC 7396. */
function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = typeof target === 'object' ? { ...(target as object) } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merge(result[key], value);
  }
  return result;
}

/** What the vectors describe in words. */
function inputOf(id: string, { patch }: Start): StartInput {
  const [name = '', kind] = id.split('.');
  const withoutIdentities = (value: unknown) => (kind === 'none' ? merge(value, { identities: null }) : value);
  const file = JSON.stringify(lab.here(withoutIdentities(merge(vectors.base, patch ?? {}))));
  const identities = JSON.stringify({ identities: kind === 'admin' ? vectors.base.identities : [] });
  const document = /^readme-(\w+)/.exec(name)?.[1];
  if (document) return { iamConfig: documentSample(document) };
  const special: Readonly<Record<string, StartInput>> = {
    'json-truncated': { iamConfig: file.slice(0, -20) },
    'json-trailing-comma': { iamConfig: `${file.slice(0, -1)},}` },
    'json-comment': { iamConfig: `// comment\n${file}` },
    'json-bom': { iamConfig: `\uFEFF${file}` },
    'file-empty': { iamConfig: '' },
    'json-empty-object': { iamConfig: '{}' },
    'json-array': { iamConfig: '[]' },
    'file-missing': { iamConfig: null },
    'file-missing-with-config': { iamConfig: null, config: identities },
    'json-truncated-with-config': { iamConfig: file.slice(0, -20), config: identities },
    'good-with-config': { iamConfig: file, config: identities },
    'no-iam-config': {},
    'identities-shadowed': { iamConfig: file, config: '{"identities":[]}' },
    'identities-shadowed-bad-key': { iamConfig: file, config: '{"identities":[]}' },
    'key-missing-filer-jwt': { iamConfig: file, fallbackSigningKey: 'filer-signing-key-of-32-characters' },
    'key-missing-filer-jwt-short': { iamConfig: file, fallbackSigningKey: 'short' },
    'key-missing-kek': {
      iamConfig: JSON.stringify(merge(JSON.parse(file), { sts: { signingKey: null } })),
      fallbackSigningKey: 'a'.repeat(64),
    },
    'key-missing-aws-env': {
      iamConfig: file,
      env: { AWS_ACCESS_KEY_ID: 'ENVKEY00000000000001', AWS_SECRET_ACCESS_KEY: 'env-secret' },
    },
    'identity-env-set': {
      iamConfig: file,
      env: { LAB_AK: ADMIN.accessKeyId, LAB_SK: ADMIN.secretAccessKey },
    },
  };
  return special[name] ?? { iamConfig: file };
}

/** The source document's own samples, verbatim. */
function documentSample(name: string): string {
  const samples = JSON.parse(readFileSync(new URL('../vectors/document-samples.json', import.meta.url), 'utf8'));
  return JSON.stringify(samples[name]);
}

/** Not in the source document, so its file is not here. */
const NOT_REPLAYED = ['upstream-distributed.as-is'];

/** Of two providers with one issuer, which one answers is drawn. */
const DRAWN = 'provider-duplicate-issuer.none';

/** Keys that are set outside iam.config: a real gateway would need a security.toml. */
const OUTSIDE_KEYS = /^key-missing-(?:filer-jwt|kek)/;

/** See {@link IS_NEWER_WEED}: only a gateway without `-iam.config` is open there. */
function answersNow(id: string, answers: Readonly<Record<string, Answer>>): Record<string, Answer> {
  const closed = IS_NEWER_WEED && answers['anon-list']?.[0] === 200 && id !== 'no-iam-config.as-is';
  if (!closed) return { ...answers };
  const now = Object.entries(answers).map(([probe, recorded]): [string, Answer] => {
    if (/^anon-/.test(probe)) return [probe, [403, 'AccessDenied']];
    return [probe, /^(?:unknown-key|admin-list)$/.test(probe) ? [403, 'InvalidAccessKeyId'] : recorded];
  });
  return Object.fromEntries(now);
}

async function ask(gateway: Gateway, probe: string, tokenClaims: Record<string, unknown>): Promise<Answer> {
  switch (probe) {
    case 'healthz':
      return (await send(gateway, 'GET', '/healthz')).answer;
    case 'anon-list':
      return (await send(gateway, 'GET', '/')).answer;
    case 'anon-get':
      return (await send(gateway, 'GET', '/lab-b/seed.txt')).answer;
    case 'anon-put':
      return (await send(gateway, 'PUT', '/lab-b/anon.txt', 'anonymous', { body: 'x' })).answer;
    case 'unknown-key':
      return (await send(gateway, 'GET', '/lab-b/seed.txt', UNKNOWN)).answer;
    case 'sts-junk':
      return (await assumeWeb(gateway, 'Writer', 'junk')).answer;
    case 'sts-valid':
      return (await assumeWeb(gateway, 'Writer', await lab.token(tokenClaims))).answer;
    case 'session-get': {
      const session = sessionOf(await assumeWeb(gateway, 'Writer', await lab.token(tokenClaims)));
      return (await send(gateway, 'GET', '/lab-a/seed.txt', session)).answer;
    }
    case 'admin-list':
      return (await send(gateway, 'GET', '/', ADMIN)).answer;
    default:
      throw new Error(`no request for ${probe}`);
  }
}

describe('recorded starts', () => {
  test.each(starts.filter(([id]) => !NOT_REPLAYED.includes(id) && !(WEED && OUTSIDE_KEYS.test(id))))(
    '%s',
    async (id, start) => {
      const input = inputOf(id, start);
      if (start.outcome === 'exited') {
        const failure = await lab.start(input).catch((error: unknown) => error);
        expect(failure).toBeInstanceOf(FatalStart);
        expect((failure as FatalStart).exitCode).toBe(start.exitCode);
        return;
      }
      const tokenClaims = id.startsWith('provider-no-discovery.') ? { iss: OTHER_ISSUER } : {};
      const gateway = await lab.start(input, id.startsWith('policy-none.'));
      try {
        const answers: Record<string, Answer> = {};
        for (const probe of Object.keys(start.answers ?? {})) answers[probe] = await ask(gateway, probe, tokenClaims);
        const recorded = answersNow(id, start.answers ?? {});
        if (id === DRAWN) {
          expect([200, 400, 403]).toContain(answers['sts-valid']?.[0]);
          recorded['sts-valid'] = answers['sts-valid'] as Answer;
        }
        expect(answers).toEqual(recorded);
      } finally {
        await gateway.close();
      }
    },
  );
});

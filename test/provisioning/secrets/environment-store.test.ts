import { expect, test } from 'vitest';
import { environmentSecretStore } from '../../../provisioning/secrets/environment-store.js';
import { CANARY, CONNECTION, key, refusal } from './support.js';

const ENVIRONMENT = {
  PATH: '/bin',
  LANGFUSE_S3_ACCESS_KEY: 'langfuse-id',
  LANGFUSE_S3_SECRET_KEY: 'langfuse-secret',
  MCP_GATEWAY_S3_ACCESS_KEY: 'mcp-id',
  MCP_GATEWAY_S3_SECRET_KEY: 'mcp-secret',
  MCP_GATEWAY_S3_KEY_CREATED_AT: '2026-01-14T10:00:00.000Z',
  MY_APP_S3_ACCESS_KEY: 'my-id',
  MY_APP_S3_SECRET_KEY: 'my-secret',
  MY_APP_S3_KEY_NAME: 'My_App',
};

test('keys are read from variables that are named as in the pattern', async () => {
  const store = environmentSecretStore(ENVIRONMENT);
  expect(store.description).toBe('environment variables');
  expect(await store.names()).toEqual(['My_App', 'langfuse', 'mcp-gateway']);
  expect(await store.read('langfuse')).toEqual({
    current: {
      accessKeyId: 'langfuse-id',
      secretAccessKey: 'langfuse-secret',
      createdAt: '1970-01-01T00:00:00.000Z',
      state: 'active',
    },
  });
  expect((await store.read('mcp-gateway'))?.current.createdAt).toBe('2026-01-14T10:00:00.000Z');
  expect((await store.read('My_App'))?.current.accessKeyId).toBe('my-id');
  expect(await store.read('loki')).toBeUndefined();
});

test('nothing can be written or removed', async () => {
  const store = environmentSecretStore({});
  const message =
    "secret loki can't be changed: environment variables are read only; name a directory or a SOPS file as the secret store";
  expect(await refusal(store.write('loki', { current: key('1', 'active') }, CONNECTION))).toBe(message);
  expect(await refusal(store.remove('loki'))).toBe(message);
  expect(store.lock).toBeUndefined();
});

test.each([
  [
    { LOKI_S3_ACCESS_KEY: 'id' },
    'the environment has loki_s3_access_key but no loki_s3_secret_key: it is half-written; add the missing one, or delete both to have the key replaced',
  ],
  [
    { LOKI_S3_SECRET_KEY: CANARY, LOKI_S3_ACCESS_KEY: '' },
    'the environment has loki_s3_secret_key but no loki_s3_access_key: it is half-written; add the missing one, or delete both to have the key replaced',
  ],
  [
    { LOKI_S3_PREVIOUS_ACCESS_KEY: 'id', LOKI_S3_PREVIOUS_SECRET_KEY: CANARY },
    'the environment: loki has a previous key but no current one: restore loki_s3_access_key and loki_s3_secret_key',
  ],
  [
    { LOKI_S3_ACCESS_KEY: 'id', LOKI_S3_SECRET_KEY: CANARY, LOKI_S3_KEY_CREATED_AT: '14.1.2026' },
    'the environment: loki_s3_key_created_at is not ISO 8601 in UTC, such as 2026-01-14T10:00:00.000Z: correct it, or delete it if the date is unknown',
  ],
  [
    { LOKI_S3_ACCESS_KEY: 'id', LOKI_S3_SECRET_KEY: CANARY, LOKI_S3_KEY_NAME: 'Loki' },
    'the environment: loki_s3_access_key belongs to Loki, and loki would be written alike: rename one of them',
  ],
])('environment %# is refused', async (environment, message) => {
  expect(await refusal(environmentSecretStore(environment).read('loki'))).toBe(message);
});

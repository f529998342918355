import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSecretStore, parseSecretStoreRef } from '../../../provisioning/index.js';
import { refusal } from './support.js';

test.each([
  ['secrets/web', { type: 'directory', directory: 'secrets/web' }, 'secret store /project/secrets/web'],
  ['/var/secrets', { type: 'directory', directory: '/var/secrets' }, 'secret store /var/secrets'],
  ['directory:environment', { type: 'directory', directory: 'environment' }, 'secret store /project/environment'],
  ['sops:cluster.yaml', { type: 'sops', file: 'cluster.yaml' }, 'SOPS file /project/cluster.yaml'],
  ['dotenv:.env', { type: 'dotenv', file: '.env' }, 'dotenv file /project/.env'],
  ['environment', { type: 'environment' }, 'environment variables'],
])('%s', (text, reference, description) => {
  expect(parseSecretStoreRef(text)).toEqual(reference);
  expect(openSecretStore(parseSecretStoreRef(text), join('/', 'project')).description).toBe(description);
});

test.each(['', 'sops:', 'dotenv:', 'directory:'])('%j names no store', async (text) => {
  expect(await refusal(() => parseSecretStoreRef(text))).toBe(
    `invalid secret store ${JSON.stringify(text)}: expected a directory, sops:FILE, dotenv:FILE or environment`,
  );
});

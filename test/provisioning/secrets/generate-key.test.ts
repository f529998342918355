import { expect, test } from 'vitest';
import { generateKeyPair } from '../../../provisioning/secrets/generate-key.js';

test('pairs have the lengths and characters that RustFS and dotenv files take, and never repeat', () => {
  const pairs = Array.from({ length: 500 }, generateKeyPair);
  for (const { accessKeyId, secretAccessKey } of pairs) {
    expect(accessKeyId).toMatch(/^[A-Z][A-Z0-9]{19}$/);
    expect(secretAccessKey).toMatch(/^[A-Za-z0-9]{40}$/);
  }
  expect(new Set(pairs.map((pair) => pair.accessKeyId)).size).toBe(500);
  expect(new Set(pairs.map((pair) => pair.secretAccessKey)).size).toBe(500);
});

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  type Manifest,
  manifestHash,
  manifestJsonSchema,
  parseManifest,
  serializeManifest,
} from '../../manifest/index.js';
import { manifestFor } from '../provisioning/fixture.js';

const manifest = () => manifestFor('http://127.0.0.1:9000');
const broken = (change: (manifest: Manifest) => void) => () =>
  parseManifest(serializeManifest(manifestFor('http://127.0.0.1:9000', change)), 'm.json');

test('survives writing and reading', () => {
  expect(parseManifest(serializeManifest(manifest()))).toEqual(manifest());
});

test('the text does not depend on the order of declaration', () => {
  const shuffled = manifestFor('http://127.0.0.1:9000', (m) => {
    m.buckets.reverse();
    m.users.reverse();
    m.policies.reverse();
  });
  expect(serializeManifest(shuffled)).toBe(serializeManifest(manifest()));
});

test('the hash is the SHA-256 of the text', () => {
  expect(manifestHash('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

test('errors name the file, the problem and the way out', () => {
  expect(() => parseManifest('{', 'm.json')).toThrow(/^m\.json is not JSON \(.*\): write it again with cdktf synth$/);
  expect(() => parseManifest('{"version":2}', 'm.json')).toThrow(
    'm.json has version 2, but this cdktf-rustfs reads version 1: synthesize and apply with the same version of cdktf-rustfs',
  );
  expect(() => parseManifest('null', 'm.json')).toThrow(
    'm.json has version none, but this cdktf-rustfs reads version 1: synthesize and apply with the same version of cdktf-rustfs',
  );
});

test('dangling references and repeated names are all reported', () => {
  expect(
    broken((m) => {
      m.users[0]?.policies.push('nowhere');
      m.accessKeys.push({ name: 'web', user: 'nobody' });
    }),
  ).toThrow(
    'm.json is not a valid manifest:\n' +
      '✖ accessKeys web is declared twice; names have to be unique\n' +
      '✖ user backup-svc refers to policy nowhere, which the manifest does not declare\n' +
      '✖ access key web refers to user nobody, which the manifest does not declare',
  );
});

test('a policy that every server has need not be declared', () => {
  const m = manifest();
  m.users[0]?.policies.push('readonly');
  expect(parseManifest(serializeManifest(m)).users[0]?.policies).toContain('readonly');
});

test('an unknown field is refused', () => {
  const text = serializeManifest({ ...manifest(), secret: 'x' } as never);
  expect(() => parseManifest(text, 'm.json')).toThrow('m.json is not a valid manifest:\n✖ Unrecognized key: "secret"');
});

test('the published JSON Schema is current', () => {
  const published = JSON.parse(
    readFileSync(new URL('../../manifest/manifest.schema.json', import.meta.url), 'utf8'),
  ) as object;
  expect(published).toEqual(manifestJsonSchema());
});

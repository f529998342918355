import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  EVENT_TARGET_FIELDS,
  type ManifestEventTarget,
  parseManifest,
  serializeManifest,
} from '../../manifest/index.js';
import { manifestFor } from '../provisioning/fixture.js';

const target = (change: Partial<ManifestEventTarget>): ManifestEventTarget => ({
  purpose: 'notify',
  type: 'webhook',
  id: 'hook',
  managedBy: 'api',
  settings: { endpoint: 'http://hook' },
  secrets: {},
  ...change,
});

const parse = (...eventTargets: ManifestEventTarget[]) =>
  parseManifest(serializeManifest({ ...manifestFor('http://127.0.0.1:9000'), eventTargets }), 'm.json');

test('what RustFS does not know, and what must not be written down, is refused', () => {
  expect(() =>
    parse(
      target({}),
      target({ settings: { auth_token: 'x', topic: 'y' }, secrets: { password: { type: 'file', file: 'f' } } }),
      target({ type: 'redis', id: 'r', settings: { url: 'a"b', channel: 'c' }, eventsUrl: 'http://r' }),
    ),
  ).toThrow(
    'm.json is not a valid manifest:\n' +
      '✖ event target notify_webhook/hook is declared twice; ids have to be unique\n' +
      '✖ event target notify_webhook/hook has no endpoint\n' +
      '✖ event target notify_webhook/hook: auth_token is a secret, which a manifest never contains\n' +
      '✖ event target notify_webhook/hook: RustFS knows no topic for webhook\n' +
      '✖ event target notify_webhook/hook: password is no secret of webhook\n' +
      '✖ event target notify_redis/r: url has a quote, backslash or line break\n' +
      '✖ event target notify_redis/r has an eventsUrl, which only webhooks can have',
  );
});

test('the same id for notifications and audit is two targets', () => {
  expect(parse(target({}), target({ purpose: 'audit' })).eventTargets).toHaveLength(2);
});

test('the table of docs/events.md is the table of the code', () => {
  const documented = readFileSync(new URL('../../docs/events.md', import.meta.url), 'utf8');
  const rows = Object.entries(EVENT_TARGET_FIELDS).map(([kind, { required, optional, since101, secret }]) => {
    const later = since101 ? `; since 1.0.1 ${since101.join(' ')}` : '';
    return `| ${kind} | ${required.join(' ')} | ${optional.join(' ')}${later} | ${secret.join(' ')} |`;
  });
  expect(documented.split('\n').filter((line) => rows.includes(line))).toEqual(rows);
});

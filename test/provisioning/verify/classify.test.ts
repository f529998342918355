import { expect, test } from 'vitest';
import { classify, severityOf } from '../../../provisioning/verify/classify.js';
import type { Observation, Outcome, PlannedProbe } from '../../../provisioning/verify/model.js';
import { VERIFY_PROFILES } from '../../../provisioning/verify/profile.js';

const probe = (more: Partial<PlannedProbe> = {}): PlannedProbe => ({
  title: 'get object',
  who: 'web',
  request: { method: 'GET', path: '/web-assets/x' },
  credentials: 'anonymous',
  predicted: 'refused',
  needs: [],
  authorizedBy: [],
  ...more,
});
const error = (code: string, message = '') =>
  `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
const answer = (status: number, body = '') => ({ status, headers: {}, body: Buffer.from(body) });
const head = { request: { method: 'HEAD', path: '/web-assets' } };

const observed = (
  status: number,
  body: string,
  more: Partial<PlannedProbe> = {},
  version: '1.0.1' | '1.0.0-beta.7' = '1.0.1',
) => classify(probe(more), answer(status, body), VERIFY_PROFILES[version]).observed;

test.each<[string, Observation, number, string, Partial<PlannedProbe>?]>([
  ['any success', 'allowed', 200, 'content'],
  ['a success without content', 'allowed', 204, ''],
  ['content that happens to look like an error code', 'allowed', 200, 'text <Code>AccessDenied</Code> text'],
  ['a success that carries an error, as copies can', 'error', 200, error('InternalError')],
  ['a refusal by policy', 'refused', 403, error('AccessDenied', 'Access Denied')],
  ['a refusal to HEAD, which has no body', 'refused', 403, '', head],
  ['403 from something that is not RustFS', 'barred', 403, '<html>Forbidden</html>'],
  ['403 without a body', 'barred', 403, ''],
  ['an unknown key', 'barred', 403, error('InvalidAccessKeyId')],
  ['a wrong secret', 'barred', 403, error('SignatureDoesNotMatch')],
  ['clocks that differ', 'barred', 403, error('RequestTimeTooSkewed')],
  [
    'a missing object, where that proves authorization',
    'allowed',
    404,
    error('NoSuchKey'),
    { authorizedBy: [{ status: 404, code: 'NoSuchKey' }] },
  ],
  ['a missing object, where it does not', 'error', 404, error('NoSuchKey')],
  ['a missing bucket', 'broken', 404, error('NoSuchBucket')],
  ['a missing bucket in answer to HEAD', 'broken', 404, '', head],
  ['a server error', 'error', 500, error('InternalError')],
  ['an overloaded server', 'error', 503, error('SlowDown')],
  [
    'a server error that proves authorization',
    'allowed',
    500,
    error('InternalError', 'Io error: Checksum mismatch'),
    { authorizedBy: [{ status: 500, message: /Checksum mismatch/ }] },
  ],
  [
    'a server error with another message',
    'error',
    500,
    error('InternalError', 'disk is full'),
    { authorizedBy: [{ status: 500, message: /Checksum mismatch/ }] },
  ],
  ['something that is not implemented', 'error', 501, error('NotImplemented')],
  ['garbage', 'error', 400, 'garbage'],
  [
    'another refusal that the probe knows',
    'refused',
    400,
    error('InvalidRequest', 'AccessDenied1'),
    { refusedBy: [{ status: 400, message: /^AccessDenied1$/ }] },
  ],
])('%s is %s', (_, expected, status, body, more) => {
  expect(observed(status, body, more)).toBe(expected);
});

test('a key that is switched off is recognised in both versions', () => {
  expect(observed(403, error('InvalidAccessKeyId', 'check key failed'))).toBe('barred');
  expect(observed(400, error('InvalidRequest', 'ErrAccessKeyDisabled'), {}, '1.0.0-beta.7')).toBe('barred');
  expect(observed(400, error('InvalidRequest', 'ErrAccessKeyDisabled'))).toBe('error');
});

test('the content of a success can be judged, and says what was seen', () => {
  const judge = (body: string) => ({
    observed: body === 'mine' ? ('allowed' as const) : ('leak' as const),
    detail: 'showed yours',
  });
  expect(classify(probe({ judge }), answer(200, 'yours'), VERIFY_PROFILES['1.0.1'])).toEqual({
    observed: 'leak',
    detail: '200, showed yours',
  });
});

test.each<[Outcome, Observation, string | undefined]>([
  ['allowed', 'allowed', undefined],
  ['refused', 'refused', undefined],
  ['refused', 'allowed', 'security'],
  ['allowed', 'refused', 'access'],
  ['allowed', 'leak', 'security'],
  ['refused', 'leak', 'security'],
  ['allowed', 'broken', 'access'],
  ['refused', 'broken', 'security'],
  ['allowed', 'barred', 'access'],
  ['refused', 'barred', 'error'],
  ['allowed', 'error', 'error'],
  ['refused', 'error', 'error'],
])('predicted %s and observed %s is %s', (predicted, seen, severity) => {
  expect(severityOf(predicted, seen)).toBe(severity);
});

test('being turned away is what a wrong secret has to meet', () => {
  expect(severityOf('refused', 'barred', true)).toBeUndefined();
  expect(severityOf('refused', 'allowed', true)).toBe('security');
});

import { expect, test } from 'vitest';
import { refusal } from '../../provisioning/client/response.js';
import { asCurl } from '../../provisioning/wire.js';

const request = (body: object) => ({ method: 'PUT', path: '/rustfs/admin/v3/add-user', body: JSON.stringify(body) });

test.each([
  [{ secretKey: 'CANARY', status: 'enabled' }, '{"secretKey":"***","status":"enabled"}'],
  [{ accessKey: 'id', newSecretKey: 'CANARY"x' }, '{"accessKey":"id","newSecretKey":"***"}'],
  [{ secret_key: 'CANARY' }, '{"secret_key":"***"}'],
])('a request is shown without its secret: %j', (body, shown) => {
  expect(asCurl(request(body), 'http://127.0.0.1:9000')).toContain(`--data-binary '${shown}' http`);
});

test('a server that repeats what it was sent does not bring a secret into a message', () => {
  const body = Buffer.from('<Error><Code>InvalidRequest</Code><Message>bad body: "CANARY" is short</Message></Error>');
  const error = refusal(request({ secretKey: 'CANARY' }), { status: 400, headers: {}, body });
  expect(error.message).toBe('PUT /rustfs/admin/v3/add-user failed: HTTP 400 InvalidRequest bad body: "***" is short');
});

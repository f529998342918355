import { TerraformStack, Testing } from 'cdktf';
import { expect, test } from 'vitest';
import { rustFsKeystone } from '../../constructs/rustfs-keystone.js';
import { combineParts } from '../../constructs/server-part.js';

const stack = () => new TerraformStack(Testing.app(), 'test');
const ALLOWED = 'RUSTFS_OUTBOUND_ALLOW_ORIGINS';

test('1.0.1 is told the origins of all parts, each once; beta.7 has no such list', () => {
  const parts = [
    { outboundOrigins: ['http://keycloak:8080', 'http://10.0.0.7:9000'] },
    { outboundOrigins: ['http://keycloak:8080'] },
  ];
  expect(combineParts(stack(), '1.0.1', parts).environment).toEqual({
    [ALLOWED]: 'http://keycloak:8080,http://10.0.0.7:9000',
  });
  expect(combineParts(stack(), '1.0.0-beta.7', parts).environment).toEqual({});
});

test.each([
  ['http://169.254.169.254', 'metadata endpoint'],
  ['http://169.254.7.7:8080', 'link-local address'],
  ['http://[fe80::1]:8080', 'link-local address'],
  ['http://0.0.0.0:8080', 'unspecified address'],
])('%s is refused at synthesis, because no list lifts it', (origin, reason) => {
  expect(() => combineParts(stack(), '1.0.1', [{ outboundOrigins: [origin] }])).toThrow(
    new Error(
      `RustFS 1.0.1 never connects to ${origin} (${reason}), also when its origin is allowed: use another address`,
    ),
  );
  expect(combineParts(stack(), '1.0.0-beta.7', [{ outboundOrigins: [origin] }]).environment).toEqual({});
});

test('Keystone adds nothing to the list, which 1.0.1 does not ask for it: a literal address is warned of instead', () => {
  const part = rustFsKeystone({ authUrl: 'http://10.0.0.5:5000' }, '1.0.1');
  expect(part.warnings).toContain(
    'RustFS 1.0.1 refuses literal loopback and private addresses (10.0.0.5) and then runs without Keystone: use a DNS name',
  );
  expect(combineParts(stack(), '1.0.1', [part]).environment).not.toHaveProperty(ALLOWED);
  const named = rustFsKeystone({ authUrl: 'http://keystone:5000' }, '1.0.1');
  expect(named.warnings?.filter((warning) => warning.includes('refuses literal'))).toEqual([]);
});

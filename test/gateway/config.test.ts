import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createApiKey } from '../../gateway/auth/api-key.js';
import { configIdentityProvider, tokenHash } from '../../gateway/auth/identity.js';
import { dynamicConfigSchema } from '../../gateway/config/dynamic.js';
import { GatewayConfigError } from '../../gateway/config/error.js';
import { loadStaticConfig, parseDynamicConfig } from '../../gateway/config/load.js';
import { scratch } from './fixture.js';

async function load(text: string) {
  const directory = await scratch();
  await writeFile(join(directory, 'gateway.yaml'), text);
  return { directory, load: () => loadStaticConfig(join(directory, 'gateway.yaml')) };
}

const MINIMAL = 'tls_identity: { type: none }\ns3: { upstream: "http://rustfs:9000" }\n';

test('defaults', async () => {
  const { load: loaded } = await load(MINIMAL);
  expect(loaded()).toEqual({
    listen_addr: { host: '0.0.0.0', port: 443 },
    tls_identity: { type: 'none' },
    drain_timeout_secs: 2,
    decoy: { type: 'not_found' },
    server_names: [],
    s3: {
      ...{ upstream: 'http://rustfs:9000', virtual_hosts: [], bucket_subdomains: false, oidc_login: false },
      ...{ connect_timeout_secs: 3, response_timeout_secs: 120, pool_idle_secs: 4 },
    },
    limits: {
      ...{ max_connections: 4096, max_header_bytes: 32_768, max_headers: 128, max_target_bytes: 16_384 },
      ...{ header_timeout_secs: 10, keep_alive_timeout_secs: 60, idle_timeout_secs: 30, min_bytes_per_sec: 64 },
    },
    trusted_proxies: [],
  });
});

test('relative paths start at the file', async () => {
  const { directory, load: loaded } = await load(
    `${MINIMAL}dynamic_config: keys.yaml\nwebhook: { auth_token_file: /abs/token, events_file: events }\n`,
  );
  const config = loaded();
  expect(config.dynamic_config).toBe(join(directory, 'keys.yaml'));
  expect(config.webhook?.events_file).toBe(join(directory, 'events'));
  expect(config.webhook?.auth_token_file).toBe('/abs/token');
});

describe('what is refused, and why', () => {
  test.each([
    [
      's3: { upstream: "http://rustfs:9000" }',
      '✖ Invalid input: expected object, received undefined\n  → at tls_identity',
    ],
    [`${MINIMAL}tsl: 1`, '✖ Unrecognized key: "tsl"'],
    [`${MINIMAL}listen_addr: ":443"`, '✖ expected host:port such as 0.0.0.0:443, got ":443"\n  → at listen_addr'],
    [
      `${MINIMAL}trusted_proxies: [10.0.0.0/33]`,
      '✖ expected an address or a network such as 10.0.0.0/8\n  → at trusted_proxies[0]',
    ],
    [
      'tls_identity: { type: none }\ns3: { upstream: "http://rustfs:9000/base" }',
      '✖ expected only scheme, host and port: a path would break every signature\n  → at s3.upstream',
    ],
    [
      'tls_identity: { type: none }\ns3: { upstream: "http://rustfs:9000", virtual_hosts: ["s3.test:443"] }',
      '✖ expected a host name without port\n  → at s3.virtual_hosts[0]',
    ],
    [
      'tls_identity: { type: acme, domains: [a] }\ns3: { upstream: "http://rustfs:9000" }',
      "✖ expected x509, self_signed or none: alknet's acme and raw_key are not part of the reference gateway\n  → at tls_identity.type",
    ],
  ])('%s', async (text, problem) => {
    const { directory, load: loaded } = await load(text);
    expect(loaded).toThrow(
      new GatewayConfigError(`${join(directory, 'gateway.yaml')} is not a valid configuration:\n${problem}`),
    );
  });

  test('what is no YAML', async () => {
    const { directory, load: loaded } = await load('a: [');
    expect(loaded).toThrow(`${join(directory, 'gateway.yaml')} is neither YAML nor JSON: `);
  });

  test('a file that is not there', () => {
    expect(() => loadStaticConfig('/nowhere/gateway.yaml')).toThrow(
      new GatewayConfigError('cannot read /nowhere/gateway.yaml (ENOENT)'),
    );
  });
});

describe('keys', () => {
  const key = (prefix: string) => ({ prefix, hash: `sha256:${'0'.repeat(64)}`, scopes: [], description: '' });
  const parse = (auth: object) => () => parseDynamicConfig(JSON.stringify({ auth }), 'dynamic.json');

  test.each([
    ['alk_', '✖ expected alk_ and four letters or digits\n  → at auth.api_keys[0].prefix'],
    ['', '✖ expected alk_ and four letters or digits\n  → at auth.api_keys[0].prefix'],
    ['alk_abcde', '✖ expected alk_ and four letters or digits\n  → at auth.api_keys[0].prefix'],
  ])('prefix "%s"', (prefix, problem) => {
    expect(parse({ api_keys: [key(prefix)] })).toThrow(
      new GatewayConfigError(`dynamic.json is not a valid configuration:\n${problem}`),
    );
  });

  test('a prefix twice', () => {
    expect(parse({ api_keys: [key('alk_aaaa'), key('alk_bbbb'), key('alk_aaaa')] })).toThrow(
      new GatewayConfigError(
        'dynamic.json is not a valid configuration:\n✖ two keys have the same prefix: only the first would ever be found\n  → at auth.api_keys',
      ),
    );
  });

  test('a hash in another form, resources that would not be enforced, a peer twice', () => {
    expect(parse({ api_keys: [{ ...key('alk_aaaa'), hash: 'secret' }] })).toThrow(
      '✖ expected sha256: and 64 hexadecimal digits',
    );
    expect(parse({ peers: [{ peer_id: 'a', scopes: [], resources: { s3: ['x'] } }] })).toThrow(
      '✖ the reference gateway does not enforce resources: leave them out, and limit the peer by scopes',
    );
    const peer = { peer_id: 'a', scopes: [] };
    expect(parse({ peers: [peer, peer] })).toThrow('✖ two peers have the same peer_id');
  });
});

describe('identities, as alknet resolves them', () => {
  const first = createApiKey({ scopes: ['s3:readonly'], description: 'first' });
  const expiring = createApiKey({ scopes: [], description: 'expiring', expires_at: 1000 });
  const auth = dynamicConfigSchema.parse({
    auth: {
      api_keys: [first.entry, expiring.entry],
      peers: [
        { peer_id: 'node-1', scopes: ['relay:connect'], auth_token_hash: tokenHash('peer-token') },
        { peer_id: 'node-2', scopes: [], auth_token_hash: tokenHash('off'), enabled: false },
      ],
    },
  }).auth;
  const resolve = (token: string, now = 0) =>
    configIdentityProvider(
      () => auth,
      () => now,
    ).resolveFromToken(token);

  test('by key, by peer, or not at all', () => {
    expect(resolve(first.token)).toEqual({ id: first.token.slice(0, 8), scopes: ['s3:readonly'] });
    expect(resolve('peer-token')).toEqual({ id: 'node-1', scopes: ['relay:connect'] });
    expect(resolve('off')).toBeUndefined();
    expect(resolve(`${first.token}x`)).toBeUndefined();
    expect(resolve('')).toBeUndefined();
  });

  test('a key ends with the second of its expiry', () => {
    expect(resolve(expiring.token, 999_999)).toBeDefined();
    expect(resolve(expiring.token, 1_000_000)).toBeUndefined();
  });

  test('the hash is alknet’s: sha256 in hexadecimal', () => {
    expect(tokenHash('abc')).toBe('sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  test('a new key avoids the prefixes that are taken', () => {
    const { token, entry } = createApiKey({ scopes: ['s3:admin'], description: 'd' });
    expect(token).toMatch(/^alk_[A-Za-z0-9]{44}$/);
    expect(entry).toEqual({
      prefix: token.slice(0, 8),
      hash: tokenHash(token),
      scopes: ['s3:admin'],
      description: 'd',
    });
  });
});

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type BalancerConfig, renderBalancer } from '../../../seaweedfs/balancer/index.js';

const directory = mkdtempSync(join(tmpdir(), 'balancer-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const config: BalancerConfig = {
  listen: { address: '127.0.0.1', port: 18333 },
  gateways: [
    { name: 'gateway-1', address: '127.0.0.1:18341' },
    { name: 'gateway-2', address: '127.0.0.1:18342', down: true },
  ],
  direct: [
    { gateway: 'gateway-1', port: 18334 },
    { gateway: 'gateway-2', port: 18335 },
  ],
  stateDir: directory,
  accessLog: join(directory, 'access.log'),
};

/** Lines of a configuration without indentation and comments. */
const lines = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));

describe('nginx', () => {
  const text = renderBalancer('nginx', config);

  test('has the settings that lost no request (recorded: restart.*, kill.*)', () => {
    expect(lines(text)).toEqual(
      expect.arrayContaining([
        'server 127.0.0.1:18341 max_fails=0;',
        'server 127.0.0.1:18342 max_fails=0 down;',
        'proxy_set_header Host $http_host;',
        'proxy_request_buffering on;',
        'proxy_next_upstream error timeout http_502 http_503;',
        'proxy_next_upstream error timeout http_502 http_503 non_idempotent;',
        'large_client_header_buffers 4 32k;',
        'client_max_body_size 0;',
        'listen 127.0.0.1:18333;',
      ]),
    );
    expect(text).not.toContain('http_403');
    expect(text).not.toMatch(/\$host\b|\$request\b|\$request_uri|\$args/);
  });

  test('repeats POST at the root only, and nothing on a direct listener', () => {
    expect(text.match(/non_idempotent/g)).toHaveLength(1);
    expect(text).toMatch(/location = \/ \{\s+proxy_next_upstream error timeout http_502 http_503 non_idempotent;/);
    expect(
      text.match(/proxy_next_upstream off;\s+location \/ \{ proxy_pass http:\/\/127\.0\.0\.1:1834\d; \}/g),
    ).toHaveLength(2);
  });

  const nginx = spawnSync('nginx', ['-v']).error === undefined;
  test.skipIf(!nginx)(`nginx -t accepts it${nginx ? '' : ' (skipped: no nginx on PATH)'}`, () => {
    const file = join(directory, 'nginx.conf');
    writeFileSync(file, text);
    const { status, stderr } = spawnSync('nginx', ['-t', '-c', file], { encoding: 'utf8' });
    expect(stderr).toContain('test is successful');
    expect(status).toBe(0);
  });
});

describe('haproxy', () => {
  const text = renderBalancer('haproxy', config);

  test('repeats what fits into its buffer, and takes out a gateway that is open or has no STS', () => {
    expect(lines(text)).toEqual(
      expect.arrayContaining([
        'server gateway-1 127.0.0.1:18341',
        'server gateway-2 127.0.0.1:18342 disabled',
        'tune.bufsize 65536',
        'option http-buffer-request',
        'retry-on conn-failure empty-response response-timeout 502 503',
        'http-request disable-l7-retry if METH_POST !is_sts',
        'bind 127.0.0.1:18333',
      ]),
    );
    expect(text.match(/http-check expect status 403/g)).toHaveLength(2);
    expect(text).not.toMatch(/retry-on.*403/);
  });

  const haproxy = spawnSync('haproxy', ['-v']).error === undefined;
  test.skipIf(!haproxy)(`haproxy -c accepts it${haproxy ? '' : ' (skipped: no haproxy on PATH)'}`, () => {
    const file = join(directory, 'haproxy.cfg');
    writeFileSync(file, text);
    const { status, stdout, stderr } = spawnSync('haproxy', ['-c', '-f', file], { encoding: 'utf8' });
    expect(stderr).not.toMatch(/\[(WARNING|ALERT)\]/);
    expect(stdout).toContain('Configuration file is valid');
    expect(status).toBe(0);
  });
});

test('nothing unchecked reaches a configuration, and every problem is told at once', () => {
  const broken = (): string =>
    renderBalancer('nginx', {
      ...config,
      listen: { address: '127.0.0.1; include /etc/passwd', port: 18334 },
      gateways: [
        { name: 'A;', address: 'host', down: true },
        { name: 'b', address: 'host:99999', down: true },
      ],
      direct: [{ gateway: 'c', port: 18334 }],
      accessLog: 'access.log;',
      readTimeoutSeconds: 0,
    });
  expect(broken).toThrow(
    new Error(
      [
        'invalid balancer',
        'gateway name "A;": expected lower-case letters, digits and "-"',
        'address of gateway A; is "host": expected host:port, such as gateway-1:8333',
        'address of gateway b is "host:99999": expected host:port, such as gateway-1:8333',
        'every gateway is down: nobody would answer; leave one up',
        'the balancer listens on "127.0.0.1; include /etc/passwd": expected an IP address',
        'two listeners share a port (18334, 18334): give each its own',
        'a listener is for gateway "c", which is not declared',
        'path "access.log;": expected an absolute path without spaces',
        'a timeout is 0: expected whole seconds, at least 1',
      ].join('\n'),
    ),
  );
});

import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';
import { describe, expect, test } from 'vitest';
import { dynamicConfigSchema } from '../../gateway/config/dynamic.js';
import { type StaticConfig, staticConfigSchema } from '../../gateway/config/static.js';
import { haproxyConfig, nginxConfig } from '../../gateway/index.js';
import { selfSigned } from '../../gateway/tls/self-signed.js';
import { ADMIN_TRICKS } from './admin-tricks.js';
import { battery } from './battery.js';
import { afterwards, emulator, ROOT, raw, request, S3_HOST, scratch, until } from './fixture.js';
import { OK, rawUpstream } from './raw-upstream.js';

const PROXIES = [
  { name: 'haproxy', generate: haproxyConfig, check: ['-c', '-f'], run: ['-db', '-f'] },
  { name: 'nginx', generate: nginxConfig, check: ['-t', '-c'], run: ['-c'] },
] as const;

function settings(upstream: string, port: number, more: object = {}): StaticConfig {
  const { s3, ...others } = more as { s3?: object };
  return staticConfigSchema.parse({
    listen_addr: `127.0.0.1:${port}`,
    tls_identity: { type: 'none' },
    ...others,
    s3: { upstream, virtual_hosts: [S3_HOST, '127.0.0.1'], bucket_subdomains: true, ...s3 },
  });
}

function dynamic(rateLimits: object = {}) {
  return dynamicConfigSchema.parse({ rate_limits: rateLimits });
}

/** nginx and haproxy cannot say which free port they took. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe.each(PROXIES)('$name', ({ name, generate, check, run }) => {
  const installed = execaSync(name, ['-v'], { reject: false }).exitCode === 0;
  if (!installed) console.info(`skipped: ${name} is not installed`);

  async function start(upstream: string, more: object = {}, rateLimits: object = {}): Promise<number> {
    const port = await freePort();
    const file = join(await scratch(), `${name}.conf`);
    const text = generate(settings(upstream, port, more), dynamic(rateLimits));
    await writeFile(file, text.replaceAll('/tmp/cdktf-rustfs-nginx', join(file, '..', 'nginx')));
    const child = spawn(name, [...run, file], { stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    afterwards(
      () =>
        new Promise((resolve) => {
          if (child.exitCode !== null) return resolve(undefined);
          child.once('exit', resolve);
          child.kill('SIGTERM');
        }),
    );
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`${name} ended: ${errors}`);
      return (await raw(port, request('/', 'nobody.test'))).status === 404;
    }, `${name} listening`);
    return port;
  }

  test.skipIf(!installed)('takes the configuration, with everything in it', async () => {
    const directory = await scratch();
    const { cert, key } = await selfSigned([S3_HOST]);
    await writeFile(join(directory, 'tls.pem'), cert);
    await writeFile(join(directory, 'tls.pem.key'), key);
    await writeFile(join(directory, 'ca.pem'), cert);
    const full = settings('https://127.0.0.1:9000', await freePort(), {
      tls_identity: { type: 'x509', cert_file: join(directory, 'tls.pem'), key_file: join(directory, 'tls.pem.key') },
      trusted_proxies: ['10.0.0.0/8', '2001:db8::/32'],
      s3: { max_body_bytes: 1_000_000, upstream_ca_file: join(directory, 'ca.pem') },
    });
    for (const config of [full, settings('http://127.0.0.1:9000', await freePort())]) {
      const file = join(directory, 'proxy.conf');
      const text = generate(config, dynamic({ requests_per_second: 50, burst: 100 }));
      await writeFile(file, text.replaceAll('/tmp/cdktf-rustfs-nginx', join(directory, 'nginx')));
      // A pipe of Node is a socket, which nginx cannot open as /dev/stdout.
      const { exitCode, stderr } = await execa(name, [...check, file], { reject: false, stdout: 'ignore' });
      expect({ exitCode, problems: exitCode !== 0 || /warn/i.test(stderr) ? stderr : '' }).toEqual({
        exitCode: 0,
        problems: '',
      });
    }
  });

  test.skipIf(!installed)('keeps internal paths inside', async () => {
    const upstream = await emulator();
    const port = await start(upstream.endpoint);
    // What no proxy decodes that way is no path of RustFS either; the others must not get through.
    const literal = /^[\x21-\x7e]*$/;
    const beyondPatterns = /%C0|%E0|%F0|%EF|%E2|%C2|%C5|%u|%00|%0d|%09|%20|%3B|%3F|%23|%37|\.\/admin|^\/;/i;
    const tricks = ADMIN_TRICKS.filter((path) => literal.test(path) && !beyondPatterns.test(path));
    expect(tricks.length).toBeGreaterThan(40);
    for (const path of tricks) {
      for (const host of [S3_HOST, `bucket.${S3_HOST}`]) {
        const { status } = await raw(port, request(path, host));
        expect(`${path} ${[400, 403].includes(status)}`).toBe(`${path} true`);
      }
    }
    const absolute = await raw(port, request('http://s3.test/rustfs/admin/v3/info', S3_HOST));
    expect([400, 403]).toContain(absolute.status);
    expect(upstream.seen).toEqual([]);
    // The rest reaches RustFS at most as names that its router does not know.
    for (const path of ADMIN_TRICKS.filter((trick) => beyondPatterns.test(trick)))
      await raw(port, request(path, S3_HOST));
    expect(
      upstream.seen.filter(({ path }) =>
        /^\/(rustfs\/(admin|console|rpc|peer)|minio\/(admin|health)|health$|health\/)/.test(path),
      ),
    ).toEqual([]);
  });

  test.skipIf(!installed)('passes path, Host and headers untouched, and replaces what clients claim', async () => {
    const upstream = await rawUpstream((socket, received) => {
      if (received.endsWith('\r\n\r\n')) socket.write(OK);
    });
    const port = await start(upstream.url);
    const target = "/b//a/../%2F%2f+%20~!*'()/%C3%A9;x=1?uploads&prefix=a%2Fb+c&X-Amz-Signature=AbC";
    const headers = ['X-Forwarded-For: 6.6.6.6', 'Forwarded: for=6.6.6.6', 'X-Real-IP: 6.6.6.6', 'x-amz-meta-a_b: 1'];
    const { status } = await raw(port, request(target, `${S3_HOST}:8443`, 'GET', headers));
    expect(status).toBe(200);
    const head = upstream.received.find((text) => text.includes('uploads')) ?? '';
    expect(head.startsWith(`GET ${target} HTTP/1.1\r\n`)).toBe(true);
    expect(head).toMatch(/\r\nhost: s3\.test:8443\r\n/i);
    expect(head).toMatch(/\r\nx-forwarded-for: 127\.0\.0\.1\r\n/i);
    expect(head).toMatch(/\r\nx-amz-meta-a_b: 1\r\n/i);
    expect(head).not.toContain('6.6.6.6');
  });

  test.skipIf(!installed)('limits requests', async () => {
    const upstream = await rawUpstream((socket, received) => {
      if (received.endsWith('\r\n\r\n')) socket.write(OK);
    });
    const port = await start(upstream.url, {}, { requests_per_second: 1, burst: 5 });
    const statuses: number[] = [];
    for (let n = 0; n < 30; n++) statuses.push((await raw(port, request('/b', S3_HOST))).status);
    expect(statuses).toContain(200);
    expect(statuses.at(-1)).toBe(429);
  });

  test.skipIf(!installed)('gives S3 clients what they get directly', async () => {
    const upstream = await emulator();
    const port = await start(upstream.endpoint);
    const direct = await battery({ endpoint: upstream.endpoint, bucket: 'battery-direct', ...ROOT });
    const through = await battery({ endpoint: `http://127.0.0.1:${port}`, bucket: 'battery-through', ...ROOT });
    expect(through).toEqual(direct);
  });
});

test('what only the reference gateway can do is refused', () => {
  const noHosts = settings('http://rustfs:9000', 443, { s3: { virtual_hosts: [] } });
  expect(() => nginxConfig(noHosts, dynamic())).toThrow(
    's3.virtual_hosts is empty: the generated configuration passes these hosts through, so name at least one',
  );
  const selfSignedIdentity = settings('http://rustfs:9000', 443, { tls_identity: { type: 'self_signed' } });
  expect(() => haproxyConfig(selfSignedIdentity, dynamic())).toThrow(
    'tls_identity.type is self_signed, which only the reference gateway makes: use x509 with files, or none',
  );
});

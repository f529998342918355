import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdtemp, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { afterwards, gateway, OWN_HOST, raw, request, S3_HOST, scratch, until } from './fixture.js';
import { rawUpstream } from './raw-upstream.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = join(root, 'bin', 'cdktf-rustfs.js');

async function configuration(upstream: string, more = ''): Promise<string> {
  const file = join(await scratch(), 'gateway.yaml');
  const s3 = `s3: { upstream: "${upstream}", virtual_hosts: [${S3_HOST}] }`;
  await writeFile(file, `listen_addr: 127.0.0.1:0\ntls_identity: { type: none }\n${s3}\n${more}`);
  return file;
}

/** Runs a gateway as a process of its own, with nothing but the one file. */
async function bundled(config: string) {
  const directory = await mkdtemp(join(await scratch(), 'alone-'));
  const file = join(directory, 'gateway.mjs');
  await copyFile(join(root, 'dist', 'gateway', 'gateway.mjs'), file);
  const child = spawn(process.execPath, [file, '--config', config], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  afterwards(() => child.kill('SIGKILL'));
  const exited = once(child, 'close') as Promise<[number | null, string | null]>;
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    output.out += chunk;
  });
  let port = 0;
  for await (const line of createInterface({ input: child.stderr })) {
    output.err += `${line}\n`;
    port = Number(/listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1] ?? 0);
    if (port > 0) break;
  }
  return { child, exited, output, port };
}

test('the bundled file runs alone, and says what it is', async () => {
  const { child, exited, output, port } = await bundled(await configuration('http://127.0.0.1:1'));
  expect((await raw(port, request('/healthz', OWN_HOST))).text).toMatch(
    /\r\nserver: cdktf-rustfs-reference-gateway\r\n[\s\S]*\r\n\r\nok$/,
  );
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
  expect(output.err).toMatch(/^cdktf-rustfs reference gateway \(a stand-in, not an alknet node\) \d+\.\d+\.\d+\n/);
  const types = output.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).type);
  expect(types).toEqual(['start', 'access', 'stop']);
});

describe('SIGTERM', () => {
  test('lets what is under way finish, and takes nothing new', async () => {
    let answer = () => {};
    const upstream = await rawUpstream((socket) => {
      answer = () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone');
    });
    const { child, exited, port, output } = await bundled(await configuration(upstream.url, 'drain_timeout_secs: 20'));
    const open = raw(port, `GET /b HTTP/1.1\r\nHost: ${S3_HOST}\r\n\r\n`, 15_000);
    await until(() => upstream.received.length === 1, 'the request at the upstream');
    child.kill('SIGTERM');
    await until(async () => (await raw(port, request('/healthz', OWN_HOST))).status === 0, 'no new connection');
    answer();
    const { text } = await open; // ends because the gateway closes the connection
    expect(text).toMatch(/\r\n\r\ndone$/);
    expect(await exited).toEqual([0, null]);
    expect(JSON.parse(output.out.trim().split('\n').at(-1) ?? '')).toMatchObject({ type: 'stop', cut: 0 });
  });

  test('cuts what takes longer than the drain timeout', async () => {
    const upstream = await rawUpstream(() => {});
    const { child, exited, port, output } = await bundled(await configuration(upstream.url, 'drain_timeout_secs: 0.2'));
    const open = raw(port, `GET /b HTTP/1.1\r\nHost: ${S3_HOST}\r\n\r\n`, 15_000);
    await until(() => upstream.received.length === 1, 'the request at the upstream');
    child.kill('SIGTERM');
    expect((await open).status).toBe(0);
    expect(await exited).toEqual([0, null]);
    expect(JSON.parse(output.out.trim().split('\n').at(-1) ?? '')).toMatchObject({ type: 'stop', cut: 1 });
  });

  test('health turns to 503 on connections that are still open', async () => {
    const upstream = await rawUpstream(() => {});
    const running = await gateway(upstream.url, { drain_timeout_secs: 1 });
    const socket = connect(running.port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => {});
    // A request that hangs keeps the connection from being idle; what is asked behind it is answered when it is cut.
    const half = `GET /healthz HTTP/1.1\r\nHost: ${OWN_HOST}\r\n`;
    socket.write(half);
    await until(() => socket.readyState === 'open', 'the connection');
    const closed = running.close();
    socket.write('\r\n');
    await closed;
    expect(text === '' || /^HTTP\/1\.1 503 [\s\S]*\r\nConnection: close\r\n[\s\S]*draining$/.test(text)).toBe(true);
  });
});

test('SIGHUP reads the dynamic configuration now', async () => {
  const directory = await scratch();
  await writeFile(join(directory, 'dynamic.yaml'), '{}');
  const config = await configuration('http://127.0.0.1:1', `dynamic_config: ${join(directory, 'dynamic.yaml')}`);
  const { child, output, exited } = await bundled(config);
  child.kill('SIGHUP');
  await until(() => output.out.includes('"type":"reload","what":"dynamic configuration"'), 'the reload');
  child.kill('SIGINT');
  expect(await exited).toEqual([0, null]);
});

describe('cdktf-rustfs gateway', () => {
  const cli = (...args: string[]) => execa(process.execPath, [bin, 'gateway', ...args], { reject: false });

  test('--check', async () => {
    const config = await configuration('http://127.0.0.1:1');
    expect((await cli('--config', config, '--check')).stdout).toBe(`${config} is valid`);
    const broken = await configuration('ftp://x');
    const { exitCode, stderr } = await cli('--config', broken, '--check');
    expect([exitCode, stderr]).toEqual([
      1,
      `error: ${broken} is not a valid configuration:\n✖ expected a URL such as http://rustfs:9000\n  → at s3.upstream`,
    ]);
  });

  test('without a configuration', async () => {
    const { exitCode, stderr } = await cli();
    expect([exitCode, stderr]).toEqual([1, 'error: --config names the file that the gateway is configured by']);
  });

  test('an address that is taken ends the process', async () => {
    const upstream = await rawUpstream(() => {});
    const { port } = new URL(upstream.url);
    const webhook = 'webhook: { listen_addr: "127.0.0.1:0", auth_token_file: token, events_file: events }';
    const config = await configuration('http://127.0.0.1:1', webhook);
    await writeFile(join(config, '..', 'token'), 'x');
    await writeFile(config, readFileSync(config, 'utf8').replace('127.0.0.1:0\n', `127.0.0.1:${port}\n`));
    const { exitCode, stderr } = await cli('--config', config);
    expect([exitCode, stderr]).toEqual([1, `error: listen_addr: cannot listen on 127.0.0.1 port ${port} (EADDRINUSE)`]);
  });

  test('--new-api-key', async () => {
    const { token, entry } = JSON.parse((await cli('--new-api-key', 's3:readonly, s3:admin')).stdout);
    expect(entry).toMatchObject({ prefix: token.slice(0, 8), scopes: ['s3:readonly', 's3:admin'] });
  });
});

test('the gateway knows nothing of cdktf, the AWS SDK, constructs or provisioning', () => {
  const directory = join(root, 'gateway');
  const imports = new Set<string>();
  for (const entry of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    if (!entry.endsWith('.ts')) continue;
    const text = readFileSync(join(directory, entry), 'utf8');
    for (const [, from = ''] of text.matchAll(/ from '([^']+)'/g)) {
      const outside = from.startsWith('.') && !join(directory, entry, '..', from).startsWith(directory);
      if (!from.startsWith('.') || outside) imports.add(from.startsWith('node:') ? 'node' : from);
    }
  }
  const known = ['aws4', 'lru-cache', 'node', 'oidc-provider', 'prom-client', 'selfsigned', 'sirv', 'yaml', 'zod'];
  expect([...imports].sort()).toEqual(['../../policies/index.js', ...known]);
});

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { dynamicConfigSchema, haproxyConfig, nginxConfig, staticConfigSchema } from '../../gateway/index.js';

export interface Running {
  readonly name: string;
  /** Answers a small request. */
  readonly small: string;
  /** Takes and gives 64 MiB. */
  readonly large: string;
  /** Peak resident memory in KiB so far. */
  readonly memory: () => number | undefined;
}

type Stops = (() => Promise<void>)[];

const bundle = fileURLToPath(new URL('../../dist/gateway/gateway.mjs', import.meta.url));

/** nginx for small requests, as it is faster than any proxy here; a Node process for bodies, as nginx answers before it has read them. */
export async function startUpstreams(directory: string, stops: Stops): Promise<Running> {
  const port = await freePort();
  const file = join(directory, 'upstream.conf');
  await writeFile(
    file,
    `daemon off; worker_processes 1; pid ${directory}/upstream.pid; error_log stderr crit;
events { worker_connections 1024; }
http { access_log off; keepalive_requests 100000000; ${temporary(directory, 'upstream')}
  server { listen 127.0.0.1:${port}; location / { return 200 "${'x'.repeat(1024)}"; } } }`,
  );
  start('nginx', ['-c', file], stops);
  const script = fileURLToPath(new URL('upstream.ts', import.meta.url));
  const child = start(process.execPath, ['--import', 'tsx', script], stops, 'pipe');
  let bodies = 0;
  for await (const line of createInterface({ input: child.stdout ?? process.stdin })) {
    bodies = Number(line);
    break;
  }
  await listening(port);
  return {
    name: 'no proxy',
    small: `http://127.0.0.1:${port}/b/k`,
    large: `http://127.0.0.1:${bodies}/b/k`,
    memory: () => undefined,
  };
}

/** Each proxy twice, as the two kinds of load have an upstream each. */
export async function startProxies(directory: string, upstreams: Running, stops: Stops): Promise<Running[]> {
  const running: Running[] = [];
  for (const name of ['reference gateway', 'haproxy', 'nginx'] as const) {
    const [small, large] = [await freePort(), await freePort()];
    const children: ChildProcess[] = [];
    for (const [upstream, port] of [
      [upstreams.small, small],
      [upstreams.large, large],
    ] as const) {
      children.push(await startProxy(name, directory, new URL(upstream).origin, port, stops));
      await listening(port);
    }
    const memory = () => Math.max(...children.map(({ pid }) => peakMemory(pid ?? 0)));
    running.push({ name, small: `http://127.0.0.1:${small}/b/k`, large: `http://127.0.0.1:${large}/b/k`, memory });
  }
  return running;
}

async function startProxy(
  name: 'reference gateway' | 'haproxy' | 'nginx',
  directory: string,
  upstream: string,
  port: number,
  stops: Stops,
): Promise<ChildProcess> {
  const settings = {
    listen_addr: `127.0.0.1:${port}`,
    tls_identity: { type: 'none' },
    s3: { upstream, virtual_hosts: ['s3.test'] },
  };
  const file = join(directory, `${name.replace(' ', '-')}-${port}`);
  if (name === 'reference gateway') {
    await writeFile(file, JSON.stringify(settings));
    return start(process.execPath, [bundle, '--config', file], stops);
  }
  const generate = name === 'haproxy' ? haproxyConfig : nginxConfig;
  const text = generate(staticConfigSchema.parse(settings), dynamicConfigSchema.parse({}));
  await writeFile(file, text.replaceAll('/tmp/cdktf-rustfs-nginx', `${file}-nginx`));
  return start(name, name === 'haproxy' ? ['-db', '-f', file] : ['-c', file], stops);
}

function start(command: string, args: readonly string[], stops: Stops, stdout: 'pipe' | 'ignore' = 'ignore') {
  const child = spawn(command, args, { stdio: ['ignore', stdout, 'ignore'] });
  stops.push(async () => {
    if (child.exitCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
  return child;
}

/** Of a process and its children, in KiB; nginx works in children. */
function peakMemory(pid: number): number {
  const status = (id: string | number) => readFileSync(`/proc/${id}/status`, 'utf8');
  const peak = (text: string) => Number(/VmHWM:\s+(\d+)/.exec(text)?.[1] ?? 0);
  const children = readdirSync('/proc').filter((id) => {
    try {
      return /^\d+$/.test(id) && Number(/PPid:\s+(\d+)/.exec(status(id))?.[1]) === pid;
    } catch {
      return false; // ended in the meantime
    }
  });
  return [pid, ...children].reduce<number>((sum, id) => sum + peak(status(id)), 0);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (
      await fetch(`http://127.0.0.1:${port}/`).then(
        () => true,
        () => false,
      )
    )
      return;
    await sleep(50);
  }
  throw new Error(`nothing listens on port ${port}`);
}

function temporary(directory: string, name: string): string {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return kinds.map((kind) => `${kind}_temp_path ${directory}/${name}-${kind};`).join(' ');
}

// `npm run bench`: whole-process times of the CLI against the emulator (not RustFS) with 25 ms added to every request.
// Prints what it measured beside the budget; exits 1 when a budget is exceeded.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { Access, accessPolicy, evaluate } from '../policies/index.js';
import { manifestOf } from './manifest.js';
import { prover } from './prover.js';
import { median, type Row, seconds } from './statistics.js';

const COMPONENTS = 100;
const LATENCY_MS = 25;
const REPEATS = 5;
const bin = fileURLToPath(new URL('../bin/cdktf-rustfs.js', import.meta.url));
const root = {
  RUSTFS_ACCESS_KEY: `root${randomBytes(8).toString('hex')}`,
  RUSTFS_SECRET_KEY: randomBytes(20).toString('hex'),
};

async function startEmulator(): Promise<{ readonly endpoint: string; readonly child: ChildProcess }> {
  const child = spawn(process.execPath, [bin, 'emulator', '--port', '0', '--latency', String(LATENCY_MS)], {
    env: { ...process.env, ...root },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const endpoint = /listening on (\S+)/.exec(line)?.[1];
    if (endpoint) return { endpoint, child };
  }
  throw new Error('the emulator ended before it listened');
}

function evaluations(): Row {
  const principal = {
    kind: 'user' as const,
    accessKey: 'app-svc',
    policies: [{ name: 'app-storage', document: accessPolicy(Access.readWrite(), ['app-data']) }],
  };
  const request = { action: 's3:GetObject', bucket: 'app-data', key: 'a' };
  const count = 2_000_000;
  const start = performance.now();
  for (let run = 0; run < count; run++) evaluate(principal, request);
  const microseconds = ((performance.now() - start) * 1000) / count;
  return { what: 'policy evaluation (1 µs is 1 million/s)', measured: microseconds, budget: 1, unit: 'µs' };
}

async function cliStart(): Promise<Row> {
  const node: number[] = [];
  const cli: number[] = [];
  for (let run = 0; run < 2 * REPEATS; run++) {
    node.push(await seconds(() => execa(process.execPath, ['-e', '0'])));
    cli.push(await seconds(() => execa(process.execPath, [bin, '--version'])));
  }
  return {
    what: 'CLI start (--version) beyond node -e 0',
    measured: median(cli) - median(node),
    budget: 0.2,
    unit: 's',
  };
}

async function provisioning(directory: string): Promise<Row[]> {
  const { endpoint, child } = await startEmulator();
  try {
    const manifest = join(directory, 'manifest.json');
    await writeFile(manifest, manifestOf(COMPONENTS, endpoint));
    const run = (command: string, ...extra: string[]) =>
      execa(
        process.execPath,
        [bin, command, '--manifest', manifest, '--secrets', join(directory, 'secrets'), '--json', ...extra],
        { env: root, reject: false, cwd: directory },
      );
    let output = '';
    const step = async (command: string, expected: number, ...extra: string[]) => {
      const result = await run(command, ...extra);
      if (result.exitCode !== expected) throw new Error(`${command} exited with ${result.exitCode}: ${result.stderr}`);
      output = result.stdout;
    };
    const apply = await seconds(() => step('apply', 0, '--yes', '--verify', '--reports', join(directory, 'reports')));
    const verify = await seconds(() => step('verify', 0));
    const { probes } = JSON.parse(output) as { probes: { total: number; contradictions: number } };
    const plans: number[] = [];
    for (let repeat = 0; repeat < REPEATS; repeat++) plans.push(await seconds(() => step('plan', 0)));
    const { requests } = JSON.parse(output) as { requests: number };
    console.log(
      `${COMPONENTS} components, ${LATENCY_MS} ms per request, ${probes.total} probes, ${probes.contradictions} contradictions`,
    );
    return [
      { what: 'apply --verify', measured: apply, budget: 3, unit: 's' },
      { what: 'verify alone', measured: verify, budget: 3, unit: 's' },
      { what: `no-op plan (median of ${REPEATS})`, measured: median(plans), budget: 0.5, unit: 's' },
      { what: 'requests of the no-op plan', measured: requests, budget: 12, unit: '' },
    ];
  } finally {
    child.kill('SIGTERM');
  }
}

const directory = await mkdtemp(join(tmpdir(), 'cdktf-rustfs-bench-'));
try {
  const rows = [...(await provisioning(directory)), await cliStart(), evaluations(), ...prover()];
  for (const { what, measured, budget, unit } of rows) {
    const value = unit === '' ? String(measured) : `${measured.toFixed(2)} ${unit}`;
    console.log(
      `${measured <= budget ? 'ok  ' : 'OVER'} ${what.padEnd(42)} ${value.padStart(9)}   budget ${budget} ${unit}`,
    );
  }
  if (rows.some(({ measured, budget }) => measured > budget)) process.exitCode = 1;
} finally {
  await rm(directory, { recursive: true, force: true });
}

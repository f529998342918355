import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { isProtectedPath } from '../../gateway/http/protected-path.js';
import { LOGIN_PATHS } from './admin-tricks.js';
import { bearerSettings, emulator, gateway, OWN_HOST, raw, request, S3_HOST } from './fixture.js';
import { fuzz } from './fuzz.js';

/** `npm run fuzz:gateway` sets 100,000; the suite sends a part of it. */
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 10_000);
const SEED = Number(process.env.FUZZ_SEED ?? 20_260_101);
const ROUNDS = 5;
/** What the heap may grow by between rounds: caches fill, the JIT compiles. A leak of one request each would be far more. */
const FLAT_BYTES = 16 * 1024 * 1024;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function heapAtRest(): Promise<number> {
  for (let pass = 0; pass < 3; pass++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return process.memoryUsage().heapUsed;
}

test(`${REQUESTS} malformed requests (seed ${SEED})`, { timeout: 600_000 }, async () => {
  const upstream = await emulator();
  const { token, settings } = await bearerSettings(['s3:readwrite'], {
    rateLimits: { max_connections_per_ip: 1000, max_auth_attempts: 1_000_000 },
  });
  const limits = { header_timeout_secs: 1, idle_timeout_secs: 1 };
  const s3 = { ...(settings.s3 as object), oidc_login: true };
  const running = await gateway(upstream.endpoint, { ...settings, s3, limits });
  const crashes: unknown[] = [];
  const crashed = (reason: unknown) => crashes.push(reason);
  process.on('uncaughtException', crashed).on('unhandledRejection', crashed);

  const heaps: number[] = [];
  const statuses = new Map<number, number>();
  let reached = 0;
  let logins = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const options = {
      port: running.port,
      requests: REQUESTS / ROUNDS,
      seed: SEED + round,
      hosts: [S3_HOST, OWN_HOST],
      token,
    };
    for (const [status, count] of await fuzz(options)) statuses.set(status, (statuses.get(status) ?? 0) + count);
    // `/health/ready` is asked by the gateway itself, for /s3/health.
    const passed = upstream.seen.filter(({ path }) => path !== '/health/ready');
    reached += passed.length;
    logins += passed.filter(({ path }) => LOGIN_PATHS.includes(path)).length;
    const internal = passed
      .filter(({ method, path }) => isProtectedPath(path) && !(method === 'GET' && LOGIN_PATHS.includes(path)))
      .map(({ method, path }) => `${method} ${path}`);
    expect(internal).toEqual([]);
    const defects = running.lines.filter(({ type }) => type === 'error');
    expect(defects).toEqual([]);
    upstream.seen.length = 0; // these two records are the test's memory, not the gateway's
    running.lines.length = 0;
    heaps.push(await heapAtRest());
  }
  process.off('uncaughtException', crashed).off('unhandledRejection', crashed);

  expect(crashes).toEqual([]);
  const total = [...statuses.values()].reduce((sum, count) => sum + count, 0);
  expect(total).toBeGreaterThanOrEqual(REQUESTS);
  console.info(
    `${total} requests, ${reached} of them passed on; answers: ${[...statuses]
      .sort(([a], [b]) => a - b)
      .map(([status, count]) => `${status || 'none'} ${count}`)
      .join(', ')}; heap after each round: ${heaps.map((heap) => `${(heap / 1024 / 1024).toFixed(1)} MiB`).join(', ')}`,
  );
  expect(reached).toBeGreaterThan(logins);
  expect(logins).toBeGreaterThan(0);
  const [first = 0, ...later] = heaps;
  expect(Math.max(...later) - first).toBeLessThan(FLAT_BYTES);
  expect((await raw(running.port, request('/healthz', OWN_HOST))).status).toBe(200);
  expect((await raw(running.port, request('/s3/', OWN_HOST, 'GET', [`Authorization: Bearer ${token}`]))).status).toBe(
    200,
  );
});

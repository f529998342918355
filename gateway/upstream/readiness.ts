import type { UpstreamPool } from './pool.js';

const CACHE_MS = 1000;
const TIMEOUT_MS = 3000;

/** Asks RustFS whether it is ready; many who ask at a time are one request, and an answer holds for a second. */
export function upstreamReadiness(
  pool: UpstreamPool,
  now: () => number = () => performance.now(),
): () => Promise<boolean> {
  let last: { readonly at: number; readonly ready: Promise<boolean> } | undefined;
  return () => {
    if (last === undefined || now() - last.at > CACHE_MS) last = { at: now(), ready: ask(pool) };
    return last.ready;
  };
}

function ask(pool: UpstreamPool): Promise<boolean> {
  return new Promise((resolve) => {
    const request = pool.open('GET', '/health/ready', ['Host', pool.origin.host]);
    const timer = setTimeout(() => request.destroy(), TIMEOUT_MS);
    request.on('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    request.on('error', () => resolve(false));
    request.once('close', () => {
      clearTimeout(timer);
      resolve(false);
    });
    request.end();
  });
}

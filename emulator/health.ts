import type { EmulatorContext, EmulatorRequest, EmulatorResponse } from './context.js';

const LIVENESS = new Set(['/health', '/health/live']);
const READINESS = new Set(['/health/ready']);
const MINIO = new Set([
  '/minio/health/live',
  '/minio/health/ready',
  '/minio/health/cluster',
  '/minio/health/cluster/read',
]);

const connected = { status: 'connected', ready: true };

function readiness({ readinessQuorums }: EmulatorContext['profile']['health']) {
  if (!readinessQuorums) return { storage: connected, iam: connected, lock: connected };
  return {
    storage: {
      ...connected,
      readinessScope: 'read_quorum',
      source: 'local_runtime',
      readQuorum: true,
      writeQuorum: true,
      unavailableDrives: [],
    },
    iam: connected,
    lock: connected,
    poolMetadata: { ready: true, status: 'writable' },
  };
}

/** Health endpoints, which nobody signs (recorded: 01-surface). `undefined` for every other path. */
export function handleHealth(
  { profile }: EmulatorContext,
  { method, path, time }: EmulatorRequest,
): EmulatorResponse | undefined {
  const { health } = profile;
  const minio = health.minioPaths && MINIO.has(path);
  if ((method !== 'GET' && method !== 'HEAD') || !(LIVENESS.has(path) || READINESS.has(path) || minio))
    return undefined;
  const detailed = READINESS.has(path) || (LIVENESS.has(path) && health.livenessDetails);
  const state = {
    status: 'ok',
    service: 'rustfs-endpoint',
    timestamp: time.toISOString(),
    version: profile.version,
    ...(detailed ? { ready: true, details: readiness(health), degradedReasons: [] } : {}),
  };
  const headers = { 'content-type': 'application/json' };
  return method === 'HEAD' ? { status: 200, headers } : { status: 200, headers, body: JSON.stringify(state) };
}

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

const disconnected = { status: 'disconnected', ready: false };

/** Identities that are not loaded withdraw storage too where quorums are told (observed on a running 1.0.1). */
function readiness({ readinessQuorums }: EmulatorContext['profile']['health'], ready: boolean) {
  const iam = ready ? connected : disconnected;
  if (!readinessQuorums) return { storage: connected, iam, lock: connected };
  return {
    storage: {
      ...iam,
      readinessScope: 'read_quorum',
      source: 'local_runtime',
      readQuorum: ready,
      writeQuorum: ready,
      unavailableDrives: [],
    },
    iam,
    lock: connected,
    poolMetadata: ready ? { ready, status: 'writable' } : { ready, status: 'unavailable' },
  };
}

function degradedReasons({ readinessQuorums }: EmulatorContext['profile']['health']): readonly string[] {
  return readinessQuorums ? ['storage_and_iam_unavailable', 'startup_finalization_pending'] : ['iam_not_ready'];
}

/** Health endpoints, which nobody signs (recorded: 01-surface). `undefined` for every other path. */
export function handleHealth(
  { profile, unreadablePolicies }: EmulatorContext,
  { method, path, time }: EmulatorRequest,
): EmulatorResponse | undefined {
  const { health } = profile;
  const minio = health.minioPaths && MINIO.has(path);
  if ((method !== 'GET' && method !== 'HEAD') || !(LIVENESS.has(path) || READINESS.has(path) || minio))
    return undefined;
  const ready = unreadablePolicies.length === 0;
  const live = LIVENESS.has(path) || path === '/minio/health/live';
  const detailed = READINESS.has(path) || (LIVENESS.has(path) && health.livenessDetails);
  const state = {
    status: ready || (live && !health.livenessDetails) ? 'ok' : 'degraded',
    service: 'rustfs-endpoint',
    timestamp: time.toISOString(),
    version: profile.version,
    ...(detailed
      ? { ready, details: readiness(health, ready), degradedReasons: ready ? [] : degradedReasons(health) }
      : {}),
  };
  const status = ready || live ? 200 : 503;
  const headers = { 'content-type': 'application/json' };
  return method === 'HEAD' ? { status, headers } : { status, headers, body: JSON.stringify(state) };
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Credentials } from '../../provisioning/wire.js';
import type { FleetGateway, FleetManifest } from '../manifest/index.js';
import { type FleetDriver, FleetOperationError } from './driver.js';
import { gateGateway, notReady } from './gate.js';
import type { Journal, OperationState } from './journal.js';

export interface RestartOptions {
  readonly manifest: FleetManifest;
  readonly driver: FleetDriver;
  readonly admin: Credentials;
  readonly journal: Journal;
  /** Fingerprint of the rendered configuration. */
  readonly fingerprint: string;
  readonly operation?: OperationState['operation'];
  /** For one gateway to become ready. @default 60000 */
  readonly readyTimeoutMs?: number;
  /** For requests under way at the balancer; then the gateway is stopped all the same. @default 60000 */
  readonly drainTimeoutMs?: number;
  readonly onStep?: (gateway: string, step: RestartStep) => void;
  readonly signal?: AbortSignal;
}

export type RestartStep = 'restored' | 'skipped' | 'drained' | 'drain timed out' | 'stopped' | 'ready';

const DEFAULT_TIMEOUT_MS = 60_000;
const POLL_MS = 100;
/** A reload takes a moment until old workers say that they are shutting down: 1.2 s lost no request (recorded: restart.drained). */
const SETTLE_MS = 1200;
const NONE: ReadonlySet<string> = new Set();

/**
 * Restarts the gateways one after the other: out of the balancer, requests under way finished, stopped, started, proven closed
 * and complete, back into the balancer. Run again after an interruption it first restores what it finds drained or stopped,
 * and then goes on with the gateways that are not done.
 *
 * @throws FleetOperationError if a gateway is not ready; the rest of the fleet serves on
 */
export async function rollingRestart(options: RestartOptions): Promise<void> {
  const { manifest, driver, journal, fingerprint, operation = 'restart', onStep, signal } = options;
  const { gateways } = manifest;
  if (gateways.length < 2) {
    throw new FleetOperationError(
      `fleet ${manifest.fleet} has one gateway: a restart would fail every request meanwhile; declare at least two`,
    );
  }
  const before = await journal.read();
  const done = new Set(before?.fingerprint === fingerprint ? before.done : []);
  const save = () => journal.write({ operation, fingerprint, done: [...done] });
  await save();
  for (const name of await restore(options)) done.add(name);
  await save();
  for (const gateway of gateways) {
    if (signal?.aborted) await driver.configureBalancer(NONE);
    signal?.throwIfAborted();
    if (done.has(gateway.name)) {
      onStep?.(gateway.name, 'skipped');
      continue;
    }
    await restartOne(options, gateway);
    done.add(gateway.name);
    await save();
  }
  await driver.configureBalancer(NONE);
  await journal.clear();
}

/** Every gateway runs, is ready and in the balancer: only then may one be taken out. */
async function restore({ manifest, driver, admin, readyTimeoutMs, onStep }: RestartOptions): Promise<string[]> {
  const restarted: string[] = [];
  for (const gateway of manifest.gateways) {
    if ((await notReady(gateway, admin)) === undefined) continue;
    await driver.configureBalancer(new Set([gateway.name]));
    await driver.stop(gateway);
    await driver.start(gateway);
    await gateGateway(gateway, admin, readyTimeoutMs ?? DEFAULT_TIMEOUT_MS);
    restarted.push(gateway.name);
    onStep?.(gateway.name, 'restored');
  }
  await driver.configureBalancer(NONE);
  return restarted;
}

/** It comes back into the balancer with the next configuration, which takes the next one out: half as many reloads. */
async function restartOne(options: RestartOptions, gateway: FleetGateway): Promise<void> {
  const { driver, admin, onStep } = options;
  await driver.configureBalancer(new Set([gateway.name]));
  onStep?.(gateway.name, (await drain(options)) ? 'drained' : 'drain timed out');
  await driver.stop(gateway);
  onStep?.(gateway.name, 'stopped');
  await driver.start(gateway);
  await gateGateway(gateway, admin, options.readyTimeoutMs ?? DEFAULT_TIMEOUT_MS);
  onStep?.(gateway.name, 'ready');
}

async function drain({ driver, drainTimeoutMs = DEFAULT_TIMEOUT_MS }: RestartOptions): Promise<boolean> {
  const deadline = performance.now() + drainTimeoutMs;
  await sleep(SETTLE_MS);
  while (!(await driver.hasDrained())) {
    if (performance.now() >= deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}

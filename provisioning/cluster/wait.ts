import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterFile } from '../../manifest/cluster.js';
import { ProvisioningError } from '../errors.js';

export interface WaitProps {
  readonly cluster: ClusterFile;
  /** Gate of a rolling upgrade: only this node, and only while another one serves. @default - all nodes */
  readonly node?: string | undefined;
  readonly timeoutMs: number;
  /** @default 2000 */
  readonly intervalMs?: number;
  readonly onWait?: (line: string) => void;
}

type Node = ClusterFile['nodes'][number];

const PROBE_TIMEOUT_MS = 5000;

/** What is wrong with a node; undefined if it is ready. */
async function problemOf({ endpoint }: Node): Promise<string | undefined> {
  try {
    const response = await fetch(`${endpoint}/health/ready`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    await response.body?.cancel();
    return response.ok ? undefined : `HTTP ${response.status}`;
  } catch (error) {
    const { cause, name } = error as Error & { cause?: { code?: string } };
    return cause?.code ?? name;
  }
}

async function notReady(nodes: readonly Node[]): Promise<readonly string[]> {
  const problems = await Promise.all(nodes.map(async (node) => ({ node, problem: await problemOf(node) })));
  return problems.flatMap(({ node, problem }) =>
    problem === undefined ? [] : [`${node.name} (${node.endpoint}): ${problem}`],
  );
}

/**
 * Waits until nodes answer `/health/ready` with 200.
 *
 * @returns what happened, in one line
 * @throws {ProvisioningError} after the timeout, with what each node answered last, or for an unknown node
 */
export async function waitForCluster(props: WaitProps): Promise<string> {
  const { cluster, node, timeoutMs, intervalMs = 2000, onWait } = props;
  const waited = node === undefined ? cluster.nodes : cluster.nodes.filter(({ name }) => name === node);
  if (waited.length === 0) {
    throw new ProvisioningError(
      `cluster ${cluster.cluster} has no node ${node}: expected one of ${cluster.nodes.map(({ name }) => name).join(', ')}`,
    );
  }
  if (node !== undefined) {
    const others = cluster.nodes.filter(({ name }) => name !== node);
    // Nodes become ready together at the first start: waiting for one before the next is started would never end.
    if ((await notReady(others)).length === others.length)
      return `no other node is ready: nothing to protect, going on without ${node}`;
  }
  const deadline = Date.now() + timeoutMs;
  let shown = '';
  for (;;) {
    const problems = await notReady(waited);
    if (problems.length === 0) return node === undefined ? `all ${waited.length} nodes are ready` : `${node} is ready`;
    const line = problems.join(', ');
    if (Date.now() >= deadline) {
      throw new ProvisioningError(
        `not ready after ${Math.round(timeoutMs / 1000)} s: ${line}; look at the logs of these nodes, and run this again`,
      );
    }
    if (line !== shown) onWait?.(`waiting for ${line}`);
    shown = line;
    await sleep(Math.min(intervalMs, Math.max(0, deadline - Date.now())));
  }
}

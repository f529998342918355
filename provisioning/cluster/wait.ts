import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterFile } from '../../manifest/cluster.js';
import { jsonOf } from '../client/response.js';
import { ProvisioningError, RustFsError } from '../errors.js';
import { type Credentials, createWire } from '../wire.js';

export interface WaitProps {
  readonly cluster: ClusterFile;
  /** Gate of a rolling upgrade: only this node, and only while another one serves. @default - all nodes */
  readonly node?: string | undefined;
  readonly root: Credentials;
  readonly timeoutMs: number;
  /**
   * How long a node stays ready before its gate opens. RustFS 1.0.1 looks for a returned drive every 15 s and takes it back after three
   * probes (source: RUSTFS_DRIVE_ACTIVE_CHECK_INTERVAL_SECS, RUSTFS_DRIVE_RETURNING_SUCCESS_THRESHOLD); until then its peers read without
   * it, whatever they report.
   * @default 60000
   */
  readonly settleMs?: number;
  /** @default 2000 */
  readonly intervalMs?: number;
  readonly onWait?: (line: string) => void;
}

type Node = ClusterFile['nodes'][number];

const PROBE_TIMEOUT_MS = 5000;
const SERVER_INFO = { method: 'GET', path: '/rustfs/admin/v3/info' } as const;

/** What is wrong with a node; undefined if it is ready. */
async function readiness({ endpoint }: Node): Promise<string | undefined> {
  try {
    const response = await fetch(`${endpoint}/health/ready`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    await response.body?.cancel();
    return response.ok ? undefined : `HTTP ${response.status}`;
  } catch (error) {
    const { cause, name } = error as Error & { cause?: { code?: string } };
    return cause?.code ?? name;
  }
}

/** What a node lacks of the cluster; undefined if it reaches every drive. Its own readiness says nothing of that. */
async function reachesAllDrives({ endpoint }: Node, drives: number, root: Credentials): Promise<string | undefined> {
  const wire = createWire({ endpoint });
  try {
    const response = await wire.send(SERVER_INFO, root, { retry: false, timeoutMs: PROBE_TIMEOUT_MS });
    if (response.status >= 500 && response.status !== 501) return `HTTP ${response.status}`;
    const { info } = jsonOf<{ readonly info: { readonly backend: { readonly onlineDisks: number } } }>(
      SERVER_INFO,
      response,
    );
    return info.backend.onlineDisks >= drives ? undefined : `reaches ${info.backend.onlineDisks} of ${drives} drives`;
  } catch (error) {
    // A refusal will be one the next time too; an answer that did not come may come.
    if (error instanceof RustFsError && error.status > 0) throw error;
    return (error as Error).message;
  } finally {
    wire.close();
  }
}

async function problemsOf(
  nodes: readonly Node[],
  check: (node: Node) => Promise<string | undefined>,
): Promise<readonly string[]> {
  const problems = await Promise.all(nodes.map(async (node) => ({ node, problem: await check(node) })));
  return problems.flatMap(({ node, problem }) =>
    problem === undefined ? [] : [`${node.name} (${node.endpoint}): ${problem}`],
  );
}

/** Until these nodes are ready, and every node reaches every drive. */
async function untilReady(nodes: readonly Node[], { cluster, root, timeoutMs, intervalMs = 2000, onWait }: WaitProps) {
  const deadline = Date.now() + timeoutMs;
  let shown = '';
  for (;;) {
    const notReady = await problemsOf(nodes, readiness);
    const reaches = (node: Node) => reachesAllDrives(node, cluster.drives, root);
    const problems = notReady.length > 0 ? notReady : await problemsOf(cluster.nodes, reaches);
    if (problems.length === 0) return;
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

/**
 * Waits until nodes answer `/health/ready` with 200, and then until every node reaches every drive. A single node is looked at again
 * after a while, because its peers still read without its drives when they already report them (seen on RustFS 1.0.1).
 *
 * @returns what happened, in one line
 * @throws {ProvisioningError} after the timeout, with what each node answered last, or for an unknown node
 */
export async function waitForCluster(props: WaitProps): Promise<string> {
  const { cluster, node, settleMs = 60_000, onWait } = props;
  const { cluster: name, drives, nodes } = cluster;
  if (node === undefined) {
    await untilReady(nodes, props);
    return `all ${nodes.length} nodes are ready, and reach all ${drives} drives`;
  }
  const own = nodes.filter((one) => one.name === node);
  if (own.length === 0) {
    throw new ProvisioningError(
      `cluster ${name} has no node ${node}: expected one of ${nodes.map((one) => one.name).join(', ')}`,
    );
  }
  const others = nodes.filter((one) => one.name !== node);
  // Nodes become ready together at the first start: waiting for one before the next is started would never end.
  if ((await problemsOf(others, readiness)).length === others.length)
    return `no other node is ready: nothing to protect, going on without ${node}`;
  await untilReady(own, props);
  onWait?.(`${node} is ready; ${Math.round(settleMs / 1000)} s for its peers to use its drives again`);
  await sleep(settleMs);
  await untilReady(own, props);
  return `${node} is ready, and every node reaches all ${drives} drives`;
}

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { ClusterFile } from '../../../manifest/cluster.js';
import { ProvisioningError, waitForCluster } from '../../../provisioning/index.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A node that answers `/health/ready` with these codes, one after the other, and then with the last. */
async function node(...codes: readonly number[]): Promise<string> {
  let at = 0;
  const server = createServer((request, response) => {
    const code = request.url === '/health/ready' ? (codes[Math.min(at++, codes.length - 1)] as number) : 404;
    response.writeHead(code).end();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An address at which nothing listens. */
async function away(): Promise<string> {
  const endpoint = await node(200);
  await new Promise((resolve) => servers.pop()?.close(resolve));
  return endpoint;
}

const cluster = (...endpoints: readonly string[]): ClusterFile => ({
  version: 1,
  cluster: 'test',
  volumes: 'http://node{1...2}:9000/data',
  nodes: endpoints.map((endpoint, index) => ({ name: `node${index + 1}`, endpoint })),
  secrets: [{ name: 'access-key', file: 'access-key' }],
  engine: { type: 'swarm', service: 'test-node1', secretsFile: 'ids.json' },
});

const FOREVER = { timeoutMs: 60_000, intervalMs: 1 };

test('waits until the last node is ready, and says for whom', async () => {
  const slow = await node(503, 503, 200);
  const lines: string[] = [];
  const outcome = await waitForCluster({
    cluster: cluster(await node(200), slow),
    ...FOREVER,
    onWait: (line) => lines.push(line),
  });
  expect([outcome, lines]).toEqual(['all 2 nodes are ready', [`waiting for node2 (${slow}): HTTP 503`]]);
});

test('gives up with what each node answered last', async () => {
  const [broken, gone] = [await node(503), await away()];
  await expect(waitForCluster({ cluster: cluster(broken, gone), timeoutMs: 0, intervalMs: 1 })).rejects.toThrow(
    new ProvisioningError(
      `not ready after 0 s: node1 (${broken}): HTTP 503, node2 (${gone}): ECONNREFUSED; look at the logs of these nodes, and run this again`,
    ),
  );
});

describe('the gate of one node', () => {
  test('waits for it while another one serves', async () => {
    const replaced = await node(503, 200);
    expect(await waitForCluster({ cluster: cluster(replaced, await node(200)), node: 'node1', ...FOREVER })).toBe(
      'node1 is ready',
    );
  });

  test('does not wait for other nodes', async () => {
    const endpoints = [await node(200), await node(200), await away()];
    expect(await waitForCluster({ cluster: cluster(...endpoints), node: 'node1', ...FOREVER })).toBe('node1 is ready');
  });

  test('lets the first start pass: no node is ready before the last one is there', async () => {
    expect(
      await waitForCluster({
        cluster: cluster(await node(503), await node(503), await away()),
        node: 'node1',
        ...FOREVER,
      }),
    ).toBe('no other node is ready: nothing to protect, going on without node1');
  });

  test('knows its nodes', async () => {
    await expect(
      waitForCluster({ cluster: cluster(await away(), await away()), node: 'node3', ...FOREVER }),
    ).rejects.toThrow(new ProvisioningError('cluster test has no node node3: expected one of node1, node2'));
  });
});

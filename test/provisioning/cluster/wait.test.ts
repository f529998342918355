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
  return listening(codes, [2]);
}

/** As {@link node}; `info` tells how many drives it reaches, one after the other, and then the last. */
async function listening(codes: readonly number[], drives: readonly number[]): Promise<string> {
  const next = (values: readonly number[], at: number) => values[Math.min(at, values.length - 1)] as number;
  let [health, info] = [0, 0];
  const server = createServer((request, response) => {
    if (request.url === '/health/ready') response.writeHead(next(codes, health++)).end();
    else if (request.url !== '/rustfs/admin/v3/info') response.writeHead(404).end();
    else if (!/Credential=root\//.test(request.headers.authorization ?? '')) response.writeHead(403).end();
    else response.end(JSON.stringify({ info: { backend: { onlineDisks: next(drives, info++) } } }));
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
  drives: 2,
  secrets: [{ name: 'access-key', file: 'access-key' }],
  engine: { type: 'swarm', services: ['test-node1', 'test-node2'], secretsFile: 'ids.json' },
});

const ROOT = { accessKeyId: 'root', secretAccessKey: 'root-secret' };
const FOREVER = { root: ROOT, timeoutMs: 60_000, intervalMs: 1, settleMs: 1 };

test('waits until the last node is ready, and says for whom', async () => {
  const slow = await node(503, 503, 200);
  const lines: string[] = [];
  const outcome = await waitForCluster({
    cluster: cluster(await node(200), slow),
    ...FOREVER,
    onWait: (line) => lines.push(line),
  });
  expect([outcome, lines]).toEqual([
    'all 2 nodes are ready, and reach all 2 drives',
    [`waiting for node2 (${slow}): HTTP 503`],
  ]);
});

test('gives up with what each node answered last', async () => {
  const [broken, gone] = [await node(503), await away()];
  await expect(
    waitForCluster({ cluster: cluster(broken, gone), root: ROOT, timeoutMs: 0, intervalMs: 1 }),
  ).rejects.toThrow(
    new ProvisioningError(
      `not ready after 0 s: node1 (${broken}): HTTP 503, node2 (${gone}): ECONNREFUSED; look at the logs of these nodes, and run this again`,
    ),
  );
});

describe('the gate of one node', () => {
  test('waits for it while another one serves', async () => {
    const replaced = await node(503, 200);
    expect(await waitForCluster({ cluster: cluster(replaced, await node(200)), node: 'node1', ...FOREVER })).toBe(
      'node1 is ready, and every node reaches all 2 drives',
    );
  });

  test('waits until the others use its drives again', async () => {
    const peer = await listening([200], [1, 1, 2]);
    const lines: string[] = [];
    const outcome = await waitForCluster({
      cluster: cluster(await node(200), peer),
      node: 'node1',
      ...FOREVER,
      onWait: (line) => lines.push(line),
    });
    expect([outcome, lines]).toEqual([
      'node1 is ready, and every node reaches all 2 drives',
      [
        `waiting for node2 (${peer}): reaches 1 of 2 drives`,
        'node1 is ready; 0 s for its peers to use its drives again',
      ],
    ]);
  });

  test('looks again after a while, and goes on waiting for a node that went away again', async () => {
    const lines: string[] = [];
    const flapping = await node(200, 503, 200);
    const outcome = await waitForCluster({
      cluster: cluster(flapping, await node(200)),
      node: 'node1',
      ...FOREVER,
      onWait: (line) => lines.push(line),
    });
    expect([outcome, lines]).toEqual([
      'node1 is ready, and every node reaches all 2 drives',
      ['node1 is ready; 0 s for its peers to use its drives again', `waiting for node1 (${flapping}): HTTP 503`],
    ]);
  });

  test('ends at once when the root credentials are wrong', async () => {
    const wrong = { ...ROOT, accessKeyId: 'other' };
    await expect(
      waitForCluster({ cluster: cluster(await node(200), await node(200)), ...FOREVER, root: wrong }),
    ).rejects.toThrow('GET /rustfs/admin/v3/info failed: HTTP 403');
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

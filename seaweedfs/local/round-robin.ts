import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RoundRobin {
  readonly endpoint: string;
  close(): Promise<void>;
}

/**
 * A tiny balancer for where neither nginx nor HAProxy is installed: each request goes to the next gateway, and is not
 * repeated. It labels its answers, and is not what the construct deploys.
 */
export async function startRoundRobin(endpoints: readonly string[], port = 0): Promise<RoundRobin> {
  let next = 0;
  const server = createServer({ maxHeaderSize: 64 * 1024 }, (incoming, outgoing) => {
    const target = new URL(endpoints[next++ % endpoints.length] ?? '');
    const { method, url: path, headers } = incoming;
    const upstream = send({ host: target.hostname, port: target.port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, via: '1.1 cdktf-rustfs-round-robin' });
      answer.pipe(outgoing);
    });
    upstream.on('error', () => (outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(502).end()));
    incoming.pipe(upstream);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

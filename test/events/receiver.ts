import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** A webhook of the test's own: keeps what it got, and can be made to refuse, or to be away. */
export interface TestReceiver {
  readonly origin: string;
  readonly port: number;
  readonly received: Received[];
  /** Status of the answers to deliveries. */
  status: number;
  /** Deliveries only. */
  posts(): readonly Received[];
  close(): Promise<void>;
}

export async function startReceiver(port = 0): Promise<TestReceiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      received.push({ method, path: url, authorization: headers.authorization, body });
      response.writeHead(method === 'POST' ? receiver.status : 200).end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  const receiver: TestReceiver = {
    origin: `http://127.0.0.1:${bound}`,
    port: bound,
    received,
    status: 200,
    posts: () => received.filter(({ method }) => method === 'POST'),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}

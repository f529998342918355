import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEventStream } from '../../../provisioning/events/stream.js';

let server: Server;
let closed: Promise<void>;
beforeAll(async () => {
  server = createServer((_, response) => {
    closed = new Promise((resolve) => response.on('close', resolve));
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': welcome\n\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => server.closeAllConnections());

test('a closed stream ends its connection, also after a collection of garbage: nothing keeps the process from ending', async () => {
  const stream = await openEventStream(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, undefined);
  if (typeof stream === 'string') throw new Error(stream);
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 5; round++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  stream.close();
  await closed;
  expect(stream.events).toEqual([]);
});

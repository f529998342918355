// Takes uploads and gives downloads of 64 MiB: `upstream.ts` prints its port.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SIZE } from './load.js';

const CHUNK = Buffer.alloc(256 * 1024, 7);

const server = createServer((request, response) => {
  if (request.method === 'PUT') {
    request.resume().on('end', () => response.end());
    return;
  }
  response.writeHead(200, { 'content-length': SIZE });
  let left = SIZE;
  const pump = () => {
    while (left > 0) {
      left -= CHUNK.length;
      if (!response.write(CHUNK)) return;
    }
    response.end();
  };
  response.on('drain', pump);
  pump();
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));

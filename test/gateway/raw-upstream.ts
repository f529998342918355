import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterwards } from './fixture.js';

export interface RawUpstream {
  readonly url: string;
  /** Bytes of each connection so far. */
  readonly received: string[];
  readonly sockets: Socket[];
}

/** A server that shows what arrives, byte for byte. @param react called with each piece and all that came before it on the connection */
export async function rawUpstream(
  react: (socket: Socket, received: string, connection: number) => void,
): Promise<RawUpstream> {
  const received: string[] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    const connection = received.push('') - 1;
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      received[connection] += chunk.toString('latin1');
      react(socket, received[connection] ?? '', connection);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, sockets };
}

export const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** Answers every request whose head has come, without looking at bodies. */
export function answering(answer = OK): (socket: Socket, received: string) => void {
  return (socket, received) => {
    if (received.endsWith('\r\n\r\n')) socket.write(answer, 'latin1');
  };
}

import { createServer, type Server, type ServerOptions } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ListenAddress } from './config/address.js';
import { GatewayConfigError } from './config/error.js';
import type { StaticConfig } from './config/static.js';
import type { RequestHandler } from './router.js';
import type { KeyPair } from './tls/identity.js';

export interface ListenerOptions {
  readonly limits: StaticConfig['limits'];
  readonly keyPair: KeyPair | undefined;
  readonly handle: RequestHandler;
  readonly admit: (socket: Socket) => boolean;
  /** Hears of what is no HTTP, or came too slowly. */
  readonly malformed: (code: string, address: string) => void;
}

const TLS_HANDSHAKE_MS = 10_000;
/** How often Node looks for heads that take too long. */
const CHECK_MS = 1000;

export function createListener({ limits, keyPair, handle, admit, malformed }: ListenerOptions): Server {
  const options: ServerOptions = {
    maxHeaderSize: limits.max_header_bytes,
    headersTimeout: limits.header_timeout_secs * 1000,
    requestTimeout: 0, // an upload may take hours; the transfer guard sees to it that it moves
    keepAliveTimeout: limits.keep_alive_timeout_secs * 1000,
    connectionsCheckingInterval: CHECK_MS,
    insecureHTTPParser: false,
    noDelay: true,
  };
  const server =
    keyPair === undefined
      ? createServer(options)
      : createSecureServer({
          ...options,
          ...keyPair,
          minVersion: 'TLSv1.2',
          ALPNProtocols: ['http/1.1'],
          handshakeTimeout: TLS_HANDSHAKE_MS,
        });
  server.maxConnections = limits.max_connections;
  server.maxHeadersCount = 0; // counted by the gateway, which refuses what Node would cut off
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => socket.destroy());
    admit(socket);
  });
  server.on('request', (request, response) => handle(request, response, false));
  server.on('checkContinue', (request, response) => handle(request, response, true));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    malformed(error.code ?? error.name, (socket as Socket).remoteAddress ?? '');
    answerMalformed(error.code, socket);
  });
  return server;
}

const STATUS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

function answerMalformed(code: string | undefined, socket: Duplex): void {
  // An answer may already be under way, and a second one must not follow: let out what was written, then close.
  const { _httpMessage: answering } = socket as Duplex & { _httpMessage?: { headersSent: boolean } };
  if (!socket.writable || code === 'ECONNRESET' || answering?.headersSent) {
    (socket as Socket).destroySoon();
    return;
  }
  socket.end(
    `HTTP/1.1 ${STATUS[code ?? ''] ?? '400 Bad Request'}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
    () => socket.destroy(),
  );
}

/** @throws GatewayConfigError if the address cannot be had */
export async function listen(server: Server, address: ListenAddress, setting: string): Promise<ListenAddress> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new GatewayConfigError(`${setting}: cannot listen on ${address.host} port ${address.port} (${cause.code})`),
      ),
    );
    server.listen(address.port, address.host, resolve);
  });
  const { address: host, port } = server.address() as AddressInfo;
  return { host, port };
}

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { GatewayCore, Route } from './core.js';
import { type ClientResolver, plainAddress } from './http/client-address.js';
import type { Exchange } from './http/exchange.js';
import { Refusal } from './http/refusal.js';
import { refuse } from './http/respond.js';
import { checkMessage } from './http/strict.js';
import { recordExchange } from './observe/access.js';

export type RequestHandler = (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean) => void;

/** Checks a request, finds its route and answers it. Whatever goes wrong ends in an answer, never in an exception. */
export function router(core: GatewayCore, routes: readonly Route[], clients: ClientResolver): RequestHandler {
  const { limits } = core.config;
  const strict = { maxHeaders: limits.max_headers, maxTargetBytes: limits.max_target_bytes };

  async function answer(exchange: Exchange): Promise<void> {
    try {
      Object.assign(exchange, checkMessage(exchange.request, strict));
      core.limiter.admitRequest(exchange.client);
      const route = routes.find((candidate) => candidate.matches(exchange));
      if (route === undefined) throw new Refusal(404, 'NoSuchKey', 'not found');
      exchange.record.route = route.name;
      await route.serve(exchange);
    } catch (error) {
      if (!(error instanceof Refusal)) core.log.write('error', { id: exchange.id, error: (error as Error).stack });
      refuse(exchange, error instanceof Refusal ? error : new Refusal(500, 'InternalError', 'the gateway failed'));
    }
  }

  return (request, response, expectsContinue) => {
    const { socket } = request;
    const peer = plainAddress(socket.remoteAddress ?? '');
    const client = clients.resolve(request, peer, (socket as TLSSocket).encrypted === true);
    const exchange: Exchange = {
      id: randomUUID(),
      request,
      response,
      method: request.method ?? '',
      // What stands here until the request was checked, for the log.
      target: unchecked(request.url ?? ''),
      host: { raw: request.headers.host ?? '', name: '' },
      client: client.address,
      protocol: client.protocol,
      expectsContinue,
      startedAt: performance.now(),
      record: { route: 'none', bytesIn: 0, bytesOut: 0 },
    };
    request.on('error', () => {}); // the transfer hears of it as the end of the connection
    response.on('error', () => {});
    if (core.draining()) response.shouldKeepAlive = false;
    recordExchange(exchange, core.log, core.metrics);
    answer(exchange).catch((error: Error) => {
      core.log.write('error', { id: exchange.id, error: error.stack });
      response.destroy();
    });
  };
}

function unchecked(url: string): Exchange['target'] {
  const [path = '', ...query] = url.split('?');
  return { raw: url, path, query: query.length === 0 ? undefined : query.join('?') };
}

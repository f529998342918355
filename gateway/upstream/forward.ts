import type { ClientRequest, IncomingMessage } from 'node:http';
import type { StaticConfig } from '../config/static.js';
import { type Exchange, hasBody, headerValues } from '../http/exchange.js';
import { downstreamHeaders } from '../http/headers.js';
import { isProtectedPath } from '../http/protected-path.js';
import { Refusal } from '../http/refusal.js';
import { endAnswer } from '../http/respond.js';
import { ConnectTimeout, type UpstreamPool } from './pool.js';
import { sendBody, tooLarge } from './send-body.js';
import { type Party, transferGuard } from './transfer-guard.js';

/** What goes to the upstream in the place of what came. */
export interface Outgoing {
  /** Path and query for the request line. */
  readonly target: string;
  readonly headers: string[];
  /** Let a path of RustFS' administration through. @default false */
  readonly administration?: boolean;
}

export interface Forwarder {
  /**
   * Passes a request on and its answer back, both streamed. Resolves when the answer has ended, also when the client went away.
   * @throws Refusal while nothing was answered yet: 502 upstream unreachable, 504 silent, 408 slow client, 413 body too large
   */
  forward(exchange: Exchange, outgoing: Outgoing): Promise<void>;
}

export interface ForwarderEvents {
  readonly retried: () => void;
}

export function forwarder(
  pool: UpstreamPool,
  { s3, limits }: Pick<StaticConfig, 's3' | 'limits'>,
  events: ForwarderEvents,
): Forwarder {
  return {
    async forward(exchange, outgoing) {
      const [path = ''] = outgoing.target.split('?');
      if (!outgoing.administration && isProtectedPath(path)) {
        throw new Refusal(403, 'AccessDenied', 'this path is not served to the outside');
      }
      refuseLargeBody(exchange, s3.max_body_bytes);
      for (let attempt = 0; ; attempt++) {
        const outcome = await send(exchange, outgoing, attempt === 0);
        if (outcome === 'answered') return;
        events.retried();
      }
    },
  };

  function send(exchange: Exchange, outgoing: Outgoing, mayRetry: boolean): Promise<'answered' | 'unsent'> {
    const { request, response, record } = exchange;
    const out = pool.open(exchange.method, outgoing.target, outgoing.headers);
    const withBody = hasBody(request);
    const startedAt = performance.now();
    let incoming: IncomingMessage | undefined;
    let refusal: Refusal | undefined;
    const waitingFor = (): Party => {
      if (incoming) return response.writableNeedDrain ? 'client' : 'upstream';
      return out.writableNeedDrain ? 'upstream' : 'client';
    };
    return new Promise((resolve, reject) => {
      const guard = transferGuard({
        windowMs: limits.idle_timeout_secs * 1000,
        minBytes: limits.min_bytes_per_sec * limits.idle_timeout_secs,
        responseMs: s3.response_timeout_secs * 1000,
        waitingFor,
        stalled: (party) => abort(party === 'client' ? slowClient() : silentUpstream()),
      });
      const abort = (reason: Refusal) => {
        refusal ??= reason;
        out.destroy(reason);
        incoming?.destroy();
      };
      const settle = (finish: () => void) => {
        guard.stop();
        stopBody();
        response.off('close', clientGone);
        finish();
      };
      const clientGone = () => {
        if (!response.writableFinished) {
          record.error ??= 'the client went away';
          out.destroy();
          incoming?.destroy();
        }
        settle(() => resolve('answered'));
      };
      response.once('close', clientGone);
      const stopBody = withBody
        ? sendBody(exchange, out, {
            ...(s3.max_body_bytes !== undefined && { maxBytes: s3.max_body_bytes }),
            moved: guard.moved,
            ended: guard.awaitResponse,
            abort,
          })
        : () => {};
      if (!withBody) {
        out.end();
        guard.awaitResponse();
      }

      const failed = (error: NodeJS.ErrnoException) => {
        if (incoming) return; // seen by the answer
        settle(() => {
          if (response.destroyed) return resolve('answered');
          if (mayRetry && isUnsent(out, error, exchange, withBody)) return resolve('unsent');
          record.error = error.message;
          reject(refusal ?? unreachable(error));
        });
      };
      out.on('error', failed);
      out.on('close', () => failed(new Error('the upstream gave no answer'))); // such as a switch of protocols
      out.on('response', (answer) => {
        incoming = answer;
        record.upstreamMs = performance.now() - startedAt;
        guard.receive();
        const unread = withBody && !request.complete;
        response.sendDate = false;
        response.writeHead(
          answer.statusCode ?? 502,
          sendable(answer.statusMessage),
          downstreamHeaders(answer.rawHeaders, exchange, unread),
        );
        answer.on('data', (chunk: Buffer) => {
          guard.moved(chunk.length);
          record.bytesOut += chunk.length;
          if (!response.write(chunk)) answer.pause();
        });
        response.on('drain', () => answer.resume());
        answer.on('end', () => {
          stopBody();
          endAnswer(request, response);
        });
        answer.on('error', (error) => {
          record.error ??= refusal?.message ?? `the upstream broke off: ${error.message}`;
          response.destroy(); // a shortened answer must not look like a whole one
        });
        answer.on('close', () => {
          if (unread) out.destroy();
        });
      });
    });
  }
}

/**
 * A connection that RustFS closed while it lay idle, found out only by sending. Nothing of an answer came; but RustFS may have
 * read the request, so only what changes nothing is sent again.
 */
function isUnsent(out: ClientRequest, error: NodeJS.ErrnoException, { method }: Exchange, withBody: boolean): boolean {
  const closed = error.code === 'ECONNRESET' || error.code === 'EPIPE';
  return out.reusedSocket && closed && !withBody && (method === 'GET' || method === 'HEAD');
}

function refuseLargeBody({ request }: Exchange, maxBytes: number | undefined): void {
  const length = Number(headerValues(request.rawHeaders, 'content-length')[0] ?? 0);
  if (maxBytes !== undefined && length > maxBytes) throw tooLarge(maxBytes);
}

/** A reason phrase that Node can write. */
function sendable(reason: string | undefined): string | undefined {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(reason ?? '') ? reason : undefined;
}

function slowClient(): Refusal {
  return new Refusal(408, 'RequestTimeout', 'the body of the request came too slowly');
}

function silentUpstream(): Refusal {
  return new Refusal(504, 'GatewayTimeout', 'the storage server did not answer in time');
}

function unreachable(error: Error): Refusal {
  const message =
    error instanceof ConnectTimeout ? 'no connection to the storage server' : 'the storage server cannot be reached';
  return new Refusal(502, 'BadGateway', message);
}

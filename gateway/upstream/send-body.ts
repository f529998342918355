import type { ClientRequest } from 'node:http';
import type { Exchange } from '../http/exchange.js';
import { Refusal } from '../http/refusal.js';

/** What an upstream that ignores `Expect` is given before the body is sent all the same; curl waits as long. */
const CONTINUE_WAIT_MS = 1000;

interface BodyOptions {
  readonly maxBytes?: number;
  readonly moved: (bytes: number) => void;
  readonly ended: () => void;
  readonly abort: (reason: Refusal) => void;
}

/** Streams the body of the request up. Returns what stops that. */
export function sendBody(
  { request, response, record, expectsContinue }: Exchange,
  out: ClientRequest,
  options: BodyOptions,
) {
  const data = (chunk: Buffer) => {
    options.moved(chunk.length);
    record.bytesIn += chunk.length;
    if (options.maxBytes !== undefined && record.bytesIn > options.maxBytes)
      return options.abort(tooLarge(options.maxBytes));
    if (!out.write(chunk)) request.pause();
  };
  const end = () => {
    out.end();
    options.ended();
  };
  const resume = () => request.resume();
  const broken = () => {
    if (!request.complete) out.destroy(); // half a body must never look whole
  };
  let started = false;
  const start = () => {
    if (started) return;
    started = true;
    request.on('data', data).once('end', end).once('close', broken);
    out.on('drain', resume);
  };
  let timer: NodeJS.Timeout | undefined;
  if (expectsContinue) {
    out.flushHeaders();
    out.once('continue', () => {
      if (!response.headersSent) response.writeContinue();
      start();
    });
    timer = setTimeout(start, CONTINUE_WAIT_MS);
  } else start();
  return () => {
    clearTimeout(timer);
    started = true;
    request.off('data', data).off('end', end).off('close', broken);
    out.off('drain', resume);
  };
}

export function tooLarge(maxBytes: number): Refusal {
  return new Refusal(413, 'EntityTooLarge', `a body may have ${maxBytes} bytes here`);
}

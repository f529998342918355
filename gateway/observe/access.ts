import { type Exchange, singleHeader } from '../http/exchange.js';
import type { Log } from './log.js';
import { clip, maskTarget, maskTokens } from './mask.js';
import type { Metrics } from './metrics.js';

/** Writes an exchange down once its answer has ended. */
export function recordExchange(exchange: Exchange, log: Log, metrics: Metrics): void {
  const { request, response, record } = exchange;
  response.once('close', () => {
    const durationMs = performance.now() - exchange.startedAt;
    const status = response.headersSent ? response.statusCode : 499; // 499: gone before there was an answer
    const agent = singleHeader(request, 'user-agent');
    metrics.answered(exchange, status, durationMs);
    log.write('access', {
      id: exchange.id,
      client: exchange.client,
      protocol: exchange.protocol,
      method: exchange.method,
      host: clip(exchange.host.raw),
      target: maskTarget(exchange.target.path, exchange.target.query),
      route: record.route,
      status,
      bytes_in: record.bytesIn,
      bytes_out: record.bytesOut,
      duration_ms: rounded(durationMs),
      ...(record.upstreamMs !== undefined && { upstream_ms: rounded(record.upstreamMs) }),
      ...(record.identity !== undefined && { identity: record.identity }),
      ...(agent !== undefined && { user_agent: maskTokens(clip(agent)) }),
      ...(record.error !== undefined && { error: record.error }),
    });
  });
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}

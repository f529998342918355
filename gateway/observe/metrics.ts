import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Exchange } from '../http/exchange.js';

/** Prometheus metrics of one gateway. Labels have few values: no path, no address, no key. */
export interface Metrics {
  answered(exchange: Exchange, status: number, durationMs: number): void;
  malformed(code: string): void;
  limited(limit: string): void;
  retried(): void;
  reloaded(what: string, ok: boolean): void;
  webhookEvent(outcome: 'stored' | 'repeated' | 'refused'): void;
  observeConnections(count: () => number): void;
  text(): Promise<string>;
  readonly contentType: string;
}

const DURATIONS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120];

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter({ name: `gateway_${name}`, help, labelNames, registers });
  const requests = counter('requests_total', 'Requests by route, method and status', ['route', 'method', 'status']);
  const bytes = counter('body_bytes_total', 'Bytes of bodies, in from clients and out to clients', ['direction']);
  const malformed = counter('malformed_total', 'Requests that are no HTTP, by parser code', ['code']);
  const limited = counter('limited_total', 'Requests and connections refused by a limit', ['limit']);
  const retries = counter('upstream_retries_total', 'Requests sent again because an idle connection was closed');
  const webhooks = counter('webhook_events_total', 'Webhook deliveries by outcome', ['outcome']);
  const durations = new Histogram({
    name: 'gateway_request_duration_seconds',
    help: 'Time from the head of a request to the end of its answer',
    labelNames: ['route'],
    buckets: DURATIONS,
    registers,
  });
  const reloads = new Gauge({
    name: 'gateway_reload_successful',
    help: '1 if the last reading of a configuration file succeeded, 0 if an older version is in force',
    labelNames: ['what'],
    registers,
  });
  return {
    answered({ record, method }, status, durationMs) {
      requests.inc({ route: record.route, method, status });
      durations.observe({ route: record.route }, durationMs / 1000);
      bytes.inc({ direction: 'in' }, record.bytesIn);
      bytes.inc({ direction: 'out' }, record.bytesOut);
    },
    malformed: (code) => malformed.inc({ code }),
    limited: (limit) => limited.inc({ limit }),
    retried: () => retries.inc(),
    reloaded: (what, ok) => reloads.set({ what }, ok ? 1 : 0),
    webhookEvent: (outcome) => webhooks.inc({ outcome }),
    observeConnections(count) {
      new Gauge({
        name: 'gateway_connections',
        help: 'Open connections of clients',
        registers,
        collect() {
          this.set(count());
        },
      });
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request target in origin form, exactly as it came. */
export interface Target {
  readonly raw: string;
  readonly path: string;
  /** Without the question mark; `undefined` if there is none. */
  readonly query: string | undefined;
}

/** The Host header. */
export interface Host {
  /** As it came: SigV4 signs it. */
  readonly raw: string;
  /** Lower case, without port and closing dot: for comparisons. */
  readonly name: string;
}

/** What becomes known of a request while it is answered; the access log and the metrics are made of it. */
export interface ExchangeRecord {
  route: string;
  /** Id of the alknet identity, once its token was accepted. */
  identity?: string;
  bytesIn: number;
  bytesOut: number;
  /** Milliseconds until the upstream's answer began. */
  upstreamMs?: number;
  error?: string;
}

/** One request that is being answered: what every route works on. */
export interface Exchange {
  readonly id: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  readonly target: Target;
  readonly host: Host;
  /** Address of the client, with trusted proxies left out. */
  readonly client: string;
  readonly protocol: 'http' | 'https';
  /** The client waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean;
  /** `performance.now()` at the start. */
  readonly startedAt: number;
  readonly record: ExchangeRecord;
}

/** Value of a header that may come once. `undefined` if it is absent or repeated. */
export function singleHeader({ rawHeaders }: IncomingMessage, name: string): string | undefined {
  const values = headerValues(rawHeaders, name);
  return values.length === 1 ? values[0] : undefined;
}

export function headerValues(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() === name) values.push(rawHeaders[at + 1] ?? '');
  }
  return values;
}

/** Has the request a body? Its framing says so, not its method. */
export function hasBody({ rawHeaders }: IncomingMessage): boolean {
  if (headerValues(rawHeaders, 'transfer-encoding').length > 0) return true;
  return headerValues(rawHeaders, 'content-length').some((value) => Number(value) > 0);
}

import { isIP } from 'node:net';
import { z } from 'zod';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** `host:port`; an IPv6 address stands in brackets. */
export const listenAddress = z.string().transform((text, context): ListenAddress => {
  const match = /^(?:\[(?<six>[0-9a-f:]+)\]|(?<host>[a-z0-9.-]+)):(?<port>\d{1,5})$/i.exec(text);
  const host = match?.groups?.six ?? match?.groups?.host ?? '';
  const port = Number(match?.groups?.port);
  if (match && port <= 65_535 && (match.groups?.six === undefined || isIP(host) === 6)) return { host, port };
  context.addIssue({ code: 'custom', message: `expected host:port such as 0.0.0.0:443, got ${JSON.stringify(text)}` });
  return z.NEVER;
});

export function formatAddress({ host, port }: ListenAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

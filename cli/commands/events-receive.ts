import type { AddressInfo } from 'node:net';
import { type AuditRecord, bareReceiver } from '../../gateway/webhook/bare-receiver.js';
import type { StorageEvent } from '../../gateway/webhook/project.js';
import { EXIT, UsageError } from '../exit-codes.js';
import { readInputFile } from '../input-file.js';

export interface EventsReceiveOptions {
  readonly port: number;
  readonly host: string;
  readonly tokenFile?: string;
  readonly json?: boolean;
}

function describe({ time, namespace, operation, bucket = '', key, principal }: StorageEvent | AuditRecord): string {
  const where = key === undefined ? bucket : `${bucket}/${key}`;
  return [time, namespace, operation, where, ...(principal ? [`by ${principal}`] : [])].join('  ');
}

/** `events receive`: a webhook on this machine that prints what RustFS sends, until SIGINT or SIGTERM. */
export async function eventsReceiveCommand({ port, host, tokenFile, json }: EventsReceiveOptions): Promise<number> {
  const token =
    tokenFile === undefined ? undefined : readInputFile(tokenFile, { wayOut: 'it holds the bearer token' }).trim();
  if (token === '') throw new UsageError(`${tokenFile} is empty: put the bearer token there`);
  const server = bareReceiver({
    ...(token === undefined ? {} : { token }),
    onEvent: (event) => console.log(json ? JSON.stringify(event) : describe(event)),
    onRefused: (reason) => console.error(`refused: ${reason}`),
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        cause.code === 'EADDRINUSE'
          ? new UsageError(`port ${port} of ${host} is in use: stop what listens there, or name another --port`)
          : cause,
      ),
    );
    server.listen(port, host, resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  // Not on stdout, where machines read events.
  console.error(
    `listening on http://${host}:${bound}${token === undefined ? ', without a token: everybody who reaches it may send and read' : ''}`,
  );
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
  return EXIT.ok;
}

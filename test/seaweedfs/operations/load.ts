/** Clients that send until they are told to stop, or a limit is reached. */
import { type Credentials, createWire } from '../../../provisioning/wire.js';

export interface Load {
  /** Ends the clients; what they met. */
  stop(): Promise<LoadResult>;
}

export interface LoadResult {
  readonly sent: number;
  /**
   * Kept connections that the balancer closed at a reload, so that the request was sent again. HTTP clients do that by
   * themselves (RFC 9112, 9.3.1; Go, Java, the AWS SDKs), Node leaves it to its caller.
   */
  readonly resets: number;
  /** What went wrong, such as `PUT 502`. */
  readonly failed: readonly string[];
}

export const CLIENTS = 8;
const MOST_REQUESTS = 200_000;
const BODY = Buffer.alloc(64 * 1024, 'x');

/** GET, PUT, LIST and STS in turn. */
export function startLoad(endpoint: string, credentials: Credentials, bucket: string): Load {
  const wire = createWire({ endpoint });
  const failed: string[] = [];
  let sent = 0;
  let resets = 0;
  let running = true;
  const client = async (id: number) => {
    const key = `/${bucket}/load-${id}`;
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const requests = [
      { method: 'PUT', path: key, body: BODY },
      { method: 'GET', path: key },
      { method: 'GET', path: `/${bucket}`, query: { 'list-type': '2' } },
      { method: 'POST', path: '/', headers: form, body: 'Action=AssumeRole&Version=2011-06-15&RoleSessionName=load' },
    ];
    for (let turn = 0; running && sent < MOST_REQUESTS; turn += 1) {
      const request = requests[turn % requests.length];
      if (request === undefined) return;
      sent += 1;
      const send = () =>
        wire.send(request, credentials, { retry: false }).then(
          (response) => response.status,
          (error: Error & { code?: string }) => error.code ?? error.message,
        );
      let status = await send();
      if (status === 'ECONNRESET') {
        resets += 1;
        status = await send();
      }
      if (status !== 200) failed.push(`${request.method} ${status}`);
    }
  };
  const clients = Array.from({ length: CLIENTS }, (_, id) => client(id));
  return {
    async stop() {
      running = false;
      await Promise.all(clients);
      wire.close();
      return { sent, resets, failed };
    },
  };
}

import { readFileSync } from 'node:fs';
import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

export interface JsonAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** `undefined` if the body is no JSON. */
  readonly body: unknown;
}

export interface JsonClient {
  /** @throws Error if there was no whole answer in time */
  call(method: string, path: string, headers: Readonly<Record<string, string>>, body?: unknown): Promise<JsonAnswer>;
  close(): void;
}

const LARGEST_ANSWER = 1024 * 1024;
const CONNECTIONS = 16;

/** A client for one JSON API. @param base URL that paths are appended to */
export function jsonClient(base: string, timeoutMs: number, caFile?: string): JsonClient {
  const secure = base.startsWith('https:');
  const options = { keepAlive: true, maxSockets: CONNECTIONS };
  const agent = secure
    ? new HttpsAgent({ ...options, ...(caFile !== undefined && { ca: readFileSync(caFile) }) })
    : new HttpAgent(options);
  const open = secure ? httpsRequest : httpRequest;
  const attempt = (method: string, path: string, headers: Readonly<Record<string, string>>, text?: string) =>
    new Promise<JsonAnswer | 'unsent'>((resolve, reject) => {
      const outgoing = open(`${base}${path}`, {
        method,
        agent,
        headers: {
          accept: 'application/json',
          ...headers,
          ...(text !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
        },
      });
      const timer = setTimeout(() => outgoing.destroy(new Error('no answer in time')), timeoutMs);
      let answered = false;
      outgoing.once('close', () => {
        clearTimeout(timer);
        reject(new Error('the answer broke off')); // without effect once there was an answer
      });
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        // Closed by Keystone while it lay idle; nothing that is asked here changes anything, so it may be asked again.
        if (outgoing.reusedSocket && !answered && error.code === 'ECONNRESET') resolve('unsent');
        else reject(error);
      });
      outgoing.on('response', (answer) => {
        answered = true;
        const chunks: Buffer[] = [];
        let size = 0;
        answer.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > LARGEST_ANSWER) outgoing.destroy(new Error('the answer is too large'));
          chunks.push(chunk);
        });
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: parsed(chunks) }),
        );
      });
      outgoing.end(text);
    });
  return {
    async call(method, path, headers, body) {
      const text = body === undefined ? undefined : JSON.stringify(body);
      for (;;) {
        const answer = await attempt(method, path, headers, text);
        if (answer !== 'unsent') return answer;
      }
    },
    close: () => agent.destroy(),
  };
}

function parsed(chunks: readonly Buffer[]): unknown {
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}

import { randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { ProvisioningError } from '../errors.js';
import { writeFileAtomic } from '../secrets/atomic-file.js';
import type { SessionCache } from './cache.js';
import type { SessionCredentials } from './sign-in.js';

/** What a `credential_process` prints (AWS SDKs and Tools Reference Guide, "Process credential provider"). */
export function processCredentials(session: SessionCredentials): string {
  return JSON.stringify({
    Version: 1,
    AccessKeyId: session.accessKeyId,
    SecretAccessKey: session.secretAccessKey,
    SessionToken: session.sessionToken,
    Expiration: session.expiration,
  });
}

export interface CredentialEndpoint {
  /** For AWS_CONTAINER_CREDENTIALS_FULL_URI. */
  readonly url: string;
  close(): Promise<void>;
}

export interface CredentialEndpointOptions {
  /** @default a free one */
  readonly port?: number;
  /** Written with mode 0600: what clients have to send, for AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE. */
  readonly tokenFile: string;
}

function isEqual(given: string | undefined, expected: string): boolean {
  const [a, b] = [Buffer.from(given ?? ''), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** A page in a browser can make it send requests here under another name; then the Host is that name. */
function isLoopback({ headers: { host = '' } }: IncomingMessage): boolean {
  return /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host);
}

/**
 * The local endpoint that AWS SDKs take credentials from (container credential provider). It listens on 127.0.0.1 only and
 * answers who sends the token of the file, which is new each time.
 * @throws ProvisioningError if the port is in use
 */
export async function serveCredentials(
  cache: SessionCache,
  { port = 0, tokenFile }: CredentialEndpointOptions,
): Promise<CredentialEndpoint> {
  const token = randomBytes(32).toString('base64url');
  await mkdir(dirname(tokenFile), { recursive: true, mode: 0o700 });
  await writeFileAtomic(tokenFile, token, 0o600);
  const server = createServer(async (request, response) => {
    const answer = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify(body));
    };
    if (request.url !== '/credentials' || request.method !== 'GET') return answer(404, { message: 'not found' });
    if (!isLoopback(request) || !isEqual(request.headers.authorization, token))
      return answer(403, { message: 'send the token of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE' });
    try {
      const { accessKeyId, secretAccessKey, sessionToken, expiration } = await cache.current();
      answer(200, {
        AccessKeyId: accessKeyId,
        SecretAccessKey: secretAccessKey,
        Token: sessionToken,
        Expiration: expiration,
      });
    } catch (error) {
      answer(500, { message: (error as Error).message });
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(new ProvisioningError(`cannot listen on 127.0.0.1 port ${port} (${cause.code}): name another --port`)),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/credentials`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

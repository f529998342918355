import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterwards } from '../fixture.js';

/** What the fake says to one call; `silence`: nothing, ever. */
export type FakeAnswer =
  | { readonly status: number; readonly body?: unknown; readonly headers?: Record<string, string> }
  | 'silence';

export interface FakeKeystone {
  readonly url: string;
  /** As `METHOD /path`. */
  readonly calls: string[];
  /** Answers validations from now on. */
  validation: FakeAnswer;
  /** Answers the service user's sign-in from now on. */
  signIn: FakeAnswer;
}

export const PROJECT = 'a'.repeat(32);

/** Body of a token. */
export function tokenOf(changes: object = {}): FakeAnswer {
  const expires_at = new Date(Date.now() + 3_600_000).toISOString();
  const user = { id: 'user-1', name: 'alice' };
  return {
    status: 200,
    body: { token: { user, project: { id: PROJECT }, roles: [{ name: 'admin' }], expires_at, ...changes } },
  };
}

export function serviceSignIn(token = 'service-token', expiresInMs = 3_600_000): FakeAnswer {
  const expires_at = new Date(Date.now() + expiresInMs).toISOString();
  return { status: 201, body: { token: { expires_at } }, headers: { 'x-subject-token': token } };
}

/** Not a Keystone: says what a test wants to hear, for failures that a real one cannot be brought to. */
export async function fakeKeystone(): Promise<FakeKeystone> {
  const fake = { calls: [] as string[], validation: tokenOf(), signIn: serviceSignIn(), url: '' };
  const server = createServer((request, response) => {
    fake.calls.push(`${request.method} ${request.url?.split('?')[0]}`);
    request.resume();
    const answer = request.method === 'POST' && request.url === '/v3/auth/tokens' ? fake.signIn : fake.validation;
    if (answer === 'silence') return;
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {});
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(() => {
    server.closeAllConnections();
    server.close();
  });
  fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return fake;
}

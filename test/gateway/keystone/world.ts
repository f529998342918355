import { writeFile } from 'node:fs/promises';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { bridgeUserPolicy } from '../../../gateway/keystone/roles.js';
import { createAdminClient } from '../../../provisioning/client/admin.js';
import { createWire } from '../../../provisioning/wire.js';
import { send as sendPlain, type WireAnswer } from '../../contract/client.js';
import { afterwards, emulator, gateway, ROOT, S3_HOST, scratch, type TestGateway } from '../fixture.js';
import { type KeystoneClient, USER_PASSWORD } from './keystone-client.js';

/** RustFS user of the bridge. */
export const BRIDGE_USER = { accessKey: 'keystone-bridge', secretKey: 'keystone-bridge-secret' };

/** A stand-in for RustFS behind a gateway with the bridge. */
export interface BridgeWorld {
  readonly gateway: TestGateway;
  /** What reached RustFS, as `METHOD /path`. */
  reached(): string[];
  /** Names that RustFS itself has. */
  storedBuckets(): Promise<string[]>;
  send(
    method: string,
    path: string,
    headers?: Readonly<Record<string, string>>,
    body?: string | Buffer,
  ): Promise<WireAnswer>;
  /** With a token. */
  as(
    token: string,
  ): (
    method: string,
    path: string,
    body?: string | Buffer,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<WireAnswer>;
  /** A call of RustFS' root to its admin API. */
  asRoot(method: string, path: string, query: Readonly<Record<string, string>>, body?: object): Promise<number>;
  /** AWS SDK with an EC2 credential. */
  sdk(credential: { access: string; secret: string }): S3Client;
}

export interface WorldOptions {
  readonly keystoneUrl: string;
  readonly keystone?: Readonly<Record<string, unknown>>;
  /** Other sections of the configuration. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** @default the emulator */
  readonly endpoint?: string;
  readonly root?: { readonly accessKey: string; readonly secretKey: string };
}

export async function bridgeWorld(options: WorldOptions): Promise<BridgeWorld> {
  const started = options.endpoint === undefined ? await emulator() : undefined;
  const endpoint = options.endpoint ?? started?.endpoint ?? '';
  const root = options.root ?? ROOT;
  const wire = createWire({ endpoint });
  afterwards(() => wire.close());
  const rootKeys = { accessKeyId: root.accessKey, secretAccessKey: root.secretKey };
  const admin = createAdminClient(wire, rootKeys);
  const { keystone = {} } = options;
  await admin.putPolicy('keystone-bridge', bridgeUserPolicy(String(keystone.separator ?? '-')));
  await admin.createUser(BRIDGE_USER.accessKey, BRIDGE_USER.secretKey);
  await admin.setPolicies(BRIDGE_USER.accessKey, ['keystone-bridge'], false);
  const directory = await scratch();
  const file = async (name: string, content: string) => {
    await writeFile(join(directory, name), `${content}\n`, { mode: 0o600 });
    return join(directory, name);
  };
  const bridge = await gateway(endpoint, {
    ...options.settings,
    s3: { virtual_hosts: [S3_HOST, '127.0.0.1'] },
    dynamic_config: await file(
      'dynamic.json',
      JSON.stringify({ rate_limits: { max_auth_attempts: 1000, max_connections_per_ip: 2000 } }),
    ),
    keystone: {
      auth_url: options.keystoneUrl,
      service_user: { type: 'password', username: 'gateway', password_file: await file('password', USER_PASSWORD) },
      credential: {
        access_key_file: await file('access-key', BRIDGE_USER.accessKey),
        secret_key_file: await file('secret-key', BRIDGE_USER.secretKey),
      },
      ...keystone,
    },
  });
  const send: BridgeWorld['send'] = (method, path, headers = {}, body = '') =>
    sendPlain(bridge.url, { method, path, body, headers: { host: S3_HOST, ...headers } });
  return {
    gateway: bridge,
    reached: () => (started?.seen ?? []).map(({ method, path }) => `${method} ${path}`),
    async storedBuckets() {
      const { body } = await wire.send({ method: 'GET', path: '/' }, rootKeys);
      return [...body.toString().matchAll(/<Name>([^<]*)/g)].map(([, name]) => name ?? '');
    },
    send,
    as: (token) => (method, path, body, headers) => send(method, path, { 'x-auth-token': token, ...headers }, body),
    async asRoot(method, path, query, body) {
      const headers = { 'content-type': 'application/json' };
      const request = { method, path, query, ...(body && { body: JSON.stringify(body), headers }) };
      return (await wire.send(request, rootKeys)).status;
    },
    sdk({ access, secret }) {
      const client = new S3Client({
        ...{ endpoint: bridge.url, region: 'us-east-1', forcePathStyle: true, maxAttempts: 1 },
        credentials: { accessKeyId: access, secretAccessKey: secret },
      });
      afterwards(() => client.destroy());
      return client;
    },
  };
}

/** The user that the bridge asks Keystone as. */
export async function serviceUser(keystone: KeystoneClient): Promise<void> {
  const [project, user] = [await keystone.project('service'), await keystone.user('gateway')];
  await keystone.grant(user, project, 'service');
}

/** Something in front of Keystone that counts what it is asked, and can be gone. */
export interface Observed {
  readonly url: string;
  /** As `METHOD /v3/path`. */
  readonly calls: string[];
  /** Connections are refused until the test ends. */
  stop(): Promise<void>;
}

export async function observed(keystoneUrl: string): Promise<Observed> {
  const calls: string[] = [];
  const { origin } = new URL(keystoneUrl);
  const server = createServer((incoming: IncomingMessage, answer: ServerResponse) => {
    calls.push(`${incoming.method} ${incoming.url?.split('?')[0]}`);
    const outgoing = httpRequest(
      `${origin}${incoming.url}`,
      { method: incoming.method, headers: incoming.headers },
      (from) => {
        answer.writeHead(from.statusCode ?? 502, from.headers);
        from.pipe(answer);
      },
    );
    outgoing.on('error', () => answer.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  afterwards(() => (server.listening ? stop() : undefined));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v3`, calls, stop };
}

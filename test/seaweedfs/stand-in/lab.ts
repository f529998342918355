/** The lab in which the vectors were recorded: its issuers, keys, buckets and objects, in front of any gateway. */
import { type Credentials, createWire, type Wire } from '../../../provisioning/wire.js';
import { type DevelopmentIssuer, startDevelopmentIssuer } from '../../../seaweedfs/development-issuer/issuer.js';
import { memoryStore, type ObjectStore, type StartInput, startStandIn } from '../../../seaweedfs/stand-in/index.js';
import { startOnWeed, startWeedStorage, WEED } from '../support/weed.js';

export const ADMIN: Credentials = {
  accessKeyId: 'LABADMINKEY000000001',
  secretAccessKey: 'lab-admin-secret-for-tests-only',
};
export const LIMITED: Credentials = {
  accessKeyId: 'LABLIMITEDKEY0000001',
  secretAccessKey: 'lab-limited-secret-for-tests-only',
};
export const UNKNOWN: Credentials = { accessKeyId: 'NOSUCHKEY00000000001', secretAccessKey: 'x'.repeat(40) };

/** Claims of the recorded tokens. */
export const ALICE = {
  sub: 'alice',
  email: 'alice@example.com',
  groups: ['dev'],
  roles: ['s3-admin'],
  preferred_username: 'alice',
};

/** As recorded: an issuer that is not registered in most configurations, and whose discovery names another. */
export const OTHER_ISSUER = 'http://127.0.0.1:21005';

/** Status and error code; `OK` for a success, `none` for a failure without a code. */
export type Answer = readonly [status: number, code: string];

export interface Gateway {
  readonly wire: Wire;
  close(): Promise<void>;
}

export interface Lab {
  readonly issuer: DevelopmentIssuer;
  readonly store: ObjectStore;
  /** A configuration with the lab's addresses in the place of the recorded ones. */
  here<T>(config: T): T;
  /** @param emptyFiler nothing that other gateways left on the filer */
  start(input: StartInput, emptyFiler?: boolean): Promise<Gateway>;
  token(claims?: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>;
  close(): Promise<void>;
}

export async function openLab(): Promise<Lab> {
  const issuer = await startDevelopmentIssuer({ clientId: 'lab-client' });
  const other = await startDevelopmentIssuer({ clientId: 'lab-client', discoveredIssuer: 'http://elsewhere.example' });
  const store = await filledStore();
  const storage = WEED === undefined ? undefined : await startWeedStorage(WEED);
  if (WEED !== undefined && storage !== undefined) await seedWeed(WEED, storage.filer);
  const addresses: Readonly<Record<string, string>> = {
    'http://127.0.0.1:21004': issuer.issuer,
    [OTHER_ISSUER]: other.issuer,
    'http://127.0.0.1:21998': 'http://127.0.0.1:9',
  };
  return {
    issuer,
    store,
    here: (config) => {
      let text = JSON.stringify(config);
      for (const [recorded, actual] of Object.entries(addresses)) text = text.replaceAll(recorded, actual);
      return JSON.parse(text);
    },
    async start(input, emptyFiler = false) {
      const shared = emptyFiler ? await filledStore() : store;
      if (emptyFiler && storage !== undefined) {
        await fetch(`http://${storage.filer}/etc/iam/policies?recursive=true`, { method: 'DELETE' });
      }
      const gateway =
        WEED !== undefined && storage !== undefined
          ? await startOnWeed(WEED, storage.filer, input)
          : await startStandIn({ ...input, store: shared });
      const wire = createWire({ endpoint: gateway.endpoint });
      return {
        wire,
        async close() {
          wire.close();
          await gateway.close();
        },
      };
    },
    token: (claims = {}, header) =>
      claims.iss === OTHER_ISSUER
        ? other.token({ ...ALICE, ...claims, iss: other.issuer }, header)
        : issuer.token({ ...ALICE, ...claims }, header),
    async close() {
      await issuer.close();
      await other.close();
      await storage?.close();
    },
  };
}

const SEEDS = { 'lab-a/seed.txt': 'seed', 'lab-a/secret/s': 'secret', 'lab-b/seed.txt': 'seed-b' } as const;

/** The same buckets and objects on a real filer. */
async function seedWeed(weed: string, filer: string): Promise<void> {
  const identity = { name: 'admin', credentials: [{ accessKey: ADMIN.accessKeyId, secretKey: ADMIN.secretAccessKey }] };
  const iamConfig = JSON.stringify({ identities: [{ ...identity, actions: ['Admin'] }] });
  const gateway = await startOnWeed(weed, filer, { iamConfig });
  const wire = createWire({ endpoint: gateway.endpoint });
  const put = async (path: string, body?: string) => {
    // A fresh volume server may have no volume yet.
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const { status } = await wire.send({ method: 'PUT', path, ...(body !== undefined && { body }) }, ADMIN);
      if (status === 200) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`PUT ${path} failed`);
  };
  for (const bucket of ['/lab-a', '/lab-b']) await put(bucket);
  for (const [path, body] of Object.entries(SEEDS)) await put(`/${path}`, body);
  wire.close();
  await gateway.close();
}

async function filledStore(): Promise<ObjectStore> {
  const store = memoryStore();
  for (const bucket of ['lab-a', 'lab-b']) await store.createBucket(bucket);
  for (const [path, body] of Object.entries(SEEDS)) {
    const [bucket = '', ...key] = path.split('/');
    await store.put(bucket, key.join('/'), Buffer.from(body));
  }
  return store;
}

export interface Sent {
  readonly answer: Answer;
  readonly body: string;
}

export async function send(
  { wire }: Gateway,
  method: string,
  target: string,
  who: Credentials | 'anonymous' = 'anonymous',
  extra: { readonly body?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<Sent> {
  const [path = '', query = ''] = target.split('?');
  const request = { method, path, query: Object.fromEntries(new URLSearchParams(query)), ...extra };
  const response = await wire.send(request, who, { retry: false });
  const body = response.body.toString('utf8');
  const code = tag(body, 'Code') ?? (response.status < 300 ? 'OK' : 'none');
  return { answer: [response.status, code], body };
}

/** `POST /` with a form, as every STS call is sent. */
export function sts(
  gateway: Gateway,
  action: string,
  parameters: Readonly<Record<string, string | undefined>> = {},
  who: Credentials | 'anonymous' = 'anonymous',
): Promise<Sent> {
  const chosen = Object.entries({ Action: action, Version: '2011-06-15', ...parameters });
  const form = chosen.filter((entry): entry is [string, string] => entry[1] !== undefined);
  return send(gateway, 'POST', '/', who, {
    body: new URLSearchParams(form).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
}

export function assumeWeb(
  gateway: Gateway,
  role: string | undefined,
  token: string | undefined,
  more: Readonly<Record<string, string | undefined>> = {},
): Promise<Sent> {
  return sts(gateway, 'AssumeRoleWithWebIdentity', {
    RoleArn: role === undefined ? undefined : `arn:aws:iam::role/${role}`,
    RoleSessionName: 'lab-session',
    WebIdentityToken: token,
    ...more,
  });
}

export function sessionOf({ body, answer }: Sent): Credentials {
  const [accessKeyId, secretAccessKey, sessionToken] = ['AccessKeyId', 'SecretAccessKey', 'SessionToken'].map((name) =>
    tag(body, name),
  );
  if (!accessKeyId || !secretAccessKey || !sessionToken) throw new Error(`no credentials in ${answer} ${body}`);
  return { accessKeyId, secretAccessKey, sessionToken };
}

export function tag(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1]?.replaceAll('&#43;', '+');
}

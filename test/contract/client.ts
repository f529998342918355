import { createHash, createHmac } from 'node:crypto';
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';

export interface Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly sessionToken?: string;
}

/** A request as it goes over the wire; nothing of it is tidied up. */
export interface WireRequest {
  readonly method?: string;
  /** As it is sent. */
  readonly path?: string;
  readonly query?: readonly (readonly [string, string])[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** @default none: anonymous */
  readonly credentials?: Credentials | undefined;
  /** `x-amz-content-sha256` @default the digest of the body */
  readonly contentSha256?: string;
  readonly date?: Date;
  readonly service?: string;
  readonly region?: string;
  /** Headers that are sent but not signed. */
  readonly unsigned?: readonly string[];
  /** Changes the `Authorization` header. */
  readonly authorization?: (header: string) => string;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const agent = new Agent({ keepAlive: true });

/** Sends one request, signed with SigV4 of its own making. */
export function send(endpoint: string, request: WireRequest): Promise<WireAnswer> {
  const { hostname, port, host } = new URL(endpoint);
  const { method = 'GET', path = '/', query = [] } = request;
  const body = Buffer.from(request.body ?? '');
  const canonicalQuery = query
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const headers: Record<string, string> = { host };
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value;
  if (body.length > 0 || method === 'PUT' || method === 'POST') headers['content-length'] ??= String(body.length);
  if (request.credentials) sign(request, request.credentials, { headers, body, canonicalQuery });
  const wire = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, latin1(value)]));
  return new Promise((resolve, reject) => {
    const target = canonicalQuery === '' ? path : `${path}?${canonicalQuery}`;
    const outgoing = httpRequest({ agent, hostname, port, method, path: target, headers: wire }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Date, time and scope of a signature. */
export function signingScope(date: Date, region = 'us-east-1', service = 's3') {
  const time = date.toISOString().replace(/[-:]|\.\d{3}/g, '');
  return { time, scope: `${time.slice(0, 8)}/${region}/${service}/aws4_request` };
}

export function signingKey(secretKey: string, scope: string): Buffer {
  return scope.split('/').reduce<Buffer | string>((key, part) => hmac(key, part), `AWS4${secretKey}`) as Buffer;
}

export function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

export function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

export function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sign(
  request: WireRequest,
  credentials: Credentials,
  { headers, body, canonicalQuery }: { headers: Record<string, string>; body: Buffer; canonicalQuery: string },
): void {
  const { time, scope } = signingScope(request.date ?? new Date(), request.region, request.service);
  headers['x-amz-date'] = time;
  headers['x-amz-content-sha256'] ??= request.contentSha256 ?? sha256(body);
  if (credentials.sessionToken !== undefined) headers['x-amz-security-token'] = credentials.sessionToken;
  const names = Object.keys(headers)
    .filter((name) => name !== 'content-length' && !request.unsigned?.includes(name))
    .sort();
  const canonical = [
    request.method ?? 'GET',
    canonicalPath(request.path ?? '/'),
    canonicalQuery,
    ...names.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/\s+/g, ' ')}`),
    '',
    names.join(';'),
    headers['x-amz-content-sha256'],
  ].join('\n');
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`;
  const signature = hmac(signingKey(credentials.secretKey, scope), toSign).toString('hex');
  const header = `AWS4-HMAC-SHA256 Credential=${credentials.accessKey}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  headers.authorization = request.authorization?.(header) ?? header;
}

function canonicalPath(path: string): string {
  return path
    .split('/')
    .map((part) => {
      try {
        return encode(decodeURIComponent(part));
      } catch {
        return part;
      }
    })
    .join('/');
}

function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

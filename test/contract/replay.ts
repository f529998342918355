import { readFileSync } from 'node:fs';
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import aws4 from 'aws4';

/** Requests that were sent to a running RustFS in this order, with its answers. */
export interface Vectors {
  readonly title: string;
  readonly server: string;
  readonly steps: readonly Step[];
}

interface Step {
  readonly id: string;
  /** `root`, `anonymous`, or the name of the credentials. */
  readonly as: string;
  readonly credentials?: Partial<Credentials>;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly query?: Readonly<Record<string, string | number>>;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly json?: unknown;
    readonly form?: Readonly<Record<string, string>>;
    readonly service?: string;
  };
  readonly response: {
    readonly status: number;
    readonly code?: string;
    readonly json?: unknown;
    readonly body?: string;
    readonly headers?: Readonly<Record<string, string>>;
  };
}

export interface Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly sessionToken?: string;
}

/** Hard: another status or error code. Soft: another body. */
export interface Difference {
  readonly step: string;
  readonly kind: 'hard' | 'soft';
  readonly recorded: string;
  readonly got: string;
}

export interface Replay {
  readonly replayed: number;
  /** Steps whose credentials were masked when they were recorded. */
  readonly skipped: readonly string[];
  readonly differences: readonly Difference[];
}

export function readVectors(file: string | URL): Vectors {
  return JSON.parse(readFileSync(file, 'utf8')) as Vectors;
}

/**
 * Sends the recorded requests again and compares the answers. Ids and keys that the server generated when they were
 * recorded are replaced by those that it generates now.
 */
export async function replay(endpoint: string, root: Credentials, { steps }: Vectors): Promise<Replay> {
  const agent = new Agent({ keepAlive: true });
  const current = new Map<string, string>();
  const sessions = new Map<string, Credentials>();
  const skipped: string[] = [];
  const differences: Difference[] = [];
  for (const step of steps) {
    if (isMasked(step)) {
      skipped.push(step.id);
      continue;
    }
    const wanted = substitute(step.request, current);
    const answer = await send(agent, endpoint, wanted, credentialsOf(step, root, sessions));
    learn(step.response, answer.body, current, sessions);
    const difference = compare({ id: step.id, response: substitute(step.response, current) }, answer);
    if (difference) differences.push(difference);
  }
  agent.destroy();
  return { replayed: steps.length - skipped.length, skipped, differences };
}

function isMasked({ request, credentials }: Step): boolean {
  if (/<jwt|<keystone token>/.test(JSON.stringify(request))) return true;
  return credentials !== undefined && /^\[|^undefined$/.test(credentials.accessKey ?? '');
}

function substitute<T>(value: T, current: ReadonlyMap<string, string>): T {
  let text = JSON.stringify(value);
  for (const [recorded, now] of current) text = text.replaceAll(recorded, now);
  return JSON.parse(text) as T;
}

function credentialsOf(
  { as, credentials }: Step,
  root: Credentials,
  sessions: ReadonlyMap<string, Credentials>,
): Credentials | undefined {
  if (as === 'root') return root;
  if (as === 'anonymous') return undefined;
  const { accessKey = '', secretKey = '', sessionToken } = credentials ?? {};
  const session = sessions.get(accessKey);
  if (session === undefined) return { accessKey, secretKey };
  if (sessionToken === undefined) return { accessKey: session.accessKey, secretKey: session.secretKey };
  const token = session.sessionToken ?? '';
  return as.includes('changed token') ? { ...session, sessionToken: `${token.slice(0, -6)}AAAAAA` } : session;
}

/** Remembers what stands for recorded upload ids and generated keys, and the sessions that were issued. */
function learn(
  response: Step['response'],
  got: string,
  current: Map<string, string>,
  sessions: Map<string, Credentials>,
): void {
  const recorded = response.body ?? '';
  const [before, now] = [generatedKeys(response.json), generatedKeys(parseJson(got))];
  if (before && now) {
    current.set(before.accessKey, now.accessKey);
    current.set(before.secretKey, now.secretKey);
  }
  for (const name of ['UploadId', 'AccessKeyId']) {
    const [before, now] = [textOf(recorded, name), textOf(got, name)];
    if (!before || !now) continue;
    current.set(before, now);
    if (name === 'AccessKeyId') {
      sessions.set(before, {
        accessKey: now,
        secretKey: textOf(got, 'SecretAccessKey') ?? '',
        sessionToken: textOf(got, 'SessionToken') ?? '',
      });
    }
  }
}

/** The key pair in the answer to a new service account. */
function generatedKeys(json: unknown): Credentials | undefined {
  return (json as { credentials?: Credentials } | null | undefined)?.credentials;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function send(
  agent: Agent,
  endpoint: string,
  step: Step['request'],
  credentials: Credentials | undefined,
): Promise<Answer> {
  const { hostname, port, host } = new URL(endpoint);
  const { method } = step;
  const body =
    step.json !== undefined
      ? JSON.stringify(step.json)
      : step.form
        ? new URLSearchParams(step.form).toString()
        : (step.body ?? '');
  const query = Object.entries(step.query ?? {})
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .join('&');
  const options = {
    host,
    method,
    path: query === '' ? step.path : `${step.path}?${query}`,
    body,
    headers: {
      Host: host,
      ...step.headers,
      ...(body !== '' || method === 'PUT' || method === 'POST' ? { 'Content-Length': Buffer.byteLength(body) } : {}),
    },
    service: step.service ?? 's3',
    region: 'us-east-1',
  };
  const signed = credentials === undefined ? options : sign(options, credentials);
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { agent, hostname, port, method, path: signed.path ?? '/', headers: signed.headers },
      (response) => {
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
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

function sign(options: aws4.Request, { accessKey, secretKey, sessionToken }: Credentials): aws4.Request {
  return aws4.sign(options, {
    accessKeyId: accessKey,
    secretAccessKey: secretKey,
    ...(sessionToken !== undefined && { sessionToken }),
  });
}

function compare({ id, response }: Pick<Step, 'id' | 'response'>, answer: Answer): Difference | undefined {
  const { status, body } = answer;
  const code = textOf(body, 'Code') ?? '';
  const [recorded, got] = [`${response.status} ${response.code ?? ''}`.trim(), `${status} ${code}`.trim()];
  if (recorded !== got) return { step: id, kind: 'hard', recorded, got };
  const [told, tells] = [encryptionTold(response.headers), encryptionTold(answer.headers)];
  if (told !== tells) return { step: id, kind: 'soft', recorded: told, got: tells };
  const [before, now] = meanings(response, body);
  return before === now ? undefined : { step: id, kind: 'soft', recorded: before, got: now };
}

/** How an answer says that an object is encrypted. */
function encryptionTold(headers: Readonly<Record<string, unknown>> = {}): string {
  const names = ['x-amz-server-side-encryption', 'x-amz-server-side-encryption-aws-kms-key-id'];
  return names.flatMap((name) => (headers[name] === undefined ? [] : [`${name}: ${headers[name]}\n`])).join('');
}

/** What two bodies say, without what differs from run to run. */
function meanings(recorded: Step['response'], body: string): [string, string] {
  if (recorded.json !== undefined) {
    return [JSON.stringify(stable(recorded.json)), JSON.stringify(stable(parseJson(body)))];
  }
  if (!recorded.body || recorded.code) return ['', ''];
  return recorded.body.startsWith('<') ? [leaves(recorded.body), leaves(body)] : [recorded.body, body];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return `no JSON: ${text}`;
  }
}

/** Members whose values differ from run to run: times, ids, sizes and build data of the machine. */
const VOLATILE =
  /^(updatedAt|timestamp|create_date|update_date|createdAt|creation_date|deletion_date|deploymentID|uptime|expiration|last_update|rotation_date|.*[cC]apacity|usedspace|totalspace|availspace|utilization|free_inodes|used_inodes|metrics|uuid|size|version|commit_id|commitID|pid|mem_stats|created|runtime_version|gc_stats)$/;

/** JSON with volatile values masked, members and lists in a fixed order, and JSON in strings read. */
function stable(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(stable).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value === 'string') {
    if (/^\s*[{[]/.test(value)) {
      const inner = parseJson(value);
      return typeof inner === 'string' ? value : stable(inner);
    }
    return /^\d{4}-\d\d-\d\dT/.test(value) ? '~' : value;
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, VOLATILE.test(name) ? '~' : stable(member)]));
}

const VOLATILE_ELEMENTS =
  /Date|LastModified|ETag|UploadId|RequestId|HostId|Token|AccessKeyId|SecretAccessKey|Expiration|VersionId|^ID$|DisplayName/;

/** Elements without children and their texts, in no order; the server's own address is masked. */
function leaves(xml: string): string {
  return [...xml.matchAll(/<([A-Za-z0-9]+)(?: [^>]*)?>([^<]*)<\/\1>/g)]
    .filter(([, name = '']) => !VOLATILE_ELEMENTS.test(name))
    .map(([, name, text = '']) => `${name}=${text.replace(/^http:\/\/[^/]+\//, 'http://~/')}`)
    .sort()
    .join('\n');
}

function textOf(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
}

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/index.js';
import { send, type WireAnswer } from './client.js';

/** Text, or a character that is repeated. */
type Content = string | { readonly text: string; readonly length: number };
/** Text, or what is known of a longer one. */
type Body =
  | string
  | { readonly repeat: string; readonly length: number }
  | { readonly length: number; readonly sha256: string };

/** A request that was sent to a running RustFS, and its answer. */
interface Step {
  readonly id: string;
  /** Absent: root. */
  readonly as?: string;
  readonly secret?: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly query?: readonly (readonly [string, string])[];
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly repeat?: Content;
  };
  readonly response: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: Body;
  };
}

const ROOT = { accessKey: 'contractroot', secretKey: 'contractroot-secret' };

/** Answers that the emulator does not give, and why. */
const OTHERWISE: Readonly<Record<string, string>> = {
  'post-obs-a-k-restore': '501: there are no tiers to restore from',
  'post-obs-a-k-select-select-type': '501: S3 Select is not emulated',
  'delete-obs-lk-d-versionId': 'tells the time of the write in nanoseconds',
  'get-obs-l2-encoding-type-max-keys-delimiter':
    'RustFS compares encoded names, so that its marker is not the last entry of the page',
  get: 'GET // is taken for GET / and so was signed for another path',
  'get-profile-cpu': 'profiling is no part of the emulator',
};

const directory = new URL('./vectors/observed/', import.meta.url);

const replayed: string[] = [];
const otherwise: string[] = [];

describe.each(readdirSync(directory).sort())('answers of a running RustFS 1.0.1: %s', (name) => {
  const { steps } = JSON.parse(readFileSync(new URL(name, directory), 'utf8')) as { steps: readonly Step[] };
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await startEmulator(ROOT);
  });
  afterAll(() => emulator.close());

  test('the emulator gives the same', async () => {
    const current = new Map<string, string>();
    const different: unknown[] = [];
    for (const step of steps) {
      const answer = await sendStep(emulator.endpoint, step, current);
      learn(step, answer, current);
      const [recorded, got] = [meaning(recordedAnswer(step)), meaning(answer)];
      replayed.push(step.id);
      if (JSON.stringify(recorded) === JSON.stringify(got)) continue;
      if (step.id in OTHERWISE) otherwise.push(step.id);
      else different.push({ step: step.id, recorded, got });
    }
    expect(different).toEqual([]);
  });
});

test('every answer was compared, and no exception is listed that is none', () => {
  expect(replayed).toHaveLength(926);
  expect(otherwise.sort()).toEqual(Object.keys(OTHERWISE).sort());
});

function sendStep(endpoint: string, step: Step, current: ReadonlyMap<string, string>): Promise<WireAnswer> {
  let text = JSON.stringify(step.request);
  for (const [recorded, now] of current) text = text.replaceAll(recorded, now);
  const { repeat, body, ...request } = JSON.parse(text) as Step['request'];
  const credentials =
    step.as === undefined
      ? ROOT
      : step.as === 'anonymous'
        ? undefined
        : { accessKey: step.as, secretKey: step.secret ?? '' };
  const content = typeof repeat === 'object' ? repeat.text.repeat(repeat.length) : (body ?? '');
  return send(endpoint, { ...request, body: content, credentials });
}

/** Remembers what stands for recorded ids. */
function learn(step: Step, answer: WireAnswer, current: Map<string, string>): void {
  const recorded = recordedAnswer(step);
  const pairs: [string | undefined, string | undefined][] = [
    [
      recorded.headers['x-amz-version-id'] as string | undefined,
      answer.headers['x-amz-version-id'] as string | undefined,
    ],
    [uploadId(recorded.body), uploadId(answer.body)],
  ];
  for (const [before, now] of pairs) if (before && now && before !== 'null') current.set(before, now);
}

function uploadId(body: string): string | undefined {
  return /<UploadId>([^<]*)/.exec(body)?.[1];
}

function recordedAnswer({ response: { status, headers = {}, body = '' } }: Step): WireAnswer {
  return { status, headers: { ...headers }, body: typeof body === 'string' ? body : describeLong(body) };
}

function describeLong(body: Exclude<Body, string>): string {
  return 'repeat' in body
    ? describeLong({ length: body.length, sha256: digest(body.repeat.repeat(body.length)) })
    : `${body.length} characters, SHA-256 ${body.sha256}`;
}

const digest = (text: string) => createHash('sha256').update(text).digest('hex');

const VOLATILE_HEADERS = [
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'last-modified',
  'server',
  'transfer-encoding',
  'x-amz-request-id',
  'x-emulated-by',
  'x-request-id',
];

/** An answer without what differs from run to run. */
function meaning({ status, headers, body }: WireAnswer): unknown {
  const kept = Object.entries(headers)
    .filter(([name]) => !VOLATILE_HEADERS.includes(name))
    .map(([name, value]) => `${name}: ${mask(String(value))}`)
    .sort();
  const text =
    body.length > 5000 && !body.startsWith('<') ? describeLong({ length: body.length, sha256: digest(body) }) : body;
  return [status, ...kept, mask(text)];
}

function mask(text: string): string {
  return text
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, '<time>')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>')
    .replace(/<(\w*UploadId\w*|\w*ContinuationToken)>[^<]{10,}</g, '<$1>~<')
    .replace(/http:\/\/127\.0\.0\.1:\d+/g, 'http://~');
}

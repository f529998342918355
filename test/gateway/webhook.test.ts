import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectDelivery } from '../../gateway/webhook/project.js';
import { gateway, scratch, until } from './fixture.js';

const TOKEN = 'webhook-token';

function record(overrides: { eventName?: string; key?: string; sequencer?: string } = {}) {
  const { eventName = 's3:ObjectCreated:Put', key = 'in/a+b%C3%A9.txt', sequencer = '17F1' } = overrides;
  return {
    ...{ eventVersion: '2.0', eventSource: 'rustfs:s3', awsRegion: 'us-east-1', eventName },
    eventTime: '2026-01-02T03:04:05.678Z',
    userIdentity: { principalId: 'app-svc' },
    requestParameters: { authorization: 'AWS4-HMAC-SHA256 Credential=secret-key-id, Signature=secret-signature' },
    responseElements: { 'x-amz-request-id': '1' },
    s3: {
      s3SchemaVersion: '1.0',
      bucket: { name: 'app-data', arn: 'arn:aws:s3:::app-data' },
      object: { key, size: 3, eTag: 'abc', versionId: 'v1', sequencer, userMetadata: { secret: 'metadata' } },
    },
  };
}

function delivery(...records: object[]): string {
  return JSON.stringify({ EventName: 's3:ObjectCreated:Put', Key: 'app-data/in/a', Records: records });
}

async function receiver(settings: object = {}) {
  const directory = await scratch();
  await writeFile(join(directory, 'token'), `${TOKEN}\n`);
  const events = join(directory, 'events.ndjson');
  const webhook = {
    listen_addr: '127.0.0.1:0',
    auth_token_file: join(directory, 'token'),
    events_file: events,
    ...settings,
  };
  const running = await gateway('http://127.0.0.1:1', { webhook });
  const post = (body: string, token = TOKEN) =>
    fetch(`${running.webhookUrl}/webhook`, { method: 'POST', body, headers: { authorization: `Bearer ${token}` } });
  const stored = async () =>
    (await readFile(events, 'utf8'))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  return { running, post, stored, directory, events, webhook };
}

test('a delivery becomes an event of alknet, without anything of the request', async () => {
  const { post, events } = await receiver();
  const answer = await post(delivery(record()));
  expect([answer.status, await answer.json()]).toEqual([200, { stored: 1, repeated: 0 }]);
  const text = await readFile(events, 'utf8');
  expect(JSON.parse(text)).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{32}$/),
    time: '2026-01-02T03:04:05.678Z',
    source: 'rustfs',
    namespace: 'storage.object',
    operation: 'created.put',
    bucket: 'app-data',
    key: 'in/a bé.txt',
    size: 3,
    etag: 'abc',
    version_id: 'v1',
    sequencer: '17F1',
    principal: 'app-svc',
  });
  expect(text).not.toMatch(/secret|AWS4/);
});

test.each([
  ['s3:ObjectCreated:Put', 'storage.object', 'created.put'],
  ['s3:ObjectCreated:CompleteMultipartUpload', 'storage.object', 'created.complete_multipart_upload'],
  ['s3:ObjectRemoved:Delete', 'storage.object', 'removed.delete'],
  ['s3:ObjectRemoved:DeleteMarkerCreated', 'storage.object', 'removed.delete_marker_created'],
  ['ObjectAccessed:Get', 'storage.object', 'accessed.get'],
  ['s3:BucketCreated', 'storage.bucket', 'created'],
  ['s3:BucketRemoved:*', 'storage.bucket', 'removed.*'],
  ['s3:Replication:OperationFailedReplication', 'storage.object', 'replication.operation_failed_replication'],
])('%s is %s %s', (eventName, namespace, operation) => {
  expect(projectDelivery(delivery(record({ eventName })))).toMatchObject([{ namespace, operation }]);
});

describe('repetitions', () => {
  test('are dropped, also within a delivery; another event of the same key is not', async () => {
    const { post, stored } = await receiver();
    await post(delivery(record(), record()));
    const again = await post(delivery(record(), record({ sequencer: '17F2' })));
    expect(await again.json()).toEqual({ stored: 1, repeated: 1 });
    expect((await stored()).map(({ sequencer }) => sequencer)).toEqual(['17F1', '17F2']);
  });

  test('are recognised after a restart, even behind a line that was cut off', async () => {
    const first = await receiver();
    await first.post(delivery(record()));
    await first.running.close();
    await writeFile(first.events, '{"id":"half', { flag: 'a' });
    const second = await gateway('http://127.0.0.1:1', { webhook: first.webhook });
    const headers = { authorization: `Bearer ${TOKEN}` };
    const body = delivery(record(), record({ sequencer: '17F2' }));
    const answer = await fetch(`${second.webhookUrl}/webhook`, { method: 'POST', body, headers });
    expect(await answer.json()).toEqual({ stored: 1, repeated: 1 });
    const lines = (await readFile(first.events, 'utf8')).trim().split('\n');
    expect(lines.map((line) => line.slice(0, 7))).toEqual(['{"id":"', '{"id":"', '{"id":"']);
    expect(JSON.parse(lines[2] ?? '').sequencer).toBe('17F2');
  });

  test('sent side by side are stored once', async () => {
    const { post, stored } = await receiver();
    await Promise.all(Array.from({ length: 20 }, () => post(delivery(record()))));
    expect(await stored()).toHaveLength(1);
  });
});

test('an event that cannot be written is not acknowledged, and is taken when it comes again', async () => {
  const { post, stored, events } = await receiver();
  await rm(events);
  await mkdir(events);
  const refused = await post(delivery(record()));
  expect([refused.status, await refused.json()]).toEqual([
    503,
    { error: 'the event could not be stored, deliver it again' },
  ]);
  await rm(events, { recursive: true });
  expect((await post(delivery(record()))).status).toBe(200);
  expect(await stored()).toHaveLength(1);
});

test('who may ask what', async () => {
  const { running, post } = await receiver({ max_body_bytes: 100 });
  const url = running.webhookUrl;
  const head = await fetch(`${url}/`, { method: 'HEAD' });
  expect(head.status).toBe(200); // RustFS' probe carries no token
  expect((await post(delivery(record()), 'wrong')).status).toBe(401);
  expect((await fetch(`${url}/webhook`, { method: 'POST', body: delivery(record()) })).status).toBe(401);
  expect((await fetch(`${url}/events`)).status).toBe(401);
  expect((await post('x'.repeat(101))).status).toBe(413);
  expect((await post('{"Records":[]}')).status).toBe(400);
  expect((await post('not json')).status).toBe(400);
  const headers = { authorization: `Bearer ${TOKEN}` };
  expect((await fetch(`${url}/`, { headers })).status).toBe(404);
});

test('readers get what comes in, and after a break what they missed', async () => {
  const { running, post, stored } = await receiver();
  const headers = { authorization: `Bearer ${TOKEN}` };
  const read = async (lastEventId: string | undefined, count: number) => {
    const controller = new AbortController();
    const response = await fetch(`${running.webhookUrl}/events`, {
      headers: { ...headers, ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) },
      signal: controller.signal,
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    let text = '';
    const done = (async () => {
      for await (const chunk of response.body ?? []) {
        text += Buffer.from(chunk).toString();
        if (text.split('\n\n').length > count) break;
      }
      controller.abort();
      return text;
    })();
    return { done };
  };
  const live = await read(undefined, 1);
  await post(delivery(record({ sequencer: '1' })));
  const [event] = await stored();
  expect(await live.done).toBe(
    `id: ${event.id}\nevent: storage.object.created.put\ndata: ${JSON.stringify(event)}\n\n`,
  );
  await post(delivery(record({ sequencer: '2' }), record({ sequencer: '3' })));
  const caughtUp = await (await read(event.id, 2)).done;
  expect(caughtUp.match(/"sequencer":"\d"/g)).toEqual(['"sequencer":"2"', '"sequencer":"3"']);
});

test('a rotated token is taken from its file', async () => {
  const { post, directory } = await receiver();
  await writeFile(join(directory, 'token'), 'another');
  await until(async () => (await post(delivery(record()), 'another')).status === 200, 'the new token in use');
  expect((await post(delivery(record()))).status).toBe(401);
});

import { expect, test } from 'vitest';
import type { Wire, WireRequest } from '../../../provisioning/index.js';
import { sweep } from '../../../provisioning/verify/cleanup.js';

const PREFIX = '.cdktf-rustfs-probe/';
const root = { accessKeyId: 'root', secretAccessKey: 'secret' };
const version = (key: string, id: string, element = 'Version') =>
  `<${element}><Key>${key}</Key><VersionId>${id}</VersionId></${element}>`;
const versions = (...content: string[]) => `<ListVersionsResult>${content.join('')}</ListVersionsResult>`;
const uploads = (...content: string[]) =>
  `<ListMultipartUploadsResult>${content.join('')}</ListMultipartUploadsResult>`;

/** A server that gives these answers one after the other, and what it was asked. */
function scripted(...answers: (string | { status: number; body: string })[]) {
  const asked: string[] = [];
  const wire: Wire = {
    endpoint: 'http://127.0.0.1:9000',
    region: 'us-east-1',
    connection: { endpoint: 'http://127.0.0.1:9000', region: 'us-east-1' },
    tls: {},
    requests: () => asked.length,
    close: () => {},
    async send({ method, path, query = {}, body = '' }: WireRequest) {
      const parameters = Object.entries(query).map(([name, value]) => `${name}=${value}`);
      asked.push([method, path, parameters.join('&'), String(body)].join(' ').trim());
      const answer = answers.shift() ?? '';
      const { status, body: text } = typeof answer === 'string' ? { status: 200, body: answer } : answer;
      return { status, headers: {}, body: Buffer.from(text) };
    },
  };
  return { sweeper: { wire, root }, asked };
}
const list = `GET /data versions=&prefix=${PREFIX}`;
const deletion = (...objects: string[]) => `POST /data delete= <Delete><Quiet>true</Quiet>${objects.join('')}</Delete>`;
const object = (key: string, id: string) => `<Object><Key>${key}</Key><VersionId>${id}</VersionId></Object>`;

test('nothing there: one request', async () => {
  const { sweeper, asked } = scripted(versions());
  await sweep(sweeper, 'data', PREFIX, false);
  expect(asked).toEqual([list]);
});

test('of each key one version at a time, because 1.0.1 keeps the others of one request', async () => {
  const a = `${PREFIX}run/a`;
  const b = `${PREFIX}run/b&amp;c`;
  const { sweeper, asked } = scripted(
    versions(version(a, '1'), version(a, '2'), version(b, '3'), version(a, '4', 'DeleteMarker')),
    uploads(),
    '<DeleteResult></DeleteResult>',
    versions(version(a, '2'), version(a, '4', 'DeleteMarker')),
    '<DeleteResult/>',
    versions(version(a, '4', 'DeleteMarker')),
    '<DeleteResult/>',
    versions(),
  );
  await sweep(sweeper, 'data', PREFIX, false);
  expect(asked).toEqual([
    list,
    `GET /data uploads=&prefix=${PREFIX}`,
    deletion(object(a, '1'), object(b, '3')),
    list,
    deletion(object(a, '2')),
    list,
    deletion(object(a, '4')),
    list,
  ]);
});

test('unfinished uploads go first; one that is gone is fine', async () => {
  const key = `${PREFIX}run/a b`;
  const { sweeper, asked } = scripted(
    versions(),
    uploads(
      `<Upload><Key>${key}</Key><UploadId>u1</UploadId></Upload><Upload><Key>data</Key><UploadId>u2</UploadId></Upload>`,
    ),
    { status: 404, body: '<Error><Code>NoSuchUpload</Code></Error>' },
  );
  await sweep(sweeper, 'data', PREFIX, true);
  expect(asked).toEqual([list, `GET /data uploads=&prefix=${PREFIX}`, `DELETE /data/${PREFIX}run/a%20b uploadId=u1`]);
});

test('what a server lists beside the prefix is never deleted', async () => {
  const { sweeper, asked } = scripted(versions(version('precious', '1'), version('.cdktf-rustfs-probes/x', '2')));
  await sweep(sweeper, 'data', PREFIX, false);
  expect(asked).toEqual([list]);
});

test('an answer that is no listing is an error, not an empty bucket', async () => {
  await expect(sweep(scripted('').sweeper, 'data', PREFIX, false)).rejects.toThrow(
    'GET /data answered 200 without ListVersionsResult: is this RustFS, or a proxy before it?',
  );
});

test('what cannot be deleted is an error', async () => {
  const { sweeper } = scripted(
    versions(version(`${PREFIX}run/a`, '1')),
    uploads(),
    `<DeleteResult><Error><Key>${PREFIX}run/a</Key><Code>ObjectLocked</Code></Error></DeleteResult>`,
  );
  await expect(sweep(sweeper, 'data', PREFIX, false)).rejects.toThrow(
    'deleting data/.cdktf-rustfs-probe/run/a failed: ObjectLocked',
  );
});

test('what does not go away is an error at last', async () => {
  const left = versions(version(`${PREFIX}run/a`, '1'));
  const { sweeper } = scripted(
    left,
    uploads(),
    ...Array.from({ length: 1000 }, () => ['<DeleteResult/>', left]).flat(),
  );
  await expect(sweep(sweeper, 'data', PREFIX, false)).rejects.toThrow(
    'objects below data/.cdktf-rustfs-probe/ do not go away: delete them by hand',
  );
});

import { expect, test } from 'vitest';
import type { Manifest } from '../../../manifest/index.js';
import { declaredPrincipal, rightsFactory } from '../../../provisioning/verify/rights.js';
import { chooseTargets, targetOf } from '../../../provisioning/verify/targets.js';
import { threeComponents } from './world.js';

const ENDPOINT = 'http://127.0.0.1:9000';
function subject(manifest: Manifest, name: string) {
  const rights = rightsFactory(manifest, ENDPOINT)(declaredPrincipal(manifest, name, 'AKIDPROBE'));
  const credentials = { accessKeyId: 'AKIDPROBE', secretAccessKey: 'secret' };
  return { who: name, accessKey: name, credentials, rights };
}
const targets = (manifest: Manifest, name: string) =>
  manifest.buckets.map((bucket) => targetOf('1.0.1', subject(manifest, name), bucket));

test('each bucket is its own or not, with what may be done where', () => {
  const shown = (name: string) =>
    targets(threeComponents(ENDPOINT, '1.0.1'), name).map(
      ({ bucket, own, place, verbs }) => `${bucket.name} ${own ? 'own' : 'foreign'} ${place.base}* ${verbs.join()}`,
    );
  expect(shown('web')).toEqual([
    'backup-dumps foreign * ',
    'backup-vault foreign * ',
    'notes-data foreign * ',
    'web-assets own * list,get,put,delete',
    'web-uploads own * list,get,put,delete',
  ]);
  expect(shown('backup').slice(0, 2)).toEqual(['backup-dumps own * list,get,put', 'backup-vault own * list,get,put']);
  expect(shown('notes')[2]).toBe('notes-data own home/* get,put,delete');
});

test('a list that is allowed with a prefix only is found at that prefix', () => {
  const manifest = threeComponents(ENDPOINT, '1.0.1');
  for (const { name, document } of manifest.policies) {
    if (name !== 'notes-storage') continue;
    document.Statement.push({
      Effect: 'Allow',
      Action: ['s3:ListBucket'],
      Resource: ['arn:aws:s3:::notes-data'],
      Condition: { StringLike: { 's3:prefix': ['home/*'] } },
    });
  }
  expect(targets(manifest, 'notes')[2]).toMatchObject({
    place: { base: 'home/', suffix: '' },
    verbs: ['list', 'get', 'put', 'delete'],
  });
});

/** 30 more buckets, `data-00` to `data-29`; `web` may read one in the middle. */
function large(resource: string): Manifest {
  const manifest = threeComponents(ENDPOINT, '1.0.1');
  for (let index = 0; index < 30; index++)
    manifest.buckets.push({ name: `data-${String(index).padStart(2, '0')}`, removalPolicy: 'retain' });
  for (const { name, document } of manifest.policies) {
    if (name === 'web-storage')
      document.Statement = [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: [`arn:aws:s3:::${resource}`] }];
  }
  return manifest;
}
const chosen = (manifest: Manifest, all = false) =>
  chooseTargets(subject(manifest, 'web'), targets(manifest, 'web'), all).map(({ bucket }) => bucket.name);

test('in a large estate a key is tried on its own buckets and the next one by name', () => {
  expect(chosen(large('data-07/*'))).toEqual(['data-07', 'data-08']);
  expect(chosen(large('web-uploads/*'))).toEqual(['backup-dumps', 'web-uploads']);
});

test('and on every bucket that its policies name, even if something else refuses it', () => {
  const manifest = large('data-0*/x');
  for (const key of manifest.accessKeys)
    key.policy = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::web-uploads/*'] }],
    };
  expect(chosen(manifest)).toEqual([
    'backup-dumps',
    ...Array.from({ length: 10 }, (_, index) => `data-0${index}`),
    'web-uploads',
  ]);
});

test('all pairs means all', () => {
  expect(chosen(large('data-07/*'), true)).toHaveLength(35);
  expect(chosen(threeComponents(ENDPOINT, '1.0.1'))).toHaveLength(5);
});

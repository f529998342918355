import { expect, test } from 'vitest';
import type { Manifest } from '../../../manifest/index.js';
import type { RustFsVersion } from '../../../policies/index.js';
import type { Probe } from '../../../provisioning/verify/model.js';
import { planProbes } from '../../../provisioning/verify/plan-probes.js';
import { VERIFY_PROFILES } from '../../../provisioning/verify/profile.js';
import { declaredPrincipal, rightsFactory } from '../../../provisioning/verify/rights.js';
import { anonymousSubject } from '../../../provisioning/verify/subjects.js';
import { threeComponents } from './world.js';

const ENDPOINT = 'http://127.0.0.1:9000';
const ALL_BUCKETS = ['backup-dumps', 'backup-vault', 'notes-data', 'web-assets', 'web-uploads'];

interface Options {
  readonly version?: RustFsVersion;
  readonly depth?: 'core' | 'full';
  readonly change?: (manifest: Manifest) => void;
  readonly existing?: readonly string[] | undefined;
}

function plan({ version = '1.0.1', depth = 'full', change, ...rest }: Options = {}) {
  const manifest = threeComponents(ENDPOINT, version);
  change?.(manifest);
  const rightsOf = rightsFactory(manifest, ENDPOINT);
  const keys = manifest.accessKeys.map(({ name }) => ({
    who: name,
    accessKey: name,
    accessKeyId: `AKID${name}`,
    credentials: { accessKeyId: `AKID${name}`, secretAccessKey: `secret of ${name}` },
    rights: rightsOf(declaredPrincipal(manifest, name, `AKID${name}`)),
  }));
  const context = { version, profile: VERIFY_PROFILES[version], run: 'f00d', depth };
  const existing = 'existing' in rest ? rest.existing : ALL_BUCKETS;
  return planProbes(manifest, context, keys, anonymousSubject(rightsOf), existing, true);
}
const allProbes = (options?: Options): readonly Probe[] => {
  const { introductions, sequences } = plan(options);
  return [...introductions, ...sequences].flat();
};
const titles = (who: string, bucket: string, options?: Options) =>
  allProbes(options)
    .filter((probe) => probe.who === who && probe.bucket === bucket)
    .map(({ title, predicted }) => `${predicted === 'allowed' ? '+' : '-'} ${title}`);

test('what a key is asked for on its own bucket in a large estate', () => {
  expect(titles('web', 'web-uploads', { depth: 'core' })).toEqual([
    '+ put object',
    '+ get object',
    '+ create multipart upload',
    '+ abort multipart upload',
    '+ delete object',
    '+ list objects',
    '- put bucket policy (invalid on purpose)',
    '+ copy object out of the bucket',
  ]);
});

test('what a key is asked for on the bucket of others', () => {
  const core = ['- list objects', '- get object', '- put object', '- delete object', '- copy object out of the bucket'];
  expect(titles('web', 'backup-dumps', { depth: 'core' })).toEqual(core);
  expect(titles('web', 'backup-dumps')).toEqual([
    ...core.slice(0, 4),
    '- get bucket policy',
    '- put bucket policy (invalid on purpose)',
    '- copy object out of the bucket',
  ]);
});

test('a key that may not delete, in full', () => {
  expect(titles('backup', 'backup-dumps')).toEqual([
    '+ put object',
    '+ get object',
    '+ head object',
    '+ copy object within the bucket',
    '+ create multipart upload',
    '- abort multipart upload',
    '- delete object',
    '+ list objects',
    '+ head bucket',
    '- list object versions',
    '- list multipart uploads',
    '- get object version',
    '- delete object version',
    '- get object tags',
    '- put object tags',
    '- list parts',
    '- get bucket policy',
    '- get bucket policy status',
    '- get bucket location',
    '- get bucket versioning',
    '- get bucket lifecycle',
    '- get bucket encryption',
    '- get bucket CORS',
    '- get bucket tags',
    '- get public access block',
    '- get bucket notification',
    '- get object lock configuration',
    '- get bucket replication',
    '- get bucket ACL',
    '- put bucket policy (invalid on purpose)',
    '- put bucket ACL (invalid on purpose)',
    '- put bucket versioning (invalid on purpose)',
    '- put bucket lifecycle (invalid on purpose)',
    '- put bucket encryption (invalid on purpose)',
    '- put bucket notification (invalid on purpose)',
    '- put object lock configuration (invalid on purpose)',
    '- put bucket replication (invalid on purpose)',
    '- create a bucket (that exists)',
  ]);
});

test('beta.7 stores invalid configurations, so it is not sent any; and lists of versions are allowed there', () => {
  const asked = titles('backup', 'backup-dumps', { version: '1.0.0-beta.7' });
  expect(asked.filter((title) => title.includes('invalid on purpose'))).toEqual([
    '- put bucket policy (invalid on purpose)',
    '- put bucket ACL (invalid on purpose)',
  ]);
  expect(asked).toContain('+ list object versions');
});

test('nothing is stored where retention would keep it, and that is said', () => {
  const { sequences, notProbed } = plan();
  const uploads = sequences.flat().filter(({ bucket, title }) => bucket === 'backup-vault' && title === 'put object');
  expect(uploads.map(({ who, predicted, request }) => [who, predicted, request.headers?.['Content-MD5']])).toEqual([
    ['backup', 'allowed', 'AAAAAAAAAAAAAAAAAAAAAA=='],
    ['notes', 'refused', 'AAAAAAAAAAAAAAAAAAAAAA=='],
    ['web', 'refused', 'AAAAAAAAAAAAAAAAAAAAAA=='],
    ['anonymous', 'refused', 'AAAAAAAAAAAAAAAAAAAAAA=='],
  ]);
  expect(notProbed).toEqual([
    {
      what: 'storing an object in backup-vault',
      reason:
        'its default retention would keep the probe object; the right to was tried with an upload that fails its checksum',
    },
  ]);
});

test('a key that may use one prefix is tried there, and outside of it', () => {
  const keys = allProbes()
    .filter(({ who, bucket, verb }) => who === 'notes' && bucket === 'notes-data' && verb)
    .map(({ title, predicted, request }) =>
      `${predicted} ${title} ${request.path} ${request.query?.prefix ?? ''}`.trim(),
    );
  expect(keys).toEqual([
    'allowed put object /notes-data/home/.cdktf-rustfs-probe/f00d/notes',
    'allowed get object /notes-data/home/.cdktf-rustfs-probe/f00d/notes',
    'allowed delete object /notes-data/home/.cdktf-rustfs-probe/f00d/notes',
    'refused list objects outside home/* /notes-data .cdktf-rustfs-probe/',
    'refused get object outside home/* /notes-data/.cdktf-rustfs-probe/f00d/never-written',
    'refused put object outside home/* /notes-data/.cdktf-rustfs-probe/f00d/never-written',
    'refused delete object outside home/* /notes-data/.cdktf-rustfs-probe/f00d/nothing-to-delete',
    'refused list objects /notes-data home/.cdktf-rustfs-probe/',
  ]);
  expect([...(plan().swept.get('notes-data') ?? [])]).toEqual(['.cdktf-rustfs-probe/', 'home/.cdktf-rustfs-probe/']);
});

/** What makes a request harmless whoever is allowed to make it; undefined if nothing does. */
function harmless({ title, who, request, predicted }: Probe): string | undefined {
  const { method, path, query = {}, headers = {}, body = '' } = request;
  const isObject = /^\/[^/]+\/./.test(path) && !path.startsWith('/rustfs/');
  if (method === 'GET' || method === 'HEAD') return 'reads';
  if (isObject && !path.includes('.cdktf-rustfs-probe/f00d/')) return undefined;
  if (isObject && method === 'DELETE') return 'deletes a key of its own';
  if (isObject && headers['Content-MD5'] === 'AAAAAAAAAAAAAAAAAAAAAA==') return 'is never stored';
  if (isObject && headers['x-amz-copy-source']?.endsWith('/.cdktf-rustfs-probe/f00d/never-written'))
    return 'copies nothing';
  if (isObject && query.tagging === '' && path.endsWith('/never-written')) return 'tags nothing';
  if (isObject && who !== 'anonymous' && predicted === 'allowed') return 'writes what is removed afterwards';
  if (title.includes('invalid on purpose')) return 'is refused as invalid';
  if (
    /\(that (does not exist|exists)\)|\(with too short an id\)|\(without content\)|\(to a user that does not exist\)/.test(
      title,
    )
  )
    return 'is refused as invalid';
  if (method === 'POST' && path === '/' && String(body).includes('Policy=none')) return 'is refused as invalid';
  return undefined;
}

test.each(['1.0.1', '1.0.0-beta.7'] as const)('every probe of %s is harmless even if it is allowed', (version) => {
  const probes = allProbes({ version });
  expect(probes.length).toBeGreaterThan(250);
  expect(probes.filter((probe) => harmless(probe) === undefined)).toEqual([]);
});

test('only uploads that are predicted to be allowed are stored', () => {
  const stored = allProbes().filter((probe) => harmless(probe) === 'writes what is removed afterwards');
  expect([...new Set(stored.map(({ who, bucket }) => `${who} ${bucket}`))]).toEqual([
    'backup backup-dumps',
    'notes notes-data',
    'web web-assets',
    'web web-uploads',
  ]);
});

test('buckets that are not on the server are left out', () => {
  const { sequences, buckets } = plan({ existing: ['web-uploads'] });
  expect(buckets.map(({ name }) => name)).toEqual(['web-uploads']);
  expect([...new Set(sequences.flat().map(({ bucket }) => bucket))].sort()).toEqual(['web-uploads', undefined]);
});

test('no bucket is created when it is not known which exist', () => {
  const { sequences, introductions } = plan({ existing: undefined });
  expect(sequences.flat().filter(({ title }) => title.startsWith('create a bucket'))).toEqual([]);
  expect(introductions).toEqual([]);
});

test('what cannot be predicted is named, with the condition that it depends on', () => {
  const { notProbed, sequences } = plan({
    change: ({ policies }) => {
      for (const { name, document } of policies)
        if (name === 'notes-storage')
          for (const statement of document.Statement)
            Object.assign(statement, { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } });
    },
  });
  expect(notProbed.filter(({ what }) => what.startsWith('notes'))).toEqual([
    {
      what: 'notes on notes-data: put object, get object, head object, delete object',
      reason: 'the policies make it depend on aws:SourceIp, which only the server knows',
    },
  ]);
  const asked = sequences.flat().filter(({ who, bucket }) => who === 'notes' && bucket === 'notes-data');
  expect(asked.filter(({ verb }) => verb).map(({ title, predicted }) => `${predicted} ${title}`)).toEqual([
    'refused list objects outside home/*',
    'refused get object outside home/*',
    'refused put object outside home/*',
    'refused delete object outside home/*',
    'refused list objects',
  ]);
});

import { expect, test } from 'vitest';
import type { Manifest } from '../../../manifest/index.js';
import type { Needs } from '../../../provisioning/verify/model.js';
import { ANONYMOUS, declaredPrincipal, rightsFactory } from '../../../provisioning/verify/rights.js';
import { threeComponents } from './world.js';

const HTTP = 'http://127.0.0.1:9000';
function manifest(change: (manifest: Manifest) => void = () => {}): Manifest {
  const declared = threeComponents(HTTP, '1.0.1');
  change(declared);
  return declared;
}
const rights = (declared: Manifest, key: string, endpoint = HTTP) =>
  rightsFactory(declared, endpoint)(declaredPrincipal(declared, key, 'AKIDPROBE'));
const get = (bucket: string, key = 'x'): Needs => [[{ action: 's3:GetObject', bucket, key }]];
const put = (bucket: string, key = 'x'): Needs => [[{ action: 's3:PutObject', bucket, key }]];
const admin: Needs = [[{ action: 'admin:ListUsers' }]];
const statement = (Action: string[], Resource: string[], Condition?: Record<string, Record<string, string>>) => ({
  Effect: 'Allow' as const,
  Action,
  Resource,
  ...(Condition ? { Condition } : {}),
});

test('a key has the rights of its user', () => {
  const web = rights(manifest(), 'web');
  expect(web.predict(get('web-assets'))).toBe('allowed');
  expect(web.predict(get('backup-dumps'))).toBe('refused');
  expect(web.predict(admin)).toBe('refused');
});

test('all needs have to hold, and of each one alternative', () => {
  const web = rights(manifest(), 'web');
  expect(web.predict([...get('web-assets'), ...put('web-uploads')])).toBe('allowed');
  expect(web.predict([...get('web-assets'), ...put('backup-dumps')])).toBe('refused');
  expect(web.predict([[...get('backup-dumps').flat(), ...get('web-assets').flat()]])).toBe('allowed');
  expect(web.predict([[]])).toBe('refused');
});

test('groups add rights, and one disabled group takes all away', () => {
  const group = (enabled: boolean) =>
    manifest((declared) => {
      declared.groups.push({ name: 'readers', enabled, members: ['web-svc'], policies: ['backup-storage'] });
    });
  expect(rights(group(true), 'web').predict(get('backup-dumps'))).toBe('allowed');
  expect(rights(group(false), 'web').predict(get('backup-dumps'))).toBe('refused');
  expect(rights(group(false), 'web').predict(get('web-assets'))).toBe('refused');
});

test('a disabled user has no rights', () => {
  const declared = manifest(({ users }) => {
    for (const user of users) user.enabled = false;
  });
  expect(rights(declared, 'web').predict(get('web-assets'))).toBe('refused');
});

test("a key's own policy narrows", () => {
  const declared = manifest(({ accessKeys }) => {
    for (const key of accessKeys)
      key.policy = { Version: '2012-10-17', Statement: [statement(['s3:GetObject'], ['arn:aws:s3:::web-assets/*'])] };
  });
  const web = rights(declared, 'web');
  expect(web.predict(get('web-assets'))).toBe('allowed');
  expect(web.predict(get('web-uploads'))).toBe('refused');
  expect(web.predict(put('web-assets'))).toBe('refused');
  expect(rights(declared, 'backup').predict(get('web-assets'))).toBe('refused');
});

test('policies that are built into RustFS count', () => {
  const declared = manifest(({ users }) => {
    for (const user of users) user.policies.push('consoleAdmin');
  });
  expect(rights(declared, 'web').predict(admin)).toBe('allowed');
});

test('a policy that nobody declared is an error', () => {
  const declared = manifest(({ users }) => {
    for (const user of users) user.policies.push('nowhere');
  });
  expect(() => rights(declared, 'web')).toThrow(
    'policy nowhere of user web-svc is neither declared in the manifest nor built into RustFS 1.0.1: declare it, or correct the name',
  );
});

test('a key without a user is an error', () => {
  const declared = manifest(({ accessKeys }) => {
    accessKeys.push({ name: 'orphan', user: 'nobody-svc' });
  });
  expect(() => rights(declared, 'orphan')).toThrow('access key orphan has no user in the manifest: declare its user');
});

const publicly = (Condition?: Record<string, Record<string, string>>, restrictPublicBuckets = false) =>
  manifest(({ buckets }) => {
    for (const bucket of buckets) {
      if (bucket.name !== 'web-uploads') continue;
      bucket.policy = {
        Version: '2012-10-17',
        Statement: [{ ...statement(['s3:GetObject'], ['arn:aws:s3:::web-uploads/*'], Condition), Principal: '*' }],
      };
      bucket.publicAccessBlock = {
        blockPublicAcls: false,
        ignorePublicAcls: false,
        blockPublicPolicy: false,
        restrictPublicBuckets,
      };
    }
  });

test('a bucket policy counts for everybody, a restricted public bucket not for the public', () => {
  const anonymous = (declared: Manifest) => rightsFactory(declared, HTTP)(ANONYMOUS).predict(get('web-uploads'));
  expect(anonymous(manifest())).toBe('refused');
  expect(anonymous(publicly())).toBe('allowed');
  expect(anonymous(publicly(undefined, true))).toBe('refused');
  const backup = rights(publicly(undefined, true), 'backup');
  expect(backup.predict(get('web-uploads'))).toBe('allowed');
  expect(backup.predictByIam(get('web-uploads'))).toBe('refused');
});

test('what depends on a condition that only the server knows is unknown', () => {
  const declared = publicly({ IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } });
  const backup = rights(declared, 'backup');
  expect(backup.predict(get('web-uploads'))).toBe('unknown');
  expect(backup.unpredictable).toEqual(['aws:SourceIp']);
  // Neither way of reading the condition changes these.
  expect(backup.predict(put('web-uploads'))).toBe('refused');
  expect(backup.predict(get('backup-dumps'))).toBe('allowed');
  expect(rights(declared, 'web').predict(get('web-uploads'))).toBe('allowed');
});

test('a Deny with such a condition makes an allowed request unknown', () => {
  const declared = manifest(({ policies }) => {
    for (const { document } of policies)
      document.Statement.push({
        ...statement(['s3:GetObject'], ['arn:aws:s3:::web-assets/*'], {
          NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' },
        }),
        Effect: 'Deny',
      });
  });
  const web = rights(declared, 'web');
  expect(web.predict(get('web-assets'))).toBe('unknown');
  expect(web.predict(put('web-assets'))).toBe('allowed');
  expect(web.predict(get('backup-dumps'))).toBe('refused');
});

test('whether TLS reaches RustFS can be told only without TLS', () => {
  const declared = publicly({ Bool: { 'aws:SecureTransport': 'true' } });
  const needs: Needs = [
    [{ action: 's3:GetObject', bucket: 'web-uploads', key: 'x', conditions: { 'aws:SecureTransport': 'false' } }],
  ];
  expect(rights(declared, 'backup').predict(needs)).toBe('refused');
  expect(rights(declared, 'backup', 'https://s3.example.org').predict(needs)).toBe('unknown');
});

test('mayTouch never misses a bucket that a policy speaks of', () => {
  const declared = manifest(({ policies }) => {
    for (const { document } of policies)
      document.Statement.push(
        statement(
          ['s3:GetObject'],
          ['arn:aws:s3:::logs-*/x', 'arn:aws:s3:::home-${aws:username}/*', 'arn:aws:s3:::a?c'],
        ),
      );
  });
  const { mayTouch } = rights(declared, 'web');
  const touched = ['web-assets', 'logs-2026', 'home-web-svc', 'abc'];
  expect(touched.filter(mayTouch)).toEqual(touched);
  expect(['backup-dumps', 'log-2026', 'home-backup-svc', 'abbc'].filter(mayTouch)).toEqual([]);
});

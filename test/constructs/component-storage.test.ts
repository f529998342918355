import { describe, expect, test } from 'vitest';
import { Bucket, ComponentStorage, Group, Policy, ServiceUser } from '../../constructs/index.js';
import { Access } from '../../policies/index.js';
import { synthesize } from './fixture.js';

describe('ComponentStorage', () => {
  test('declares buckets, policy, service user and access key', () => {
    const { manifest } = synthesize((stack, server) => {
      new ComponentStorage(stack, 'web', { server, buckets: ['assets', 'uploads'], access: Access.readWrite() });
    });
    expect(manifest).toEqual({
      version: 1,
      stack: 'test',
      secretStore: { type: 'directory', directory: 'secrets/test' },
      server: {
        id: 'rustfs',
        endpoint: 'http://127.0.0.1:9000',
        region: 'us-east-1',
        rustfsVersion: '1.0.1',
        target: 'external',
      },
      buckets: [
        { name: 'web-assets', removalPolicy: 'retain' },
        { name: 'web-uploads', removalPolicy: 'retain' },
      ],
      policies: [
        {
          name: 'web-storage',
          document: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Action: ['s3:ListBucket'],
                Resource: ['arn:aws:s3:::web-assets', 'arn:aws:s3:::web-uploads'],
              },
              {
                Effect: 'Allow',
                Action: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
                Resource: ['arn:aws:s3:::web-assets/*', 'arn:aws:s3:::web-uploads/*'],
              },
            ],
          },
        },
      ],
      users: [{ name: 'web-svc', enabled: true, policies: ['web-storage'] }],
      groups: [],
      accessKeys: [{ name: 'web', user: 'web-svc' }],
      components: [
        {
          name: 'web',
          user: 'web-svc',
          policy: 'web-storage',
          accessKey: 'web',
          buckets: ['web-assets', 'web-uploads'],
          access: { actions: ['s3:DeleteObject', 's3:GetObject', 's3:ListBucket', 's3:PutObject'] },
        },
      ],
    });
  });

  test('a grant on a bucket of others goes to a policy of its own', () => {
    const { manifest } = synthesize((stack, server) => {
      const web = new ComponentStorage(stack, 'web', { server, buckets: ['assets'], access: Access.readWrite() });
      const archive = new Bucket(stack, 'archive', { server, bucketName: 'web-archive' });
      archive.grantRead(web.user, { prefix: 'old/' });
    });
    expect(manifest.users).toEqual([
      {
        name: 'web-svc',
        enabled: true,
        policies: ['web-storage', 'web-svc-grants'],
        grants: [{ bucket: 'web-archive', actions: ['s3:GetObject', 's3:ListBucket'], prefix: 'old/' }],
      },
    ]);
    expect(manifest.policies.find(({ name }) => name === 'web-svc-grants')?.document.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: ['s3:ListBucket'],
        Resource: ['arn:aws:s3:::web-archive'],
        Condition: { StringLike: { 's3:prefix': ['old/*'] } },
      },
      { Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::web-archive/old/*'] },
    ]);
  });

  test('a policy that reaches the bucket of another component fails the synthesis, unless that one shares', () => {
    const declare = (shareWith?: string[]) => () =>
      synthesize((stack, server) => {
        const web = new ComponentStorage(stack, 'web', { server, buckets: ['assets'], access: Access.readOnly() });
        new ComponentStorage(stack, 'webmail', {
          server,
          buckets: ['boxes'],
          access: Access.readOnly(),
          ...(shareWith ? { shareWith } : {}),
        });
        web.user.addPolicy(
          new Policy(stack, 'mail', {
            server,
            statements: [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::webmail-b*/*'] }],
          }),
        );
        web.policy.addStatements({
          Effect: 'Allow',
          Action: ['s3:GetObject'],
          Resource: ['arn:aws:s3:::webmail-boxes/*'],
        });
      });
    expect(declare()).toThrow(
      "web-svc could s3:GetObject webmail-boxes/x because mail allows s3:GetObject on arn:aws:s3:::webmail-b*/*; narrow mail, declare shareWith: ['web'] on webmail, or give the reason in exceptions",
    );
    // The pattern also covers buckets that nobody declared.
    expect(declare(['web'])).toThrow(
      'web-svc could s3:GetObject webmail-b/x because mail allows s3:GetObject on arn:aws:s3:::webmail-b*/*; narrow mail, or give the reason in exceptions',
    );
  });

  test('more than the declared access on its own bucket fails the synthesis, unless somebody wrote down why', () => {
    const declare = (exceptions?: { bucket: string; reason: string }[]) => () =>
      synthesize((stack, server) => {
        const web = new ComponentStorage(stack, 'web', {
          server,
          buckets: ['assets'],
          access: Access.readOnly(),
          ...(exceptions ? { exceptions } : {}),
        });
        web.policy.addStatements({
          Effect: 'Allow',
          Action: ['s3:PutObject'],
          Resource: ['arn:aws:s3:::web-assets/*'],
        });
      });
    expect(declare()).toThrow(
      'web-svc could s3:PutObject web-assets/x because web-storage allows s3:PutObject on arn:aws:s3:::web-assets/*; narrow web-storage, widen the access of web, or give the reason in exceptions',
    );
    const exceptions = [{ bucket: 'web-assets', reason: 'uploads until the old site is gone' }];
    expect(declare(exceptions)().manifest.users[0]?.exceptions).toEqual(exceptions);
    const added = synthesize((stack, server) => {
      const web = new ComponentStorage(stack, 'web', { server, buckets: ['assets'], access: Access.readOnly() });
      web.policy.addStatements({ Effect: 'Allow', Action: ['s3:PutObject'], Resource: ['arn:aws:s3:::web-assets/*'] });
      for (const exception of exceptions) web.user.addException(exception);
    });
    expect(added.manifest.users[0]?.exceptions).toEqual(exceptions);
  });

  test('errors at the point of declaration', () => {
    const message = (declare: Parameters<typeof synthesize>[0]) => () => synthesize(declare);
    expect(
      message(
        (stack, server) => new ComponentStorage(stack, 'web', { server, buckets: [], access: Access.readOnly() }),
      ),
    ).toThrow('component web has no bucket; name at least one suffix in buckets');
    expect(
      message((stack, server) => {
        new Bucket(stack, 'one', { server, bucketName: 'data' });
        new Bucket(stack, 'two', { server, bucketName: 'data' });
      }),
    ).toThrow(
      'bucket "data" is declared by test/two, but test/one already declares it; choose another name or share the first one',
    );
    expect(message((stack, server) => new ServiceUser(stack, 'u', { server, userName: 'a b' }))).toThrow(
      'invalid user name (value: a b): expected at least 3 characters without white space, ",", "=" and "/"',
    );
    expect(
      message((stack, server) => new Group(stack, 'g', { server, groupName: 'a/b', members: [], policies: [] })),
    ).toThrow('invalid group name (value: a/b): expected characters other than white space, ",", "=", "/" and "\\"');
    expect(message((stack, server) => new Policy(stack, 'readwrite', { server }))).toThrow(
      'policy name "readwrite" is a built-in policy of RustFS 1.0.1, which it would overwrite; choose another name',
    );
    expect(message((stack, server) => new Policy(stack, 'empty', { server }))).toThrow(
      'policy empty has no statement; add one, or leave the policy out',
    );
    expect(
      message(
        (stack, server) =>
          new Policy(stack, 'p', {
            server,
            statements: [{ Effect: 'Allow', Action: ['s3:*'], Resource: ['arn:aws:s3:::a/*'] }],
          }),
      ),
    ).toThrow(
      'policy p: s3:* also grants bucket policies, deletion and every later action; list the actions, or give a reason in allowBroad',
    );
  });
});

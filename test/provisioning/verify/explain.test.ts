import { expect, test } from 'vitest';
import type { PolicyDocument } from '../../../policies/index.js';
import type { Estate, ObservedAccessKey, ObservedUser } from '../../../provisioning/index.js';
import { explain, observedIdentity } from '../../../provisioning/verify/explain.js';
import type { Needs } from '../../../provisioning/verify/model.js';
import { threeComponents } from './world.js';

const manifest = threeComponents('http://127.0.0.1:9000', '1.0.1');
const READ: Needs = [[{ action: 's3:GetObject', bucket: 'web-assets', key: 'x' }]];
const policy = (Effect: 'Allow' | 'Deny'): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: ['s3:ListBucket'], Resource: ['arn:aws:s3:::web-assets'] },
    { Effect, Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::web-assets/*'] },
  ],
});

interface Observed {
  readonly key?: Partial<ObservedAccessKey>;
  readonly user?: Partial<ObservedUser> | 'missing';
  readonly group?: { readonly enabled: boolean; readonly policies: readonly string[] };
  readonly bucketPolicy?: PolicyDocument;
}

function estate({ key, user, group, bucketPolicy }: Observed): Estate {
  const observed = { enabled: true, policies: [], groups: group ? ['team'] : [], ...(user === 'missing' ? {} : user) };
  return {
    version: '1.0.1',
    emulated: false,
    notes: [],
    buckets: new Map([['web-assets', bucketPolicy ? { policy: bucketPolicy as never } : {}]]),
    policies: new Map([
      ['reading', policy('Allow')],
      ['denying', policy('Deny')],
    ]),
    users: new Map(user === 'missing' ? [] : [['web-svc', observed]]),
    groups: new Map(group ? [['team', { members: ['web-svc'], ...group }]] : []),
    accessKeys: new Map([['AKIDWEB', { accessKeyId: 'AKIDWEB', parent: 'web-svc', enabled: true, ...key }]]),
  };
}
const why = (observed: Observed, answered: 'allowed' | 'refused', accessKeyId = 'AKIDWEB') => {
  const held = estate(observed);
  return explain(manifest, held, observedIdentity(held, 'rootkey', accessKeyId, 'web'), READ, answered);
};
const drift = (text: string) => ({ cause: 'drift', why: text });
const ALLOWED_BY_MODEL = {
  cause: 'model',
  why: 'by what the server holds it should be allowed: our evaluator and the server disagree, please report it',
};

test('the statement that allowed, and where its policy comes from', () => {
  expect(why({ user: { policies: ['reading'] } }, 'allowed')).toEqual(
    drift('statement 2 of policy reading, attached to user web-svc on the server, allows it'),
  );
  expect(why({ group: { enabled: true, policies: ['reading'] } }, 'allowed')).toEqual(
    drift('statement 2 of policy reading, attached to group team on the server, allows it'),
  );
  expect(why({ key: { parent: 'rootkey' } }, 'allowed')).toEqual(drift('on the server, the key belongs to root'));
  const bucketPolicy: PolicyDocument = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: '*', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::web-assets/*'] }],
  };
  expect(why({ bucketPolicy }, 'allowed')).toEqual(
    drift('statement 1 of the policy that bucket web-assets has on the server allows it'),
  );
});

test('why it was refused', () => {
  expect(why({ user: { policies: [] } }, 'refused')).toEqual(
    drift('none of the policies that the server has for it allows it'),
  );
  expect(why({ user: { policies: ['reading', 'denying'] } }, 'refused')).toEqual(
    drift('on the server, statement 2 of denying denies it'),
  );
  expect(why({ user: { policies: ['reading'], enabled: false } }, 'refused')).toEqual(
    drift('user web-svc is disabled on the server'),
  );
  expect(why({ user: { policies: ['reading'] }, group: { enabled: false, policies: [] } }, 'refused')).toEqual(
    drift('group team is disabled, which takes all policies from user web-svc'),
  );
  expect(why({ user: 'missing' }, 'refused')).toEqual(drift("the key's user web-svc is not on the server"));
  expect(why({ key: { enabled: false } }, 'refused')).toEqual(drift('access key web is switched off on the server'));
  expect(why({}, 'refused', 'AKIDGONE')).toEqual(drift('the server has no access key AKIDGONE'));
  expect(why({ user: { policies: ['reading'] }, key: { embeddedPolicy: policy('Deny') } }, 'refused')).toEqual(
    drift("on the server, statement 2 of the key's own policy denies it"),
  );
});

test('an answer that the policies of the server do not explain is a disagreement', () => {
  expect(why({ user: { policies: ['reading'] } }, 'refused')).toEqual(ALLOWED_BY_MODEL);
  expect(why({ user: { policies: [] } }, 'allowed')).toEqual({
    cause: 'model',
    why: 'by what the server holds it should be refused: our evaluator and the server disagree, please report it',
  });
});

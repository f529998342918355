import { describe, expect, test } from 'vitest';
import type { PolicyDocument, RuleId } from '../../../policies/index.js';
import { type JudgeOptions, judge } from '../../../provisioning/preflight/judge.js';
import type { PreflightEstate, ServerView } from '../../../provisioning/preflight/model.js';
import { allow } from './estate.js';

const document = (...Statement: object[]) => ({ Version: '2012-10-17', Statement }) as unknown as PolicyDocument;
const key = (accessKeyId: string, parent: string) => ({ accessKeyId, parent, enabled: true });

const bare: ServerView['estate'] = {
  ...{ version: '1.0.0-beta.7', emulated: false, notes: [], buckets: new Map(), policies: new Map() },
  ...{ users: new Map(), groups: new Map(), accessKeys: new Map() },
};

/** What the emulator cannot be made to hold: estates by hand. */
function judged(server: Partial<ServerView>, estate: Partial<PreflightEstate> = {}, options: JudgeOptions = {}) {
  const view: ServerView = {
    estate: bare,
    ...{ rootAccessKey: 'root', defaultCredentials: false, clockSkewSeconds: 0 },
    nodes: { seen: 1 },
    kms: { seen: { status: 'NotConfigured' } },
    ...{ providers: { seen: [] }, webhooks: { seen: [] }, tiers: { seen: [] }, targetArns: { seen: [] } },
    objects: { seen: { lookedAt: 0, partly: [], sseS3: new Map() } },
    ...server,
  };
  return judge({ from: '1.0.0-beta.7', to: '1.0.1', addresses: new Map(), server: view, ...estate }, options);
}
const found = (rule: RuleId, ...args: Parameters<typeof judged>) =>
  judged(...args)
    .findings.filter((one) => one.rule === rule)
    .map(({ severity, object, found: text }) => [severity, object, text]);

test('an empty server has no finding', () => {
  expect(judged({}).findings).toEqual([]);
});

describe('what only a real server holds', () => {
  test('a bucket policy that 1.0.1 cannot read', () => {
    const policy = document({
      ...allow(['s3:GetObject'], { Resource: ['arn:aws:s3:::web/*'] }),
      Principal: '*',
      Condition: { NoSuch: {} },
    });
    const estate = { ...bare, buckets: new Map([['web', { policy: policy as never }]]) };
    expect(found('bucket-policies', { estate })).toEqual([
      [
        'breaks-clients',
        'policy of bucket web',
        '$.Statement[0].Condition.NoSuch: got "NoSuch"; RustFS does not know this condition operator; use an operator such as StringEquals, StringLike, IpAddress, Bool, Null, NumericLessThan or DateLessThan',
      ],
    ]);
  });

  test('access keys of OpenID sessions; those of root and of users are none', () => {
    const users = new Map([['app', { enabled: true, policies: [], groups: [] }]]);
    const keys = [key('of-root', 'root'), key('of-user', 'app'), key('of-session', 'alice@example.org')];
    const estate = { ...bare, users, accessKeys: new Map(keys.map((one) => [one.accessKeyId, one])) };
    expect(found('oidc-access-keys', { estate })).toEqual([
      [
        'breaks-clients',
        'access key of-session',
        'its parent alice@example.org is no user of the server: a session by OpenID token made it',
      ],
    ]);
  });

  test('a clock that is too far off', () => {
    expect(found('clock-skew', { clockSkewSeconds: 900 })).toEqual([]);
    expect(found('clock-skew', { clockSkewSeconds: 901 })).toEqual([
      ['breaks-clients', 'server', "its clock and this machine's differ by 901 s"],
    ]);
  });

  test('default credentials: a note on one node, no start on several', () => {
    expect(found('default-credentials', { defaultCredentials: true })).toEqual([
      ['note', 'server', 'a root credential is rustfsadmin, on a single node'],
    ]);
    expect(found('default-credentials', { defaultCredentials: true, nodes: { seen: 4 } })).toEqual([
      ['blocks-start', 'server', 'a root credential is rustfsadmin'],
    ]);
    const environment = new Map([['RUSTFS_RPC_SECRET', 'x']]);
    expect(found('default-credentials', { defaultCredentials: true, nodes: { seen: 4 } }, { environment })).toEqual([]);
  });

  test('a local KMS from the environment needs its master key', () => {
    const environment = new Map([['RUSTFS_KMS_ENABLE', 'true']]);
    expect(found('kms-local-master-key', {}, { environment })).toEqual([
      ['blocks-start', 'server', 'RUSTFS_KMS_ENABLE with backend local, without RUSTFS_KMS_LOCAL_MASTER_KEY'],
    ]);
    environment.set('RUSTFS_KMS_LOCAL_MASTER_KEY', 'x');
    expect(found('kms-local-master-key', {}, { environment })).toEqual([]);
  });

  test('an encrypted bucket on the way back', () => {
    const estate = { ...bare, buckets: new Map([['web', { encryption: { algorithm: 'AES256' as const } }]]) };
    expect(found('sse-downgrade', { estate }, { from: '1.0.1', to: '1.0.0-beta.7' })).toEqual([
      ['loses-data', 'bucket web', 'encrypts by default (AES256)'],
    ]);
  });

  test('an origin that is allowed is no finding, but a link-local one stays one', () => {
    const webhooks = {
      seen: [
        { what: 'webhook a', url: 'http://10.0.0.7:8080/hook' },
        { what: 'webhook b', url: 'http://169.254.10.1/hook' },
      ],
    };
    const environment = new Map([['RUSTFS_OUTBOUND_ALLOW_ORIGINS', 'http://10.0.0.7:8080,http://169.254.10.1']]);
    expect(found('outbound-private', { webhooks }, { environment })).toEqual([
      ['breaks-clients', 'webhook b', 'http://169.254.10.1: link-local address'],
    ]);
  });
});

test('what is accepted stays visible', () => {
  const estate = {
    ...bare,
    policies: new Map([
      [
        'dates',
        document(
          allow(['s3:PutObject'], {
            Resource: ['arn:aws:s3:::a'],
            Condition: { DateLessThan: { 'aws:CurrentTime': '2027-01-01T00:00:00Z' } },
          }),
        ),
      ],
    ]),
  };
  const { findings } = judged({ estate }, {}, { accept: ['date-conditions'] });
  expect(findings.map(({ rule, accepted }) => [rule, accepted])).toEqual([['date-conditions', true]]);
});

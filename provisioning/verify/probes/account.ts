import type { Credentials, WireRequest } from '../../wire.js';
import { conditionsOf } from '../conditions.js';
import type { AnswerPattern, Judgement, Needs, Outcome } from '../model.js';
import type { Rights } from '../rights.js';
import type { ProbeContext } from './bucket.js';
import { actionNeeds, type Draft, operationNeeds, type Subject } from './draft.js';
import type { Depth } from './template.js';

const ADMIN = '/rustfs/admin/v3';

interface AdminTemplate {
  readonly title: string;
  readonly action: string;
  readonly method: string;
  readonly path: string;
  readonly query?: (run: string) => Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly authorizedBy: readonly (AnswerPattern | 'shortAccessKey')[];
  readonly depth: Depth;
}

/**
 * Administration that does no harm if it is allowed: it reads, or speaks of what does not exist, or is refused as invalid
 * after authorization (seen on a running 1.0.1; beta.7: recorded in 02-users, 03-policies, 05-service-accounts).
 */
const ADMIN_PROBES: readonly AdminTemplate[] = [
  {
    title: 'list users',
    action: 'admin:ListUsers',
    method: 'GET',
    path: '/list-users',
    authorizedBy: [],
    depth: 'core',
  },
  {
    title: 'list policies',
    action: 'admin:ListUserPolicies',
    method: 'GET',
    path: '/list-canned-policies',
    authorizedBy: [],
    depth: 'full',
  },
  {
    title: 'read server information',
    action: 'admin:ServerInfo',
    method: 'GET',
    path: '/info',
    authorizedBy: [],
    depth: 'full',
  },
  {
    title: 'create an access key (with too short an id)',
    action: 'admin:CreateServiceAccount',
    method: 'PUT',
    path: '/add-service-account',
    body: { accessKey: 'x', secretKey: 'x', name: 'probe' },
    authorizedBy: ['shortAccessKey'],
    depth: 'full',
  },
  {
    title: 'create a policy (without content)',
    action: 'admin:CreatePolicy',
    method: 'PUT',
    path: '/add-canned-policy',
    query: (run) => ({ name: `probe-${run}` }),
    body: {},
    authorizedBy: [
      { status: 400, code: 'InvalidArgument' },
      { status: 400, code: 'InvalidRequest' },
    ],
    depth: 'full',
  },
  {
    title: 'attach a policy (to a user that does not exist)',
    action: 'admin:AttachUserOrGroupPolicy',
    method: 'PUT',
    path: '/set-user-or-group-policy',
    query: (run) => ({ policyName: 'readonly', userOrGroup: `probe-${run}`, isGroup: 'false' }),
    authorizedBy: [{ status: 400, code: 'InvalidArgument' }],
    depth: 'full',
  },
  {
    title: 'delete a user (that does not exist)',
    action: 'admin:DeleteUser',
    method: 'DELETE',
    path: '/remove-user',
    query: (run) => ({ accessKey: `probe-${run}` }),
    authorizedBy: [
      { status: 404, code: 'NoSuchResource' },
      { status: 500, code: 'InternalError', message: /does not exist/ },
    ],
    depth: 'full',
  },
];

function adminDraft({ run, profile }: ProbeContext, template: AdminTemplate): Draft {
  const { title, action, method, path, query, body, authorizedBy } = template;
  return {
    title,
    request: {
      method,
      path: ADMIN + path,
      ...(query ? { query: query(run) } : {}),
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    },
    needs: actionNeeds(action),
    authorizedBy: authorizedBy.map((pattern) => (pattern === 'shortAccessKey' ? profile.shortAccessKey : pattern)),
  };
}

const LIST_BUCKETS: WireRequest = { method: 'GET', path: '/' };
const BUCKET_NAMES = /<Name>([^<]+)<\/Name>/g;

/** Names in the answer to ListBuckets; undefined when it is none. */
export function bucketNames(body: string): readonly string[] | undefined {
  if (!/<ListAllMyBucketsResult[\s>]/.test(body)) return undefined;
  return [...body.matchAll(BUCKET_NAMES)].map(([, name = '']) => name);
}

/** Needs that nobody fulfils. */
const NEVER: Needs = [[]];

const CONDITIONS = conditionsOf(LIST_BUCKETS, true);
const SEE_ALL: Needs = [[{ action: 's3:ListAllMyBuckets', conditions: CONDITIONS }]];
const seeBucket = (bucket: string): Needs => [
  ['s3:ListBucket', 's3:GetBucketLocation'].map((action) => ({ action, bucket, conditions: CONDITIONS })),
];

/** Whether ListBuckets shows a bucket to an identity (source: bucket_usecase.rs; recorded: 06-access list-buckets). */
function visibility({ profile }: ProbeContext, rights: Rights, bucket: string): Outcome | 'unknown' {
  const needs = seeBucket(bucket);
  if (profile.bucketPoliciesShowBuckets) return rights.predict(needs);
  return rights.mayTouch(bucket) ? rights.predictByIam(needs) : 'refused';
}

/**
 * ListBuckets: it has to show exactly the buckets of the server that the credential may list or locate, and is refused if
 * there are none. `existing`: all buckets of the server.
 */
export function listBucketsDraft(context: ProbeContext, { rights }: Subject, existing: readonly string[]): Draft {
  const seesAll = rights.predictByIam(SEE_ALL) === 'allowed';
  const all = existing.map((bucket) => ({ bucket, seen: seesAll ? 'allowed' : visibility(context, rights, bucket) }));
  const visible = all.filter(({ seen }) => seen === 'allowed').map(({ bucket }) => bucket);
  const uncertain = all.filter(({ seen }) => seen === 'unknown').map(({ bucket }) => bucket);
  const shows = visible.length > 0 || seesAll;
  const [first = ''] = [...visible, ...uncertain];
  return {
    title: shows ? 'list exactly its own buckets' : 'list buckets',
    request: LIST_BUCKETS,
    needs: seesAll ? SEE_ALL : first === '' ? NEVER : seeBucket(first),
    judge: (body) => judgeNames(bucketNames(body), visible, uncertain),
  };
}

function judgeNames(
  seen: readonly string[] | undefined,
  visible: readonly string[],
  uncertain: readonly string[],
): Judgement {
  if (seen === undefined) return { observed: 'error', detail: 'no list of buckets' };
  const extra = seen.filter((name) => !visible.includes(name) && !uncertain.includes(name));
  const missing = visible.filter((name) => !seen.includes(name));
  if (extra.length > 0)
    return { observed: 'leak', detail: `showed ${extra.join(', ')}`, needs: seeBucket(extra[0] ?? '') };
  if (missing.length > 0)
    return { observed: 'broken', detail: `did not show ${missing.join(', ')}`, needs: seeBucket(missing[0] ?? '') };
  return { observed: 'allowed' };
}

/** Administration. `existing`: a bucket that is known to exist, so that creating it again changes nothing. */
export function accountDrafts(
  context: ProbeContext,
  { credentials }: Subject,
  existing: string | undefined,
): readonly Draft[] {
  const { depth, version, run } = context;
  const drafts = ADMIN_PROBES.filter((template) => template.depth === 'core' || depth === 'full').map((template) =>
    adminDraft(context, template),
  );
  if (depth !== 'full' || credentials === 'anonymous') return drafts;
  const missing = `cdktf-rustfs-probe-${run}`;
  const create: WireRequest = { method: 'PUT', path: `/${existing ?? ''}` };
  const remove: WireRequest = { method: 'DELETE', path: `/${missing}` };
  return [
    ...drafts,
    ...(existing === undefined
      ? []
      : [
          {
            title: 'create a bucket (that exists)',
            bucket: existing,
            request: create,
            needs: operationNeeds(version, 'CreateBucket', { bucket: existing }, create, true),
            authorizedBy: [{ status: 409, code: 'BucketAlreadyExists' }],
          },
        ]),
    {
      title: 'delete a bucket (that does not exist)',
      request: remove,
      needs: operationNeeds(version, 'DeleteBucket', { bucket: missing }, remove, true),
      authorizedBy: [{ status: 404, code: 'NoSuchBucket' }],
    },
  ];
}

/** AssumeRole is for users: an access key never gets a session, whatever its policies say (recorded: 09-sts). */
export function assumeRoleDraft({ profile }: ProbeContext): Draft {
  return {
    title: 'assume a role',
    request: {
      method: 'POST',
      path: '/',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      // Invalid on purpose: whoever may assume a role gets 400 instead of a session.
      body: 'Action=AssumeRole&Version=2011-06-15&Policy=none',
    },
    needs: NEVER,
    authorizedBy: [{ status: 400, message: /session policy/i }],
    refusedBy: [profile.noSessionsForKeys],
  };
}

/** The same key with another secret. */
export function wrongSecretDraft(
  { accessKeyId }: Credentials,
  run: string,
): { draft: Draft; credentials: Credentials } {
  return {
    draft: { title: 'use the key with a wrong secret', request: LIST_BUCKETS, needs: NEVER, mustBeBarred: true },
    credentials: { accessKeyId, secretAccessKey: `wrong-${run}-${run}` },
  };
}

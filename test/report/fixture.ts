import type { Manifest } from '../../manifest/index.js';
import type { DeploymentProof } from '../../proofs/index.js';
import type { AccessProof, Finding, KeyAge, ProbeResult, Verb } from '../../provisioning/index.js';
import type { ProbedRequest, ReportInputs } from '../../report/index.js';

const allow = (actions: string[], resources: string[]) => ({
  Effect: 'Allow' as const,
  Action: actions,
  Resource: resources,
});
const arns = (buckets: string[], suffix = '') => buckets.map((bucket) => `arn:aws:s3:::${bucket}${suffix}`);
const READ_WRITE = ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'];

function storage(name: string, buckets: string[], actions = READ_WRITE) {
  const Statement = [allow(['s3:ListBucket'], arns(buckets)), allow(actions, arns(buckets, '/*'))];
  return { name: `${name}-storage`, document: { Version: '2012-10-17', Statement } };
}

function component(name: string, buckets: string[], shareWith?: string[]) {
  return {
    name,
    user: `${name}-svc`,
    policy: `${name}-storage`,
    accessKey: name,
    buckets,
    ...(shareWith ? { shareWith } : {}),
  };
}

/** Four components: `loki` shares a bucket with `langfuse`, `talos` cannot delete, `web` publishes one bucket; `ops` is a user without a key. */
export function manifestOf(change: (manifest: Manifest) => void = () => {}): Manifest {
  const langfuse = storage('langfuse', ['langfuse-events', 'langfuse-media']);
  langfuse.document.Statement.push(allow(['s3:GetObject'], arns(['loki-chunks'], '/export/*')));
  const names = ['langfuse', 'loki', 'talos', 'web'];
  const manifest: Manifest = {
    version: 1,
    stack: 'example',
    server: {
      id: 'rustfs',
      endpoint: 'http://127.0.0.1:9000',
      region: 'us-east-1',
      rustfsVersion: '1.0.1',
      target: 'external',
    },
    secretStore: { type: 'directory', directory: 'secrets/example' },
    buckets: [
      { name: 'langfuse-events', removalPolicy: 'retain' },
      { name: 'langfuse-media', removalPolicy: 'retain' },
      { name: 'loki-chunks', removalPolicy: 'retain' },
      { name: 'loki-ruler-with-a-rather-long-name-for-a-bucket-2026', removalPolicy: 'retain' },
      { name: 'talos-backups', removalPolicy: 'retain' },
      {
        name: 'web-assets',
        removalPolicy: 'retain',
        policy: {
          Version: '2012-10-17',
          Statement: [{ ...allow(['s3:GetObject'], arns(['web-assets'], '/*')), Principal: '*' }],
        },
      },
    ],
    policies: [
      langfuse,
      storage('loki', ['loki-chunks', 'loki-ruler-with-a-rather-long-name-for-a-bucket-2026']),
      storage('talos', ['talos-backups'], ['s3:GetObject', 's3:PutObject']),
      storage('web', ['web-assets']),
    ],
    users: [
      ...names.map((name) => ({ name: `${name}-svc`, enabled: true, policies: [`${name}-storage`] })),
      { name: 'ops', enabled: false, policies: ['readonly'] },
    ],
    groups: [],
    accessKeys: names.map((name) => ({ name, user: `${name}-svc` })),
    components: [
      component('langfuse', ['langfuse-events', 'langfuse-media']),
      component('loki', ['loki-chunks', 'loki-ruler-with-a-rather-long-name-for-a-bucket-2026'], ['langfuse']),
      component('talos', ['talos-backups']),
      component('web', ['web-assets']),
    ],
  };
  change(manifest);
  return manifest;
}

const VERBS: readonly (readonly [Verb, string, string])[] = [
  ['list', 'GET', ''],
  ['get', 'GET', '/.probe/never-written'],
  ['put', 'PUT', '/.probe/never-written'],
  ['delete', 'DELETE', '/.probe/nothing-to-delete'],
];

/** What may be done, by key and bucket. Written down, not worked out. */
const RIGHTS: Readonly<Record<string, readonly Verb[]>> = {
  'langfuse langfuse-events': ['list', 'get', 'put', 'delete'],
  'langfuse langfuse-media': ['list', 'get', 'put', 'delete'],
  'langfuse loki-chunks': ['get'],
  'loki loki-chunks': ['list', 'get', 'put', 'delete'],
  'loki loki-ruler-with-a-rather-long-name-for-a-bucket-2026': ['list', 'get', 'put', 'delete'],
  'talos talos-backups': ['list', 'get', 'put'],
  'web web-assets': ['list', 'get', 'put', 'delete'],
};

function rightsOf(key: string, bucket: string): readonly Verb[] {
  const own = RIGHTS[`${key} ${bucket}`] ?? [];
  return bucket === 'web-assets' && !own.includes('get') ? [...own, 'get'] : own;
}

export function answer(
  key: string,
  bucket: string | undefined,
  title: string,
  method: string,
  path: string,
  predicted: 'allowed' | 'refused',
  more: Partial<ProbeResult> & { verb?: Verb; contradicts?: ProbedRequest['contradicts']; who?: string } = {},
): ProbedRequest {
  const { verb, contradicts, who = key, ...rest } = more;
  const request = { method, path, ...(verb === 'list' ? { query: { 'list-type': '2', prefix: '' } } : {}) };
  return {
    probe: {
      title,
      who,
      ...(key === 'anonymous' ? {} : { accessKey: key }),
      ...(bucket === undefined ? {} : { bucket }),
      ...(verb ? { verb } : {}),
      request,
      predicted,
      needs: [],
      authorizedBy: [],
    },
    request,
    observed: predicted,
    answer: predicted === 'allowed' ? '200' : '403 AccessDenied',
    status: predicted === 'allowed' ? 200 : 403,
    ...rest,
    ...(contradicts ? { contradicts } : {}),
  };
}

/** Every verb for every key and nobody on every bucket, and one administrative request for each key; all as predicted. */
export function answersOf({ accessKeys, buckets }: Manifest): ProbedRequest[] {
  const keys = [...accessKeys.map(({ name }) => name), 'anonymous'];
  return keys.flatMap((key) => [
    ...buckets.flatMap(({ name }) =>
      VERBS.map(([verb, method, path]) =>
        answer(
          key,
          name,
          `${verb} object${verb === 'list' ? 's' : ''}`,
          method,
          `/${name}${path}`,
          rightsOf(key, name).includes(verb) ? 'allowed' : 'refused',
          { verb },
        ),
      ),
    ),
    answer(key, undefined, 'list users', 'GET', '/rustfs/admin/v3/list-users', 'refused'),
  ]);
}

export function accessOf(
  manifest: Manifest,
  results: readonly ProbedRequest[],
  findings: readonly Finding[] = [],
): AccessProof {
  const fine = results.filter(({ contradicts }) => contradicts === undefined);
  const rows = [...manifest.accessKeys.map(({ name }) => name), 'anonymous'].flatMap((accessKey) =>
    manifest.buckets.map(({ name: bucket }) => ({
      accessKey,
      bucket,
      granted: manifest.components.some((one) => one.accessKey === accessKey && one.buckets.includes(bucket)),
      predicted: rightsOf(accessKey, bucket),
      probes: 4,
      state: 'as-predicted' as const,
    })),
  );
  return {
    components: manifest.components.length,
    buckets: manifest.buckets.length,
    accessKeys: manifest.accessKeys.length,
    isolation: { pairs: 12, proved: 12 },
    unproved: [],
    exceptions: [],
    probes: {
      total: results.length,
      allowed: fine.filter(({ observed }) => observed === 'allowed').length,
      refused: fine.filter(({ observed }) => observed === 'refused').length,
      contradictions: findings.filter(({ severity }) => severity !== 'error').length,
    },
    findings,
    notProbed: [],
    pairs: { probed: 24, total: 24 },
    sampled: false,
    matrix: rows,
    endpoint: 'http://127.0.0.1:9000',
    emulated: false,
    requests: results.length + 12,
    durationMs: 812,
  };
}

const PUBLIC_REASON = 'Pictures of the public web site.';

/** Every theorem holds, but for the public bucket, which is accepted. */
export function proofOf({ users, buckets, components }: Manifest): DeploymentProof {
  const owners = new Map(components.flatMap(({ name, buckets: own }) => own.map((bucket) => [bucket, name])));
  return {
    buckets: users.flatMap(({ name: user }) =>
      buckets.map(({ name: bucket }) => {
        const owner = owners.get(bucket);
        const own = user === `${owner}-svc`;
        const grant = own
          ? ('own' as const)
          : user === 'langfuse-svc' && owner === 'loki'
            ? ('shared' as const)
            : bucket === 'web-assets'
              ? ('public' as const)
              : ('none' as const);
        return { user, bucket, ...(owner === undefined ? {} : { owner }), grant, result: 'proved' as const };
      }),
    ),
    account: users.map(({ name: user }) => ({ user, result: 'proved' as const })),
    public: [
      {
        bucket: 'web-assets',
        result: 'counterexample',
        message: 'anybody could s3:GetObject web-assets/x',
        accepted: PUBLIC_REASON,
      },
    ],
    isolation: { pairs: 12, proved: 12 },
    exceptions: [{ what: 'bucket web-assets', reason: PUBLIC_REASON }],
    problems: [],
  };
}

export const CREATED = new Date('2026-06-30T12:00:00.000Z');

function ageOf(accessKey: string, createdAt: string, state: KeyAge['state'] = 'active'): KeyAge {
  return { accessKey, state, createdAt, ageMs: CREATED.getTime() - Date.parse(createdAt) };
}

/** Everything is as declared. */
export function inputsOf(change: (manifest: Manifest) => void = () => {}): ReportInputs {
  const manifest = manifestOf(change);
  const results = answersOf(manifest);
  return {
    tool: 'cdktf-rustfs 0.1.0',
    createdAt: CREATED,
    manifest,
    access: accessOf(manifest, results),
    results,
    proof: proofOf(manifest),
    unmanaged: [],
    keys: manifest.accessKeys.map(({ name }) => ageOf(name, '2026-06-01T08:30:00.000Z')),
  };
}

const CURL =
  'curl -sS -i -X GET --aws-sigv4 aws:amz:us-east-1:s3 --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" http://127.0.0.1:9000/langfuse-media/.probe/never-written';

/** The same estate after somebody widened a policy on the server, with an exception, a refuted theorem, and things that nobody declared. */
export function troubledInputs(): ReportInputs {
  const clean = inputsOf();
  const widened = answer(
    'talos',
    'langfuse-media',
    'get object',
    'GET',
    '/langfuse-media/.probe/never-written',
    'refused',
    {
      verb: 'get',
      observed: 'allowed',
      answer: '404 NoSuchKey',
      status: 404,
      contradicts: 'security',
    },
  );
  const silent = answer('web', 'talos-backups', 'head bucket', 'HEAD', '/talos-backups', 'refused', {
    observed: 'error',
    answer: '500 InternalError',
    status: 500,
    contradicts: 'error',
  });
  const results = [
    ...clean.results.filter(
      ({ probe }) => !(probe.accessKey === 'talos' && probe.bucket === 'langfuse-media' && probe.verb === 'get'),
    ),
    widened,
    silent,
  ];
  const findings: readonly Finding[] = [
    {
      severity: 'security',
      who: 'talos',
      probe: 'get object',
      bucket: 'langfuse-media',
      predicted: 'refused',
      observed: 'allowed',
      answer: '404 NoSuchKey',
      cause: 'drift',
      message:
        'talos could get object on langfuse-media, although the declared policies refuse it (404 NoSuchKey); statement 3 of policy talos-storage, attached to user talos-svc on the server, allows it',
      command: CURL,
    },
    {
      severity: 'error',
      who: 'web',
      probe: 'head bucket',
      bucket: 'talos-backups',
      predicted: 'refused',
      observed: 'error',
      answer: '500 InternalError',
      message: 'web: head bucket on talos-backups got no usable answer (500 InternalError)',
      command: 'curl -sS -i --head http://127.0.0.1:9000/talos-backups',
    },
  ];
  const proof = proofOf(clean.manifest);
  const message =
    'web-svc could s3:GetObject loki-chunks/x, because web-storage allows it; narrow web-storage, or declare shareWith on loki';
  const reason = 'The nightly export reads all of loki until the export job has a bucket of its own.';
  const request = { action: 's3:GetObject', bucket: 'loki-chunks', key: 'x' };
  const refusal = { allowed: false, reason: 'implicit-deny' as const };
  const counterexample = { request, allowedBy: { policy: 'web-storage', index: 1 }, refusal };
  return {
    ...clean,
    results,
    access: {
      ...accessOf(clean.manifest, results, findings),
      emulated: true,
      notProbed: [
        {
          what: 'access key loki: put object',
          reason: 'the policies make it depend on aws:SourceIp, which only the server knows',
        },
      ],
    },
    proof: {
      ...proof,
      buckets: proof.buckets.map((one) => {
        if (one.user === 'web-svc' && one.bucket === 'loki-chunks')
          return { ...one, result: 'counterexample', counterexample, message };
        if (one.user === 'langfuse-svc' && one.bucket === 'loki-chunks')
          return { ...one, result: 'counterexample', counterexample, accepted: reason };
        return one;
      }),
      account: proof.account.map((one) =>
        one.user === 'talos-svc' ? { ...one, result: 'unknown', message: 'talos-svc: more than 500000 states' } : one,
      ),
      isolation: { pairs: 12, proved: 11 },
      exceptions: [...proof.exceptions, { what: 'user langfuse-svc on loki-chunks', reason }],
      problems: [message, 'talos-svc: more than 500000 states'],
    },
    unmanaged: [
      { kind: 'user', name: 'intern', detail: 'policy readwrite: reads and writes every bucket', severity: 'security' },
      { kind: 'bucket', name: 'tmp-2024' },
    ],
    keys: [
      { ...ageOf('langfuse', '2026-06-29T08:30:00.000Z', 'draining'), previousCreatedAt: '2026-01-04T08:30:00.000Z' },
      ageOf('loki', '2025-12-01T08:30:00.000Z'),
      { accessKey: 'talos', state: 'active' },
      { accessKey: 'web', state: 'missing' },
    ],
  };
}

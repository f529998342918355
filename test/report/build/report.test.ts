import { describe, expect, test } from 'vitest';
import { type AccessReport, buildReport } from '../../../report/index.js';
import { inputsOf, troubledInputs } from '../fixture.js';

const cell = (report: AccessReport, who: string, bucket?: string) =>
  report.cells.find((one) => one.who === who && one.bucket === bucket);
const NOTHING = { verbs: [], actions: [], statements: [] };

describe('a deployment that is as declared', () => {
  const report = buildReport(inputsOf());

  test('verdict and figures', () => {
    expect(report.verdict).toEqual({
      level: 'as-declared',
      headline: 'Every declared key can do what is declared, and nothing else',
      reasons: [
        '35 of 36 pairs of identity and bucket proved; 12 of 12 ordered pairs of components proved isolated',
        '125 requests tried: 28 allowed and 97 refused as predicted',
        '1 exception with a written reason',
      ],
    });
    expect(report.summary.pairs).toEqual({ total: 36, granted: 13, proved: 35, probed: 30 });
  });

  test('rows are keys by component, then users without a key, then nobody; columns are buckets by owner', () => {
    expect(report.identities.map(({ id }) => id)).toEqual([
      'langfuse',
      'loki',
      'talos',
      'web',
      'user ops',
      'anonymous',
    ]);
    expect(report.identities[4]?.powerless).toBe('user ops is declared as disabled');
    expect(report.buckets.map(({ owner }) => owner)).toEqual(['langfuse', 'langfuse', 'loki', 'loki', 'talos', 'web']);
  });

  test('an own bucket', () => {
    expect(cell(report, 'talos', 'talos-backups')).toMatchObject({
      grant: 'own',
      verbs: ['list', 'get', 'put'],
      actions: ['s3:GetObject', 's3:ListBucket', 's3:PutObject'],
      statements: [
        { document: 'policy talos-storage', index: 0 },
        { document: 'policy talos-storage', index: 1 },
      ],
      proof: { state: 'proved' },
      probe: { state: 'as-predicted', requests: 4 },
    });
  });

  test('a shared bucket of which only a prefix may be read', () => {
    expect(cell(report, 'langfuse', 'loki-chunks')).toMatchObject({
      grant: 'shared',
      verbs: ['get'],
      actions: ['s3:GetObject'],
      statements: [{ document: 'policy langfuse-storage', index: 2 }],
    });
  });

  test('a public bucket, for somebody else and for nobody in particular', () => {
    const byPolicy = {
      verbs: ['get'],
      actions: ['s3:GetObject'],
      statements: [{ document: 'bucket web-assets', index: 0 }],
    };
    expect(cell(report, 'loki', 'web-assets')).toMatchObject({ grant: 'public', ...byPolicy });
    expect(cell(report, 'anonymous', 'web-assets')).toMatchObject({
      grant: 'public',
      ...byPolicy,
      proof: { state: 'accepted', accepted: 'Pictures of the public web site.' },
    });
  });

  test('a bucket of another component, and the rest of the server', () => {
    expect(cell(report, 'web', 'loki-chunks')).toMatchObject({ grant: 'none', ...NOTHING, proof: { state: 'proved' } });
    expect(cell(report, 'web')).toMatchObject({ ...NOTHING, probe: { state: 'as-predicted', requests: 1 } });
  });

  test('pairs with nothing to say are left out', () => {
    expect(report.unlisted).toEqual({ proof: 'proved' });
    expect(report.cells.filter(({ who }) => who === 'user ops').map(({ bucket }) => bucket)).toEqual([
      'web-assets',
      undefined,
    ]);
  });

  test('requests name the bucket by a placeholder, so that equal answers are written once', () => {
    const { set = -1 } = cell(report, 'web', 'loki-chunks')?.probe ?? {};
    expect(cell(report, 'talos', 'langfuse-media')?.probe.set).toBe(set);
    expect(report.probeSets[set]?.[0]).toEqual({
      title: 'list objects',
      verb: 'list',
      request: 'GET /{bucket}?list-type=2&prefix',
      predicted: 'refused',
      observed: 'refused',
      answer: '403 AccessDenied',
    });
  });

  test('the order of answers does not matter', () => {
    const inputs = inputsOf();
    expect(buildReport({ ...inputs, results: [...inputs.results].reverse() })).toEqual(report);
  });

  test('key ages count whole days', () => {
    expect(report.keys[0]).toEqual({
      name: 'langfuse',
      user: 'langfuse-svc',
      state: 'active',
      createdAt: '2026-06-01T08:30:00.000Z',
      ageDays: 29,
    });
  });
});

describe('without theorems', () => {
  const { proof: _, ...inputs } = inputsOf();
  const report = buildReport(inputs);

  test('nothing is proved, and the verdict says so', () => {
    expect(report.verdict.level).toBe('incomplete');
    expect(report.verdict.reasons[0]).toBe('The theorems were not tried in this run: nothing is proved');
    expect(report.summary.pairs.proved).toBe(0);
    expect(new Set(report.cells.map(({ proof }) => proof.state))).toEqual(new Set(['not-proved']));
  });

  test('what is granted follows from the manifest', () => {
    expect(cell(report, 'langfuse', 'langfuse-media')?.grant).toBe('own');
    expect(cell(report, 'langfuse', 'loki-chunks')?.grant).toBe('shared');
    expect(cell(report, 'loki', 'web-assets')?.grant).toBe('public');
  });
});

describe('a deployment in trouble', () => {
  const report = buildReport(troubledInputs());

  test('the verdict names the emulator and counts what is wrong', () => {
    expect(report.verdict).toEqual({
      level: 'contradicted',
      headline: 'On the emulator: Access differs from what is declared',
      reasons: [
        '2 findings: more is possible than is declared',
        '2 findings: no usable answer',
        '33 of 36 pairs of identity and bucket proved; 11 of 12 ordered pairs of components proved isolated',
        '126 requests tried: 28 allowed and 96 refused as predicted',
        '1 thing could not be probed',
        '2 exceptions with a written reason',
        '2 objects on the server that nobody declared',
      ],
    });
  });

  test('the contradicted cell lists the contradicting request first', () => {
    const { probe } = cell(report, 'talos', 'langfuse-media') ?? {};
    expect(probe?.state).toBe('contradicted');
    expect(report.probeSets[probe?.set ?? -1]?.[0]).toMatchObject({
      request: 'GET /{bucket}/.probe/never-written',
      predicted: 'refused',
      observed: 'allowed',
      answer: '404 NoSuchKey',
      contradicts: 'security',
    });
  });

  test('a refuted theorem carries its counterexample, an exception its reason', () => {
    expect(cell(report, 'web', 'loki-chunks')?.proof).toMatchObject({
      state: 'counterexample',
      counterexample: {
        action: 's3:GetObject',
        bucket: 'loki-chunks',
        key: 'x',
        allowedBy: { policy: 'web-storage', index: 1 },
      },
    });
    expect(cell(report, 'langfuse', 'loki-chunks')?.proof).toMatchObject({
      state: 'accepted',
      accepted: 'The nightly export reads all of loki until the export job has a bucket of its own.',
    });
    expect(cell(report, 'talos')?.proof.state).toBe('unknown');
  });

  test('findings of prover and probes, the most severe first', () => {
    expect(report.findings.map(({ severity, source, who }) => `${severity} ${source} ${who}`)).toEqual([
      'security probe talos',
      'security proof web-svc',
      'error proof talos-svc',
      'error probe web',
    ]);
  });

  test('a key of unknown age has none', () => {
    expect(report.keys.find(({ name }) => name === 'talos')).toEqual({
      name: 'talos',
      user: 'talos-svc',
      state: 'active',
    });
  });
});

describe('statements that speak of a bucket', () => {
  const reach = (Statement: unknown[]) => {
    const { proof: _, ...inputs } = inputsOf((manifest) => {
      const policy = manifest.policies.find(({ name }) => name === 'talos-storage');
      if (policy) policy.document.Statement = Statement as never;
    });
    const report = buildReport({ ...inputs, access: { ...inputs.access, matrix: [] } });
    return (bucket: string) => cell(report, 'talos', bucket)?.actions ?? [];
  };
  const get = (Resource: string) => ({ Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${Resource}` });

  test.each<readonly [resource: string, bucket: string, reached: boolean]>([
    ['loki-*', 'loki-chunks', true],
    ['lo*s', 'loki-chunks', true],
    ['loki-chunks', 'loki-chunks', false],
    ['loki-chunks/a/b?', 'loki-chunks', true],
    ['loki-chunk/*', 'loki-chunks', false],
    ['*/export/*', 'loki-chunks', true],
    ['${aws:username}/*', 'loki-chunks', false],
    ['talos-backups/${aws:SourceIp}/*', 'talos-backups', true],
  ])('objects of %s in %s: %s', (resource, bucket, reached) => {
    expect(reach([get(resource)])(bucket)).toEqual(reached ? ['s3:GetObject'] : []);
  });

  test('NotResource leaves out what it covers whole', () => {
    const actions = reach([
      {
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:ListBucket'],
        NotResource: ['arn:aws:s3:::loki-chunks/*', 'arn:aws:s3:::web-assets*'],
      },
    ]);
    expect(actions('loki-chunks')).toEqual(['s3:ListBucket']);
    expect(actions('langfuse-media')).toEqual(['s3:GetObject', 's3:ListBucket']);
  });

  test('the policy of the key itself narrows', () => {
    const { proof: _, ...inputs } = inputsOf((manifest) => {
      const key = manifest.accessKeys.find(({ name }) => name === 'web');
      if (key) key.policy = { Version: '2012-10-17', Statement: [get('web-assets/*')] } as never;
    });
    expect(cell(buildReport(inputs), 'web', 'web-assets')).toMatchObject({
      actions: ['s3:GetObject'],
      statements: [
        { document: 'policy web-storage', index: 0 },
        { document: 'policy web-storage', index: 1 },
        { document: 'key web', index: 0 },
        { document: 'bucket web-assets', index: 0 },
      ],
    });
  });
});

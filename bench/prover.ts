import { parseManifest } from '../manifest/index.js';
import { type PolicyStatement, proveContained, type Subject } from '../policies/index.js';
import { proveManifest } from '../proofs/index.js';
import { manifestOf } from './manifest.js';
import { median, type Row } from './statistics.js';

const REPEATS = 9;

const subject = (count: number, statements: (index: number) => readonly PolicyStatement[]): Subject => ({
  principal: {
    kind: 'user',
    accessKey: 'app',
    policies: [
      {
        name: 'policy',
        document: {
          Version: '2012-10-17',
          Statement: Array.from({ length: count }, (_, index) => statements(index)).flat(),
        },
      },
    ],
  },
});

const allow = (Action: string | string[], resource: string): PolicyStatement => ({
  Effect: 'Allow',
  Action,
  Resource: `arn:aws:s3:::${resource}`,
});

/** Half of the statements list one bucket each, the other half use its objects, from one network. */
const ofApplications = (statements: number) =>
  subject(statements / 2, (index) => [
    allow('s3:ListBucket', `app${index}-data`),
    {
      ...allow(['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], `app${index}-data/*`),
      Condition: { IpAddress: { 'aws:SourceIp': `10.${index % 250}.0.0/16` } },
    },
  ]);

function timed(what: string, budgetMs: number, expected: string, prove: () => string): Row {
  const times = Array.from({ length: REPEATS }, () => {
    const start = performance.now();
    const result = prove();
    const time = performance.now() - start;
    if (result !== expected) throw new Error(`${what}: ${result} instead of ${expected}`);
    return time;
  });
  return { what, measured: median(times), budget: budgetMs, unit: 'ms' };
}

/** How long proofs take, each at its size, and the proof of a whole manifest. */
export function prover(): Row[] {
  const contained = (a: Subject, b: Subject) => () => proveContained(a, b).result;
  const infix = subject(20, (index) => [allow('s3:GetObject', `*-${index}/*/k${index}*`)]);
  const manifest = parseManifest(manifestOf(100, 'http://127.0.0.1:9000'));
  return [
    ...(
      [
        [100, 50],
        [1000, 2000],
      ] as const
    ).flatMap(([statements, budget]) => {
      const whole = ofApplications(statements);
      return [
        timed(
          `proof of ${statements} statements within app*`,
          budget,
          'proved',
          contained(
            whole,
            subject(1, () => [allow('s3:*', 'app*')]),
          ),
        ),
        timed(`proof of ${statements} statements within themselves`, budget, 'proved', contained(whole, whole)),
        timed(
          `counterexample among ${statements} statements`,
          budget,
          'counterexample',
          contained(whole, ofApplications(statements - 2)),
        ),
      ];
    }),
    timed('proof of 20 patterns with inner wildcards', 50, 'proved', contained(infix, infix)),
    timed('proof of a manifest of 100 components', 1000, '9900 of 9900', () => {
      const { isolation } = proveManifest(manifest);
      return `${isolation.proved} of ${isolation.pairs}`;
    }),
  ];
}

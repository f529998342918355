import * as z from 'zod';

/** Version of the format of access.json. A report of another version is refused, never guessed at. */
export const REPORT_VERSION = 1;

const count = z.int().nonnegative();
const name = z.string();
const time = z.iso.datetime();

const verb = z.enum(['list', 'get', 'put', 'delete']);
const grant = z.enum(['own', 'shared', 'granted', 'public', 'none']);

/** `accepted`: not proved, but somebody wrote down why that is so. `not-proved`: nobody tried. */
const proofState = z.enum(['proved', 'accepted', 'counterexample', 'unknown', 'not-proved']);

/** As `MatrixRow.state` of the access proof. */
const probeState = z.enum(['as-predicted', 'contradicted', 'unknown', 'not-probed']);

const counterexample = z.strictObject({
  action: z.string(),
  bucket: name.optional(),
  key: z.string().optional(),
  conditions: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
  allowedBy: z.strictObject({ policy: name, index: count, sid: z.string().optional() }).optional(),
});

const cell = z.strictObject({
  who: name.meta({ description: 'Id of an identity.' }),
  bucket: name.optional().meta({ description: 'Absent: administration, and buckets that nobody declared.' }),
  grant,
  verbs: z.array(verb).meta({ description: 'What the declared policies allow on objects of the bucket.' }),
  actions: z.array(z.string()).meta({ description: 'Every action that the statements below name for the bucket.' }),
  statements: z
    .array(z.strictObject({ document: name, index: count }))
    .meta({ description: 'Statements that speak of the bucket; the index counts from 0.' }),
  proof: z.strictObject({
    state: proofState,
    message: z.string().optional(),
    accepted: z.string().optional().meta({ description: 'The written reason of an exception.' }),
    counterexample: counterexample.optional(),
  }),
  probe: z.strictObject({
    state: probeState,
    requests: count,
    set: count.optional().meta({ description: 'Which of `probeSets` lists the requests.' }),
  }),
});

const probe = z.strictObject({
  title: z.string(),
  who: name.optional().meta({ description: 'Where it differs from the identity, such as `web (draining)`.' }),
  verb: verb.optional(),
  request: z.string().meta({ description: 'Method, path and query; {bucket} stands for the bucket of the cell.' }),
  predicted: z.enum(['allowed', 'refused']),
  observed: z.enum(['allowed', 'refused', 'leak', 'broken', 'barred', 'error']),
  answer: z.string(),
  contradicts: z.enum(['security', 'access', 'error']).optional(),
});

const identity = z.strictObject({
  id: name,
  kind: z.enum(['access-key', 'user', 'anonymous']),
  user: name.optional(),
  component: name.optional(),
  documents: z.array(name).meta({ description: 'Ids of the policy documents that decide over it.' }),
  powerless: z.string().optional().meta({ description: 'Why it may do nothing at all.' }),
});

const document = z.strictObject({
  id: name,
  name,
  kind: z.enum(['policy', 'key-policy', 'bucket-policy']),
  text: z.unknown().meta({ description: 'The policy document.' }),
});

const finding = z.strictObject({
  severity: z.enum(['security', 'access', 'error']),
  source: z.enum(['probe', 'proof']),
  message: z.string(),
  who: name.optional(),
  probe: z.string().optional(),
  bucket: name.optional(),
  predicted: z.string().optional(),
  observed: z.string().optional(),
  answer: z.string().optional(),
  cause: z.enum(['drift', 'model', 'unknown']).optional(),
  command: z.string().optional().meta({ description: 'The request as a curl command, without credentials.' }),
});

const key = z.strictObject({
  name,
  user: name,
  state: z.enum(['active', 'rotating', 'draining', 'pending', 'missing']),
  createdAt: time.optional().meta({ description: 'Absent: nobody recorded it.' }),
  ageDays: count.optional(),
  previousCreatedAt: time.optional().meta({ description: 'When the key was made that still drains.' }),
});

const run = z.strictObject({ createdAt: time, manifestHash: z.string() });

const change = z.strictObject({
  effect: z.enum(['gained', 'lost', 'worse', 'better', 'neutral']).meta({
    description: '`gained`, `lost`: somebody may do more, or less. `worse`, `better`: something else got so.',
  }),
  what: z.string(),
  before: z.string().optional(),
  after: z.string().optional(),
});

const changes = z.strictObject({ from: run, to: run, entries: z.array(change) });

export const reportSchema = z
  .strictObject({
    version: z.literal(REPORT_VERSION),
    tool: z.string(),
    stack: name,
    server: z.strictObject({
      id: name,
      endpoint: z.string(),
      rustfsVersion: z.string(),
      emulated: z.boolean().meta({ description: 'True: the answers came from the emulator, not from RustFS.' }),
    }),
    ...run.shape,
    verdict: z.strictObject({
      level: z.enum(['as-declared', 'incomplete', 'contradicted']),
      headline: z.string(),
      reasons: z.array(z.string()),
    }),
    summary: z.strictObject({
      components: count,
      buckets: count,
      identities: count,
      /** Pairs of identity and bucket; `proved` counts accepted exceptions as not proved. */
      pairs: z.strictObject({ total: count, granted: count, proved: count, probed: count }),
      probes: z.strictObject({ total: count, allowed: count, refused: count, contradictions: count }),
      isolation: z.strictObject({ pairs: count, proved: count }).optional(),
      findings: z.strictObject({ security: count, access: count, error: count }),
    }),
    identities: z.array(identity),
    buckets: z.array(z.strictObject({ name, owner: name.optional() })),
    unlisted: z.strictObject({ proof: proofState }).meta({
      description: 'Pairs without a cell: nothing granted, no statement speaks of them, not probed, and this proof.',
    }),
    cells: z.array(cell),
    probeSets: z
      .array(z.array(probe))
      .meta({ description: 'Lists of requests, each shared by all cells that got the same.' }),
    documents: z.array(document),
    findings: z.array(finding),
    exceptions: z.array(z.strictObject({ what: z.string(), reason: z.string() })),
    notProbed: z.array(z.strictObject({ what: z.string(), reason: z.string() })),
    unmanaged: z.array(
      z.strictObject({ kind: z.string(), name, detail: z.string().optional(), severity: z.string().optional() }),
    ),
    keys: z.array(key),
    changes: changes.optional().meta({ description: 'Since the run before; absent for a first report.' }),
    lastChange: changes.optional().meta({ description: 'The last difference, if the run before brought none.' }),
    notCompared: z.string().optional().meta({ description: 'Why the report that was there before is not compared.' }),
  })
  .meta({
    title: 'cdktf-rustfs access report',
    description: 'Who can do what, as declared, proved and probed. Contains no secret.',
  });

export type AccessReport = z.infer<typeof reportSchema>;
export type ReportIdentity = AccessReport['identities'][number];
export type ReportBucket = AccessReport['buckets'][number];
export type ReportCell = AccessReport['cells'][number];
export type ReportProbe = AccessReport['probeSets'][number][number];
export type ReportFinding = AccessReport['findings'][number];
export type ReportKey = AccessReport['keys'][number];
export type ReportChanges = NonNullable<AccessReport['changes']>;
export type ReportChange = ReportChanges['entries'][number];
export type ProofState = ReportCell['proof']['state'];
export type ProbeState = ReportCell['probe']['state'];

/** A report that cannot be used; the message lists every problem. */
export class ReportError extends Error {
  override readonly name = 'ReportError';
}

const MAX_PROBLEMS = 10;

/** Reads access.json. Throws {@link ReportError}; `source` names the text in it. */
export function parseReport(text: string, source: string): AccessReport {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ReportError(`${source} is not JSON: ${(cause as Error).message}; expected an access.json`, { cause });
  }
  const { version } = (value ?? {}) as { version?: unknown };
  if (version !== REPORT_VERSION) {
    throw new ReportError(
      `${source} is not a report of version ${REPORT_VERSION} (its version: ${JSON.stringify(version) ?? 'none'}): expected an access.json that this release of cdktf-rustfs wrote`,
    );
  }
  const result = reportSchema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
  const more = problems.length > MAX_PROBLEMS ? [`  … and ${problems.length - MAX_PROBLEMS} more`] : [];
  throw new ReportError([`${source} is damaged:`, ...problems.slice(0, MAX_PROBLEMS), ...more].join('\n'));
}

/** The report as text, for access.json. */
export function serializeReport(report: AccessReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

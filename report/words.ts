import type { AccessReport, ProbeState, ProofState, ReportCell, ReportChange, ReportKey } from './model.js';

/** A state in one word, and what it means. */
type Words<State extends string> = Readonly<Record<State, readonly [word: string, meaning: string]>>;

export const GRANTS: Words<ReportCell['grant']> = {
  own: ['own', 'the bucket belongs to the component of the key'],
  shared: ['shared', 'the owner of the bucket shares it with the component'],
  granted: ['granted', 'a policy of the user or of its groups allows it'],
  public: ['public', 'the policy of the bucket allows it to everybody'],
  none: ['nothing granted', 'no declaration gives any right'],
};

export const PROOFS: Words<ProofState> = {
  proved: ['proved', 'by its policies, no request at all can do more than what is granted'],
  accepted: ['exception', 'more is possible than what is granted, and somebody wrote down why'],
  counterexample: ['disproved', 'there is a request that its policies allow beyond what is granted'],
  unknown: ['undecided', 'the prover could not tell'],
  'not-proved': ['not tried', 'no theorem was tried for it'],
};

export const PROBES: Words<ProbeState> = {
  'as-predicted': ['as predicted', 'the server answered every request as the declared policies predict'],
  contradicted: ['contradicted', 'the server answered a request otherwise than the declared policies predict'],
  unknown: ['no usable answer', 'a request got no answer that shows anything'],
  'not-probed': ['not probed', 'no request was made'],
};

export const SEVERITIES: Words<AccessReport['findings'][number]['severity']> = {
  security: ['security', 'more is possible than is declared'],
  access: ['access', 'less is possible than is declared'],
  error: ['error', 'nothing was shown'],
};

export const CAUSES: Words<'drift' | 'model' | 'unknown'> = {
  drift: ['drift', 'the server holds something else than what is declared'],
  model: ['model', 'what the server holds does not explain it either'],
  unknown: ['unknown', 'the cause could not be told'],
};

export const EFFECTS: Words<ReportChange['effect']> = {
  worse: ['worse', 'something is less sure than before'],
  gained: ['gained', 'somebody may do more than before'],
  lost: ['lost', 'somebody may do less than before'],
  better: ['better', 'something is surer than before'],
  neutral: ['changed', 'neither better nor worse by itself'],
};

export const KEY_STATES: Words<ReportKey['state']> = {
  active: ['active', 'applications use it'],
  rotating: ['rotating', 'a rotation was interrupted before it published the new key'],
  draining: ['draining', 'the key before it is still valid'],
  pending: ['pending', 'its creation was interrupted'],
  missing: ['not stored', 'its secret is not in the secret store'],
};

/** What the report shows and what it does not. Terms first, as rows of a list. */
export const METHOD: readonly (readonly [term: string, meaning: string])[] = [
  [
    'Granted',
    'What the manifest declares. The letters l, r, w and d stand for list, read, write and delete objects; a dash for what is not allowed.',
  ],
  [
    'Proved',
    'A theorem about the declared policies, for every possible request: the identity can do on the bucket nothing beyond what is granted. It is about the text of the policies, not about the server.',
  ],
  [
    'Probed',
    'Real requests with the real access key, also of what must be refused. It is about the server, but only about the requests that were made. Probes are harmless even where they are allowed by mistake.',
  ],
  [
    'Rest of the server',
    'Administration, and buckets that nobody declared. Probes there are administrative requests, and requests with a wrong secret.',
  ],
  [
    'Limits',
    'Not shown: what an operator with root credentials or with access to the disks can do, users and keys that nobody declared (listed as unmanaged if seen), and changes after the time above.',
  ],
];

export const EMULATED =
  'Emulated: every answer came from the cdktf-rustfs emulator, not from RustFS. This is no evidence about a RustFS server.';

const LETTERS = { list: 'l', get: 'r', put: 'w', delete: 'd' } as const;

/** Rights on objects as four letters, such as `lrw-`. */
export function rightsText(verbs: ReportCell['verbs']): string {
  return (Object.keys(LETTERS) as (keyof typeof LETTERS)[])
    .map((verb) => (verbs.includes(verb) ? LETTERS[verb] : '-'))
    .join('');
}

/** `2026-01-31 12:00 UTC`. */
export function timeText(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

export function ageText({ ageDays, createdAt }: ReportKey): string {
  if (createdAt === undefined || ageDays === undefined) return 'unknown';
  return ageDays === 1 ? '1 day' : `${ageDays} days`;
}

export function serverText({ server }: AccessReport): string {
  return `${server.emulated ? `emulator (not RustFS) behaving like RustFS ${server.rustfsVersion}` : `RustFS ${server.rustfsVersion}`} at ${server.endpoint}`;
}

/** `1 bucket`, `2 buckets`. */
export const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

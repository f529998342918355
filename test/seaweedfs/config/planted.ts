import samples from '../vectors/document-samples.json' with { type: 'json' };
import vectors from '../vectors/starts.json' with { type: 'json' };

export interface Start {
  readonly what: string;
  readonly patch?: unknown;
  readonly outcome: string;
  readonly answers?: Readonly<Record<string, readonly [status: number, code: string]>>;
}

export const starts = vectors.starts as unknown as Readonly<Record<string, Start>>;
export const base = vectors.base as unknown as Readonly<Record<string, unknown>>;

/** RFC 7396. */
export function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = typeof target === 'object' ? { ...(target as object) } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merge(result[key], value);
  }
  return result;
}

const text = JSON.stringify(base);

/** Cases that are not a patch of the base file. */
const TEXTS: Readonly<Record<string, string>> = {
  'json-truncated': text.slice(0, -20),
  'json-trailing-comma': `${text.slice(0, -1)},}`,
  'json-comment': `// comment\n${text}`,
  'json-bom': `\uFEFF${text}`,
  'file-empty': '',
  'json-empty-object': '{}',
  'json-array': '[]',
  'readme-basic': JSON.stringify(samples.basic),
  'readme-providers': JSON.stringify(samples.providers),
  'readme-dev': JSON.stringify(samples.dev),
  'readme-prod': JSON.stringify(samples.prod),
};

/** The configuration of a recorded start, with the static identities of the base unless the case is about them. */
export function configurationOf(name: string): string {
  const start = starts[`${name}.none`] ?? starts[`${name}.as-is`];
  const { identities, ...patch } = (start?.patch ?? {}) as { readonly identities?: unknown };
  return TEXTS[name] ?? JSON.stringify(merge(base, identities ? { ...patch, identities } : patch));
}

/** Whether anything went wrong: open, no STS, a process that ended, or a valid token that got no session. */
export function wentWrong({ outcome, answers = {} }: Start): boolean {
  const status = (probe: string) => answers[probe]?.[0];
  return (
    outcome !== 'serving' ||
    status('anon-list') === 200 ||
    (status('sts-junk') ?? 403) !== 403 ||
    (status('sts-valid') ?? 200) !== 200
  );
}

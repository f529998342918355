import type { Manifest } from '../manifest/index.js';
import { type AccessChange, accessDiff, NOTHING, type RustFsVersion } from '../policies/index.js';
import { exceptionsOf } from './exceptions.js';
import { type Holder, holdersOf, PUBLIC } from './holders.js';
import type { AcceptedException } from './model.js';
import { withSignIns } from './sign-ins.js';

/** What one holder of rights gains and loses. */
export interface HolderDiff {
  /** `access key langfuse`, `user ops`, `the public`. */
  readonly who: string;
  /** Whose rights an access key has. */
  readonly user?: string;
  readonly state: 'added' | 'removed' | 'changed';
  readonly gains: readonly AccessChange[];
  readonly losses: readonly AccessChange[];
}

/** Who gains and who loses what between two manifests. */
export interface ManifestDiff {
  /** Whose rights differ, and keys that are new or gone. Sorted by name. */
  readonly holders: readonly HolderDiff[];
  readonly exceptions: { readonly added: readonly AcceptedException[]; readonly removed: readonly AcceptedException[] };
  /** Set when the versions differ; all rights are compared as the newer manifest's version understands them. */
  readonly version?: { readonly before: RustFsVersion; readonly after: RustFsVersion };
}

/** True when somebody can do what they could not do before, or it cannot be ruled out. */
export function somebodyGains({ holders }: ManifestDiff): boolean {
  return holders.some(({ gains }) => gains.length > 0);
}

function diffOf(
  before: Holder | undefined,
  after: Holder | undefined,
  version: RustFsVersion,
  known: readonly string[],
) {
  const { name: who, user } = (after ?? before) as Holder;
  const diff = accessDiff(before?.subject ?? NOTHING, after?.subject ?? NOTHING, { version, knownBuckets: known });
  const state = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
  return { who, ...(user === undefined ? {} : { user }), state, ...diff } as const;
}

const without = (list: readonly AcceptedException[], others: readonly AcceptedException[]) =>
  list.filter(({ what, reason }) => !others.some((other) => other.what === what && other.reason === reason));

/** Compares what everybody may do. How it is written, named or split into policies does not matter. */
export function diffManifests(before: Manifest | undefined, after: Manifest): ManifestDiff {
  const version = after.server.rustfsVersion;
  const known = after.buckets.map(({ name }) => name);
  const holders = (manifest: Manifest | undefined) =>
    new Map((manifest ? holdersOf(manifest) : []).map((holder) => [holder.name, holder]));
  const [old, current] = [holders(before), holders(after)];
  const names = [...new Set([...old.keys(), ...current.keys()])].sort();
  const changed = names
    .map((name) => diffOf(old.get(name), current.get(name), version, known))
    .filter(
      ({ who, state, gains, losses }) => gains.length + losses.length > 0 || (state !== 'changed' && who !== PUBLIC),
    );
  const exceptions = [before ? exceptionsOf(withSignIns(before)) : [], exceptionsOf(withSignIns(after))] as const;
  const oldVersion = before?.server.rustfsVersion ?? version;
  return {
    holders: changed,
    exceptions: { added: without(exceptions[1], exceptions[0]), removed: without(exceptions[0], exceptions[1]) },
    ...(oldVersion === version ? {} : { version: { before: oldVersion, after: version } }),
  };
}

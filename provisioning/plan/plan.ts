import type { Manifest } from '../../manifest/index.js';
import type { Estate } from '../estate.js';
import { planKms, planKmsProbe } from '../kms/plan.js';
import type { StoreContents } from '../secrets/read-store.js';
import { planAccessKeys } from './access-keys.js';
import { planBuckets } from './buckets.js';
import { planEventTargets } from './event-targets.js';
import { planIdentities } from './identities.js';
import type { Plan } from './model.js';

export interface PlanOptions {
  /** Replace keys whose secret is not in the store. @default false */
  readonly replaceKeys?: boolean;
  /** Access keys whose entry in the store names another endpoint than this. @default none */
  readonly misdirected?: { readonly names: ReadonlySet<string>; readonly endpoint: string };
  /** Write event targets that have secrets again: the server never shows whether it has the right ones. @default false */
  readonly resendTargetSecrets?: boolean;
}

const byName = (
  a: { readonly kind: string; readonly name: string },
  b: { readonly kind: string; readonly name: string },
) => (`${a.kind} ${a.name}` < `${b.kind} ${b.name}` ? -1 : 1);

/** What has to change so that the server holds what the manifest declares. Pure: reads nothing, changes nothing. */
export function plan(manifest: Manifest, estate: Estate, store: StoreContents, options: PlanOptions = {}): Plan {
  const kms = planKms(manifest, estate);
  const buckets = planBuckets(manifest, estate);
  const identities = planIdentities(manifest, estate);
  const keys = planAccessKeys(manifest, estate, store, options);
  const events = planEventTargets(manifest, estate.events, options.resendTargetSecrets ?? false);
  return {
    changes: [
      ...kms.changes,
      ...planKmsProbe(manifest, estate, [...kms.changes, ...buckets.changes]),
      ...buckets.changes,
      ...identities.changes,
      ...keys.changes,
      ...events.changes,
    ],
    blocked: [...kms.blocked, ...buckets.blocked, ...keys.blocked, ...events.blocked],
    unmanaged: [
      ...kms.unmanaged,
      ...buckets.unmanaged,
      ...identities.unmanaged,
      ...keys.unmanaged,
      ...events.unmanaged,
    ].sort(byName),
  };
}

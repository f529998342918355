import { actionNames } from '../actions.js';
import { DEFAULT_RUSTFS_VERSION, type PolicyDocument } from '../model.js';
import { proveContained } from './contained.js';
import type { Proof, ProveOptions, Subject } from './model.js';
import { NOTHING } from './nothing.js';

/** Nobody can do anything on these buckets without signing. Conditions count: what only a network may read is public there. */
export function proveNoPublicAccess(
  bucketPolicies: Readonly<Record<string, PolicyDocument>>,
  options: ProveOptions = {},
): Proof {
  return proveContained({ ...NOTHING, bucketPolicies }, NOTHING, options);
}

/** The subject can do nothing that administers the server: no `admin:` and no `kms:` action. */
export function proveNoAdmin(subject: Subject, options: Omit<ProveOptions, 'actions'> = {}): Proof {
  const actions = [...actionNames(options.version ?? DEFAULT_RUSTFS_VERSION)].filter((name) =>
    /^(admin|kms):/.test(name),
  );
  return proveContained(subject, NOTHING, { ...options, actions });
}

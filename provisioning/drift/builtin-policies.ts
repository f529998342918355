import type { Manifest } from '../../manifest/index.js';
import { BUILTIN_POLICIES, policiesEqual } from '../../policies/index.js';
import type { Estate } from '../estate.js';
import type { DriftFinding } from './model.js';

/** Policies of RustFS itself that somebody has overwritten, which RustFS lets happen (recorded: 03-policies). */
export function builtinFindings({ server }: Manifest, estate: Estate): readonly DriftFinding[] {
  return Object.entries(BUILTIN_POLICIES[server.rustfsVersion]).flatMap(([name, own]): DriftFinding[] => {
    const observed = estate.policies.get(name);
    if (observed === undefined || policiesEqual(observed, own)) return [];
    return [
      {
        severity: 'security',
        category: 'unmanaged',
        kind: 'policy',
        name,
        message: `it is not the built-in policy of RustFS ${server.rustfsVersion} any more`,
        gives: [],
        details: [],
        wayOut: `write the text of RustFS back with add-canned-policy, and use policies of your own instead of ${name}`,
      },
    ];
  });
}

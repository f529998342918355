import { parsePolicy, type RustFsVersion } from '../../policies/index.js';
import type { IamState } from './model.js';

/**
 * Stored policies that the version cannot read, which another version wrote. One of them is enough, and the server never
 * loads its identities (observed on a running 1.0.1; iam/store/object.rs of both versions). Only what the versions
 * disagree on counts: whatever else is stored, the server has accepted.
 */
export function unreadablePolicies({ policies }: IamState, version: RustFsVersion): readonly string[] {
  return [...policies]
    .filter(([, { document }]) => {
      const result = parsePolicy(document, { kind: 'iam', version });
      return (
        !result.ok && result.problems.some(({ path }) => /\.(?:Not)?(?:Action|Resource)\b|\.Condition\b/.test(path))
      );
    })
    .map(([name]) => name);
}

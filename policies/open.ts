import { globMatches } from './glob.js';
import { asList } from './lists.js';
import type { PolicyDocument } from './model.js';

/**
 * Whether a bucket policy has a statement that allows anything to everybody. Conditions do not count: RustFS refuses such a
 * policy where BlockPublicPolicy is on (source: RustFS 1.0.1, put_bucket_policy).
 */
export function opensToEveryone(document: PolicyDocument): boolean {
  return document.Statement.some(({ Effect, Principal: principal }) => {
    if (Effect !== 'Allow' || principal === undefined) return false;
    if (principal === '*') return true;
    const names = 'AWS' in principal ? asList(principal.AWS) : asList(principal.Service);
    return names.some((name) => globMatches(name, '*'));
  });
}

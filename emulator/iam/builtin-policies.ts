import { BUILTIN_POLICIES, type PolicyDocument, type RustFsVersion } from '../../policies/index.js';

const byVersion = new Map<RustFsVersion, ReadonlyMap<string, PolicyDocument>>();

/** Policies that every server of the version has, by name. */
export function builtinPolicies(version: RustFsVersion): ReadonlyMap<string, PolicyDocument> {
  const known = byVersion.get(version);
  if (known !== undefined) return known;
  const policies = new Map(Object.entries(BUILTIN_POLICIES[version]));
  byVersion.set(version, policies);
  return policies;
}

import type { PolicyDocument, RustFsVersion } from '../../policies/index.js';
import { builtinPolicies } from './builtin-policies.js';
import { IamError } from './errors.js';
import { findPolicy, mappedNames } from './lookup.js';
import type { IamState } from './model.js';
import { now } from './users.js';

/** Creates or replaces a policy, built-in ones included. @throws IamError for a policy without statements */
export function putPolicy(iam: IamState, name: string, document: PolicyDocument): void {
  if (document.Statement.length === 0) throw new IamError('InvalidArgument');
  const time = now();
  iam.policies.set(name, { document, createdAt: iam.policies.get(name)?.createdAt ?? time, updatedAt: time });
}

/** Deletes a policy; one that does not exist is deleted too. @throws IamError */
export function deletePolicy(iam: IamState, version: RustFsVersion, name: string): void {
  if (builtinPolicies(version).has(name)) throw new IamError('SystemPolicy');
  const mappings = [...iam.userMappings.values(), ...iam.groupMappings.values()];
  if (mappings.some((mapping) => mappedNames(mapping).includes(name))) throw new IamError('PolicyInUse');
  iam.policies.delete(name);
}

/** Replaces what is attached to a user or group; an empty list detaches all. @throws IamError */
export function setMapping(
  iam: IamState,
  version: RustFsVersion,
  target: { readonly name: string; readonly isGroup: boolean },
  policies: string,
): string {
  const mappings = target.isGroup ? iam.groupMappings : iam.userMappings;
  const updatedAt = now();
  if (policies === '') {
    mappings.delete(target.name);
    return updatedAt;
  }
  const mapping = { policies, updatedAt };
  if (mappedNames(mapping).some((name) => findPolicy(iam, version, name) === undefined)) {
    throw new IamError('NoSuchPolicy');
  }
  mappings.set(target.name, mapping);
  return updatedAt;
}

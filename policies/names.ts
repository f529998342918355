import { DEFAULT_RUSTFS_VERSION, type RustFsVersion } from './model.js';
import { BUILTIN_POLICIES } from './profiles.js';

/**
 * What is wrong with a policy name; empty when nothing is. We are stricter than the server where it accepts a trap: beta.7
 * takes names with spaces, and both versions let a built-in policy be overwritten (recorded: 03-policies).
 */
export function validatePolicyName(name: string, version: RustFsVersion = DEFAULT_RUSTFS_VERSION): readonly string[] {
  const errors: string[] = [];
  if (name === '') errors.push('a policy name must not be empty');
  if (/\s/.test(name))
    errors.push(
      `policy name "${name}" contains white space, which RustFS 1.0.1 refuses and attachments cannot name; use - or _`,
    );
  if (name.includes(','))
    errors.push(`policy name "${name}" contains a comma, which separates names in an attachment; use - or _`);
  if (Object.hasOwn(BUILTIN_POLICIES[version], name))
    errors.push(
      `policy name "${name}" is a built-in policy of RustFS ${version}, which it would overwrite; choose another name`,
    );
  return errors;
}

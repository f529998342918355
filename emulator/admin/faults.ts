import type { EmulatorError } from '../context.js';
import { s3Error } from '../errors.js';
import { IamError } from '../iam/errors.js';
import type { EmulatorProfile, Fault } from '../profile.js';

/** An error of the version, its `%` filled in. */
export function faultOf({ code, message }: Fault, detail = ''): EmulatorError {
  return s3Error(
    code,
    message.replace('%', () => detail),
  );
}

const NOT_FOUND = new Set<string>(['NoSuchUser', 'NoSuchServiceAccount', 'NoSuchTempAccount', 'NoSuchGroup']);
const BAD_ARGUMENT = new Set<string>([
  'InvalidAccessKeyLength',
  'InvalidSecretKeyLength',
  'AccessKeyAlreadyExists',
  'GroupNameContainsReservedChars',
]);

/** How most routes answer what the identity store refuses; other errors pass unchanged. */
export function iamFault(error: unknown): unknown {
  if (!(error instanceof IamError)) return error;
  if (NOT_FOUND.has(error.kind)) return s3Error('NoSuchResource', error.message);
  return s3Error(BAD_ARGUMENT.has(error.kind) ? 'InvalidArgument' : 'InternalError', error.message);
}

/** Runs a step; what the identity store refuses is an internal error with the given words (`%`: the store's). */
export function orInternal<T>(step: () => T, message = '%'): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof IamError) throw faultOf({ code: 'InternalError', message }, error.message);
    throw error;
  }
}

/** Runs a step; what the identity store refuses is answered as {@link iamFault} says. */
export function orIamFault<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw iamFault(error);
  }
}

/** Names of users, groups and policies may not hold whitespace, where the version looks. */
export function hasWhitespace(name: string, profile: EmulatorProfile): boolean {
  return profile.admin.whitespaceInNames === 'anywhere' ? /\s/u.test(name) : name !== name.trim();
}

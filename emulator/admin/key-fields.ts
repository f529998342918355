import { s3Error } from '../errors.js';
import type { JsonValue } from './json-source.js';

const LONGEST_NAME = 32;
const LONGEST_DESCRIPTION = 256;

export interface KeyFields {
  readonly name?: string;
  readonly description?: string;
  /** ISO time to the second, in UTC. */
  readonly expiration?: string;
}

/** Checks name, description and expiration of a service account. @throws EmulatorError */
export function checkDescription(given: {
  readonly name: JsonValue | undefined;
  readonly description: JsonValue | undefined;
  readonly expiration: JsonValue | undefined;
}): KeyFields {
  const name = optionalString(given.name);
  const description = optionalString(given.description);
  if (name !== undefined && name !== '') {
    if (Buffer.byteLength(name) > LONGEST_NAME) throw invalid('name must not be longer than 32 characters');
    if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(name)) {
      throw invalid(
        'name must contain only ASCII letters, digits, underscores and hyphens and must start with a letter',
      );
    }
  }
  if (description !== undefined && Buffer.byteLength(description) > LONGEST_DESCRIPTION) {
    throw invalid('description must be at most 256 bytes long');
  }
  const time = given.expiration === undefined ? undefined : Date.parse(String(given.expiration));
  if (time !== undefined && time !== 0 && time < Date.now()) {
    throw invalid('the expiration time should be in the future');
  }
  return {
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(time !== undefined && { expiration: toSeconds(time) }),
  };
}

/** `2026-11-24T05:11:44Z`: times of credentials have no fraction. */
export function toSeconds(time: number | string): string {
  return new Date(time).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

function optionalString(value: JsonValue | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

function invalid(message: string) {
  return s3Error('InvalidRequest', message);
}

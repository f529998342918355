import { readFileSync } from 'node:fs';
import { UsageError } from './exit-codes.js';

/** Content of a file that the user named. @throws {UsageError} */
export function readInputFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UsageError(`cannot read ${file} (${(cause as NodeJS.ErrnoException).code ?? 'unknown error'})`, {
      cause,
    });
  }
}

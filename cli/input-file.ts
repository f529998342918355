import { readFileSync } from 'node:fs';
import { UsageError } from './exit-codes.js';

interface InputFile {
  /** What errors call it, such as `the token file`. */
  readonly what?: string;
  /** Where the file comes from. */
  readonly wayOut?: string;
}

/** Content of a file that the user named. @throws {UsageError} */
export function readInputFile(file: string, { what, wayOut }: InputFile = {}): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    const name = what === undefined ? file : `${what} ${file}`;
    throw new UsageError(`cannot read ${name} (${code})${wayOut === undefined ? '' : `: ${wayOut}`}`, { cause });
  }
}

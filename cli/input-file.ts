import { readFileSync } from 'node:fs';
import { UsageError } from './exit-codes.js';

/** Content of a file that the user named. @param wayOut where the file comes from @throws {UsageError} */
export function readInputFile(file: string, wayOut?: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new UsageError(`cannot read ${file} (${code})${wayOut === undefined ? '' : `: ${wayOut}`}`, { cause });
  }
}

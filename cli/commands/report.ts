import { readFileSync } from 'node:fs';
import { parseReport } from '../../report/index.js';
import { EXIT, UsageError } from '../exit-codes.js';
import { writeRendered } from '../report/write.js';

export interface ReportCommandOptions {
  readonly from: string;
  readonly out: string;
}

/** `report`: renders access.html and access.md again from an access.json. */
export async function reportCommand({ from, out }: ReportCommandOptions): Promise<number> {
  let text: string;
  try {
    text = readFileSync(from, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new UsageError(`cannot read ${from} (${code}): verify --reports <dir> writes an access.json`, { cause });
  }
  for (const file of await writeRendered(out, parseReport(text, from), false)) console.log(`wrote ${file}`);
  return EXIT.ok;
}

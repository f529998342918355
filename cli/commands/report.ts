import { parseReport } from '../../report/index.js';
import { EXIT } from '../exit-codes.js';
import { readInputFile } from '../input-file.js';
import { writeRendered } from '../report/write.js';

export interface ReportCommandOptions {
  readonly from: string;
  readonly out: string;
}

/** `report`: renders access.html and access.md again from an access.json. */
export async function reportCommand({ from, out }: ReportCommandOptions): Promise<number> {
  const text = readInputFile(from, { wayOut: 'verify --reports <dir> writes an access.json' });
  for (const file of await writeRendered(out, parseReport(text, from), false)) console.log(`wrote ${file}`);
  return EXIT.ok;
}

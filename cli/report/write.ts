import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../provisioning/secrets/atomic-file.js';
import {
  type AccessReport,
  buildReport,
  parseReport,
  ReportError,
  type ReportInputs,
  renderHtml,
  renderMarkdown,
  serializeReport,
} from '../../report/index.js';

const READABLE = 0o644;

/** The report of the run before, or why there is none to compare with. */
async function readPrevious(file: string): Promise<Pick<ReportInputs, 'previous' | 'previousProblem'>> {
  try {
    return { previous: parseReport(await readFile(file, 'utf8'), file) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    if (error instanceof ReportError) return { previousProblem: error.message };
    throw error;
  }
}

/** access.html and access.md, and with `json` the document itself, which comes last: it is what the next run compares with. */
export async function writeRendered(
  directory: string,
  report: AccessReport,
  json: boolean,
): Promise<readonly string[]> {
  const page = await renderHtml(report);
  await mkdir(directory, { recursive: true });
  const files: readonly (readonly [string, string])[] = [
    ['access.html', page],
    ['access.md', renderMarkdown(report)],
    ...(json ? [['access.json', serializeReport(report)] as const] : []),
  ];
  for (const [name, content] of files) await writeFileAtomic(join(directory, name), content, READABLE);
  return files.map(([name]) => join(directory, name));
}

/** Writes access.html, access.md and access.json, each as a whole or not at all, compared with the access.json that is there. */
export async function writeReports(
  directory: string,
  inputs: Omit<ReportInputs, 'previous' | 'previousProblem'>,
): Promise<readonly string[]> {
  const previous = await readPrevious(join(directory, 'access.json'));
  return writeRendered(directory, buildReport({ ...inputs, ...previous }), true);
}

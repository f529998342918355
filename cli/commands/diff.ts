import { diffManifests, somebodyGains } from '../../proofs/index.js';
import { readManifest } from '../connection.js';
import { EXIT } from '../exit-codes.js';
import { diffMarkdown } from '../render/diff-markdown.js';
import { diffTable } from '../render/diff-table.js';

export interface DiffOptions {
  readonly format: 'table' | 'markdown' | 'json';
  readonly json?: boolean;
}

/** Stands for no manifest at all: before the first deployment. */
const NONE = 'none';

/** `diff OLD NEW`: who gains and who loses what; 2 when somebody gains access. */
export function diffCommand(oldFile: string, newFile: string, { format, json }: DiffOptions): number {
  const before = oldFile === NONE ? undefined : readManifest(oldFile);
  const diff = diffManifests(before, readManifest(newFile));
  const render = json || format === 'json' ? JSON.stringify : format === 'markdown' ? diffMarkdown : diffTable;
  console.log(render(diff));
  return somebodyGains(diff) ? EXIT.changes : EXIT.ok;
}

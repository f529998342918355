import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFileAtomic } from '../../provisioning/secrets/atomic-file.js';

/** What an operation has done so far, kept in a file until it has ended, so that it can be completed after an interruption. */
export interface OperationState {
  readonly operation: 'restart' | 'rotate-signing-key';
  /** Fingerprint of the configuration that is being brought to the gateways; empty before it was rendered. */
  readonly fingerprint: string;
  /** Gateways that run with it. */
  readonly done: readonly string[];
}

export interface Journal {
  read(): Promise<OperationState | undefined>;
  write(state: OperationState): Promise<void>;
  clear(): Promise<void>;
}

export function fileJournal(file: string): Journal {
  return {
    async read() {
      try {
        return JSON.parse(await readFile(file, 'utf8')) as OperationState;
      } catch (error) {
        // A file that is no JSON tells nothing: everything is done again.
        if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return undefined;
        throw error;
      }
    },
    async write(state) {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await writeFileAtomic(file, `${JSON.stringify(state)}\n`, 0o600);
    },
    clear: () => rm(file, { force: true }),
  };
}

import { ProvisioningError } from '../errors.js';

export interface CommandResult {
  /** Undefined: it could not be started. */
  readonly exitCode?: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of the engine. Secrets are never among the arguments. */
export type Runner = (program: string, args: readonly string[]) => Promise<CommandResult>;

/** @throws {ProvisioningError} if the program fails, with what it said */
export async function output(run: Runner, program: string, args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await run(program, args);
  if (exitCode === 0) return stdout.trim();
  throw new ProvisioningError(
    exitCode === undefined
      ? `cannot run ${program}: install it, or run this where it is`
      : `${program} ${args.slice(0, 2).join(' ')} failed: ${stderr.trim() || `exit code ${exitCode}`}`,
  );
}

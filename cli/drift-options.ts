import { type Command, InvalidArgumentError } from 'commander';
import type { DriftCommandOptions } from './commands/drift.js';
import { textfileOption } from './textfile.js';

/** `90d` as 90. */
function days(value: string): number {
  const count = Number(/^([1-9]\d{0,4})d$/.exec(value)?.[1]);
  if (Number.isNaN(count)) throw new InvalidArgumentError('expected a number of days, such as 90d');
  return count;
}

/** `drift` on top of the options of every command that talks to the server of a manifest. */
export function driftOptions(command: Command): Command {
  return textfileOption(command)
    .option('--max-key-age <days>', 'also report access keys that are older, such as 90d', days)
    .option('--adopt', 'print the TypeScript that declares what is unmanaged')
    .action(async (options: DriftCommandOptions) => {
      process.exitCode = await (await import('./commands/drift.js')).driftCommand(options);
    });
}

import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { onManifest, port } from './options.js';

function count(value: string): number {
  if (!/^[1-9]\d{0,3}$/.test(value)) throw new InvalidArgumentError('expected a number from 1 to 9999');
  return Number(value);
}

/** How an apply guards itself. */
export function safeguardOptions(command: Command): Command {
  return command
    .option('--no-snapshot', 'take no snapshot before the changes, so that nothing can be rolled back')
    .option('--keep-snapshots <count>', 'how many snapshots of earlier applies stay', count, 10)
    .option('--no-rollback', 'leave the changes in place when --verify finds a contradiction');
}

/** Adds the commands that look after a running deployment. */
export function addOperationCommands(program: Command): void {
  onManifest(
    program
      .command('snapshot')
      .addArgument(
        new Argument('[what]', 'take one, list them, or restore one into a scratch emulator')
          .choices(['take', 'list', 'drill'])
          .default('take'),
      )
      .argument('[snapshot]', 'the file to drill')
      .description('IAM and bucket configuration, encrypted; never objects'),
  )
    .option('--out <dir>', 'directory of the snapshots; default: snapshots/ beside the secrets')
    .action(async (what, file, options) => {
      const { snapshotCommands } = await import('./commands/snapshot.js');
      process.exitCode = await snapshotCommands(what, file, options);
    });

  onManifest(
    program
      .command('doctor')
      .description('look for what is wrong with a deployment, and how to mend it; exit code 2 when something is'),
  )
    .option('--direct <url>', "the server's own address, to find out what a proxy does to requests")
    .option('--container <name>', 'also look into this Docker container')
    .addOption(new Option('--console-port <port>', 'port of the console').default(9001).argParser(port))
    .action(async (options) => {
      process.exitCode = await (await import('./commands/doctor.js')).doctorCommand(options);
    });

  onManifest(
    program
      .command('rollback')
      .argument('<snapshot>', 'file that snapshot or apply wrote')
      .description('make IAM and bucket configuration what they were; objects stay as they are'),
  )
    .option('--dry-run', 'only show what would change; exit code 2 when something would')
    .option('--yes', 'roll back without asking')
    .option('--other-server', 'the snapshot may be of another stack or endpoint')
    .action(async (file, options) => {
      process.exitCode = await (await import('./commands/rollback.js')).rollbackCommand(file, options);
    });
}

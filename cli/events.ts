import { type Command, Option } from 'commander';
import { onManifest, port } from './options.js';

/** Adds the commands about events. */
export function addEventCommands(program: Command): void {
  const events = program.command('events').description('notifications of buckets and audit records');

  onManifest(
    events
      .command('targets')
      .description('list event and audit targets with their state; exit code 2 when a declared one is not online'),
  ).action(async (options) => {
    process.exitCode = await (await import('./commands/events-targets.js')).eventsTargetsCommand(options);
  });

  events
    .command('receive')
    .description('run a webhook that prints what RustFS sends, and that verify can read')
    .addOption(new Option('--port <port>', 'port to listen on').default(3020).argParser(port))
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--token-file <file>', 'file with the bearer token that the target sends; default: no token is needed')
    .option('--json', 'one line of JSON for each event')
    .action(async (options) => {
      process.exitCode = await (await import('./commands/events-receive.js')).eventsReceiveCommand(options);
    });
}

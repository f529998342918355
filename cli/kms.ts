import type { Command } from 'commander';
import { onManifest } from './options.js';

/** Adds the commands about encryption. */
export function addKmsCommands(program: Command): void {
  const kms = program.command('kms').description('keys that encrypt objects');

  onManifest(kms.command('status').description('backend, health, keys, and which buckets use them')).action(
    async (options) => {
      process.exitCode = await (await import('./commands/kms.js')).kmsStatusCommand(options);
    },
  );

  onManifest(
    kms
      .command('rotate')
      .description('make new keys for new objects; the old keys are kept, because stored objects need them')
      .argument('[key...]', 'declared keys; default: all')
      .option('--credential', 'no keys: give RustFS the token or secret id of its Vault that is in the file now'),
  ).action(async (keys, options) => {
    process.exitCode = await (await import('./commands/kms.js')).kmsRotateCommand(keys, options);
  });
}

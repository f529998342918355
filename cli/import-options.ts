import { type Command, Option } from 'commander';
import { DEFAULT_RUSTFS_VERSION, RUSTFS_VERSIONS } from '../policies/model.js';
import { onServer } from './options.js';

export function addImportCommand(program: Command): void {
  onServer(
    program
      .command('import')
      .description(
        'write a CDKTF app for what a server holds, or for a Terraform state of the MinIO or RustFS provider',
      )
      .requiredOption('--out <dir>', 'directory for main.ts and adopted.ts')
      .option('--terraform-state <file>', 'as `terraform state pull` prints it; default: read the server')
      .option('--stack <name>', 'of the new app', 'storage')
      .addOption(
        new Option('--rustfs-version <version>', 'of the server')
          .choices(RUSTFS_VERSIONS)
          .default(DEFAULT_RUSTFS_VERSION),
      ),
    {
      endpoint: 'RustFS endpoint; default: $RUSTFS_ENDPOINT, else http://127.0.0.1:9000',
      store: 'store of the new stack, which gets the secrets in the Terraform state; default: secrets/<stack>',
    },
  ).action(async (options) => {
    process.exitCode = await (await import('./commands/import.js')).importCommand(options);
  });
}

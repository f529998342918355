import { type Command, Option } from 'commander';
import { DEFAULT_RUSTFS_VERSION, RUSTFS_VERSIONS } from '../policies/model.js';

export function addImportCommand(program: Command): void {
  program
    .command('import')
    .description('write a CDKTF app for what a server holds, or for a Terraform state of the MinIO or RustFS provider')
    .requiredOption('--out <dir>', 'directory for main.ts and adopted.ts')
    .option('--terraform-state <file>', 'as `terraform state pull` prints it; default: read the server')
    .option('--endpoint <url>', 'RustFS endpoint; default: $RUSTFS_ENDPOINT, else http://127.0.0.1:9000')
    .option('--stack <name>', 'of the new app', 'storage')
    .addOption(
      new Option('--rustfs-version <version>', 'of the server')
        .choices(RUSTFS_VERSIONS)
        .default(DEFAULT_RUSTFS_VERSION),
    )
    .option('--secrets <store>', 'store of the new stack, which gets the secrets in the Terraform state')
    .option('--debug', 'print every request as a curl command on stderr, without secrets')
    .option('--json', 'machine-readable output on stdout')
    .action(async (options) => {
      process.exitCode = await (await import('./commands/import.js')).importCommand(options);
    });
}

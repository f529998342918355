import { Command, InvalidArgumentError, Option } from 'commander';
import { addClusterCommands } from './cluster.js';
import { driftOptions } from './drift-options.js';
import { addEventCommands } from './events.js';
import { EXIT } from './exit-codes.js';
import { reportFailure } from './failure.js';
import { addFleetCommands } from './fleet.js';
import { addImportCommand } from './import-options.js';
import { addKmsCommands } from './kms.js';
import { addOperationCommands, safeguardOptions } from './operations.js';
import { onManifest, port } from './options.js';
import { addPreflightCommand } from './preflight-options.js';
import { addSecretCommands } from './secret-commands.js';
import { textfileOption } from './textfile.js';
import { version } from './version.js';

function whole(what: string) {
  return (value: string): number => {
    if (!/^\d+$/.test(value)) throw new InvalidArgumentError(`expected a whole number of ${what}`);
    return Number(value);
  };
}

const program = new Command('cdktf-rustfs')
  .description('Provisions a RustFS object store from a manifest and proves who can do what')
  .version(version)
  .showHelpAfterError('(run with --help for usage)')
  .configureHelp({ sortSubcommands: false });

program
  .command('up')
  .description('start a target, synthesize, deploy, provision and verify; writes reports/')
  .addOption(
    new Option('--target <target>', 'where RustFS comes from').choices(['emulator', 'docker']).default('emulator'),
  )
  .option('--stack <name>', 'stack of cdktf.json to deploy; default: quickstart, or rustfs-docker for docker')
  .option('--keep', 'leave the target running and print how to reach it')
  .addOption(new Option('--port <port>', 'port of the emulator').default(9900).argParser(port))
  .option('--debug', 'print every request as a curl command on stderr, without secrets')
  .option('--json', 'events as NDJSON on stdout, the last line is the access proof')
  .action(async (options) => {
    process.exitCode = await (await import('./commands/up.js')).up(options);
  });

onManifest(
  program.command('plan').description('show what apply would change; exit code 2 when there is something'),
).action(async (options) => {
  process.exitCode = await (await import('./commands/plan.js')).planCommand(options);
});

driftOptions(
  onManifest(program.command('drift').description('what differs, what nobody declared, and what it gives to whom')),
);

addImportCommand(program);

addPreflightCommand(program);

safeguardOptions(onManifest(program.command('apply').description('make the server hold what the manifest declares')))
  .option('--yes', 'apply without asking')
  .option('--replace-keys', 'replace access keys whose secret is not in the secret store')
  .option(
    '--check-secrets',
    'ask the server with each access key, put the stored secret back where it has another, and send those of event targets again',
  )
  .option('--verify', 'run the access proof afterwards')
  .option('--reports <dir>', 'where --verify writes verify.json and access.{html,md,json}', 'reports')
  .action(async (options) => {
    process.exitCode = await (await import('./commands/apply.js')).applyCommand(options);
  });

textfileOption(
  onManifest(
    program
      .command('verify')
      .description('try out every access right, positive and negative; exit code 3 on a contradiction'),
  ),
)
  .option('--exhaustive', 'probe all pairs of access key and bucket')
  .option('--reports <dir>', 'also write verify.json and access.{html,md,json} there')
  .option(
    '--web-identity-token-file <file...>',
    'also sign in by these ID tokens, and try what can be forged from them',
  )
  .option('--sign-in-user <name...>', 'also sign in as these enrolled users')
  .addOption(
    new Option('--before-restart', 'leave encrypted objects, to read them back after a restart of RustFS').conflicts(
      'afterRestart',
    ),
  )
  .option('--after-restart', 'read back what --before-restart left, and remove it')
  .action(async (options) => {
    process.exitCode = await (await import('./commands/verify.js')).verifyCommand(options);
  });

const oidc = program.command('oidc').description('sign-in through OpenID providers');

onManifest(oidc.command('doctor').description('look for what makes sign-ins fail, and show what a token would get'))
  .option('--provider <id>', 'this provider only')
  .option('--token-file <file>', 'also look at this ID token')
  .option('--claims <json>', 'show what a token with these claims would get')
  .action(async (options) => {
    process.exitCode = await (await import('./commands/oidc-doctor.js')).oidcDoctorCommand(options);
  });

oidc
  .command('development-provider')
  .description('run an OpenID provider that gives anybody any token, on 127.0.0.1 (for development only)')
  .addOption(new Option('--port <port>', 'port on 127.0.0.1').default(9998).argParser(port))
  .option('--client-id <id>', 'audience of the tokens', 'rustfs')
  .action(async (options) => {
    process.exitCode = await (await import('./commands/fleet-stand-in.js')).developmentIssuerCommand(options);
  });

const credentials = program
  .command('credentials')
  .description('sessions for applications: short-lived credentials instead of access keys');

for (const [name, description] of [
  ['enrol', 'give a user a secret of its own, so that sessions can be had for it; needs root'],
  ['withdraw', 'take that secret away again; needs root'],
] as const) {
  const command = onManifest(credentials.command(name).description(description));
  if (name === 'enrol')
    command.option('--secret-file <file>', 'the secret, of somebody else who hands sessions out; default: a new one');
  command.requiredOption('--user <name>', 'user of the manifest').action(async (options) => {
    process.exitCode = await (await import('./commands/credentials.js')).enrolCommand(name, options);
  });
}

/** Options of the commands that hand sessions out. */
function ofSession(command: Command): Command {
  return onManifest(command)
    .option('--user <name>', 'sessions of this enrolled user (AssumeRole)')
    .option('--web-identity-token-file <file>', 'sessions by the ID token in this file (AssumeRoleWithWebIdentity)')
    .addOption(
      new Option('--duration <seconds>', '900 to 43200; default: as the manifest declares, else 3600').argParser(
        Number,
      ),
    )
    .option('--session-policy <file>', 'policy that narrows the session');
}

ofSession(
  credentials.command('process').description('print a session as the credential_process of the AWS SDKs expects it'),
).action(async (options) => {
  process.exitCode = await (await import('./commands/credentials.js')).processCommand(options);
});

ofSession(
  credentials.command('serve').description('serve sessions to AWS SDKs on 127.0.0.1 (container credential provider)'),
)
  .requiredOption('--token-file <file>', 'where the token is written that clients have to send')
  .addOption(new Option('--port <port>', 'port on 127.0.0.1').default(0, 'a free one').argParser(port))
  .action(async (options) => {
    process.exitCode = await (await import('./commands/credentials.js')).serveCommand(options);
  });

program
  .command('report')
  .description('render access.html and access.md again from an access.json')
  .requiredOption('--from <file>', 'access.json that verify, apply or up wrote')
  .requiredOption('--out <dir>', 'where to write access.html and access.md')
  .action(async (options) => {
    process.exitCode = await (await import('./commands/report.js')).reportCommand(options);
  });

program
  .command('diff')
  .description('show who gains and who loses what between two manifests; exit code 2 when somebody gains access')
  .argument('<old>', 'manifest.json before the change, or "none"')
  .argument('<new>', 'manifest.json after it')
  .addOption(new Option('--format <format>').choices(['table', 'markdown', 'json']).default('table'))
  .option('--json', 'the same as --format json')
  .action(async (before, after, options) => {
    process.exitCode = (await import('./commands/diff.js')).diffCommand(before, after, options);
  });

program
  .command('emulator')
  .description(
    'run the RustFS emulator (not RustFS); root credentials from RUSTFS_ACCESS_KEY[_FILE], RUSTFS_SECRET_KEY[_FILE]',
  )
  .addOption(new Option('--port <port>', 'port on 127.0.0.1').default(9900).argParser(port))
  .option('--data <dir>', 'keep everything in this directory; default: in memory')
  .addOption(
    new Option('--profile <version>', 'RustFS version to behave like')
      .choices(['1.0.1', '1.0.0-beta.7'])
      .default('1.0.1'),
  )
  .option('--tls-cert <file>', 'serve https with this certificate (PEM)')
  .option('--tls-key <file>', 'its key (PEM)')
  .option('--tls-client-ca <file>', 'let only clients in with a certificate of this authority')
  .addOption(new Option('--latency <ms>', 'added to every request').default(0).argParser(whole('milliseconds')))
  .addOption(
    new Option('--shortest-session <seconds>', 'give sessions that short, as RustFS does not').argParser(
      whole('seconds'),
    ),
  )
  .action(async (options) => {
    process.exitCode = await (await import('./commands/emulator.js')).emulatorCommand(options);
  });

program
  .command('gateway')
  .description('run the reference gateway (a stand-in, not an alknet node)')
  .option('--config <file>', 'its static configuration, YAML or JSON')
  .option('--check', 'only say whether the configuration is valid')
  .addOption(
    new Option('--print-config <proxy>', 'print the S3 pass-through as a configuration of').choices([
      'haproxy',
      'nginx',
    ]),
  )
  .option('--new-api-key <scopes>', 'print a new alknet API key with these scopes, comma-separated, and its entry')
  .action(async (options) => {
    process.exitCode = await (await import('./commands/gateway.js')).gatewayCommand(options, version);
  });

addSecretCommands(program);
addEventCommands(program);
addOperationCommands(program);
addKmsCommands(program);
addClusterCommands(program);
addFleetCommands(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error, process.argv.includes('--json'));
}
if (process.exitCode === undefined) process.exitCode = EXIT.ok;

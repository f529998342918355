import { type Command, InvalidArgumentError, Option } from 'commander';
import { port } from './options.js';
import { textfileOption } from './textfile.js';

/** A probability below 1, such as 0.999. */
function probability(value: string): number {
  const number = Number(value);
  if (number > 0 && number < 1) return number;
  throw new InvalidArgumentError('expected a probability between 0 and 1, such as 0.999');
}

function seconds(value: string): number {
  if (!/^\d+$/.test(value)) throw new InvalidArgumentError('expected a whole number of seconds');
  return Number(value);
}

/** Commands of SeaweedFS gateway fleets. */
export function addFleetCommands(program: Command): void {
  const fleet = program.command('fleet').description('SeaweedFS S3 gateways: files, proof and operations');
  const onManifest = (name: string, description: string) =>
    fleet
      .command(name)
      .description(description)
      .requiredOption('--manifest <file>', 'fleet.json that `cdktf synth` wrote beside cdk.tf.json');

  onManifest('render', 'write what the containers mount, and make secrets that do not exist yet').action(
    async (options) => {
      process.exitCode = await (await import('./commands/fleet-render.js')).fleetRenderCommand(options);
    },
  );

  fleet
    .command('import <iam.config>')
    .description('show an existing iam.config as a construct, with everything that is wrong in it')
    .option('--development', 'allow what only a development fleet may have')
    .option('--json', 'machine-readable output on stdout')
    .action(async (file, options) => {
      process.exitCode = (await import('./commands/fleet-import.js')).fleetImportCommand(file, options);
    });

  textfileOption(onManifest('verify', 'prove the running fleet closed and complete; exit code 3 on a contradiction'))
    .option(
      '--web-identity-token-file <file>',
      'OIDC token of a provider of the fleet; default: $AWS_WEB_IDENTITY_TOKEN_FILE',
    )
    .option('--development-issuer <url>', 'development issuer that signs whatever tokens the proof needs')
    .addOption(
      new Option('--confidence <p>', 'wanted probability of meeting a fault that is there')
        .default(0.999)
        .argParser(probability),
    )
    .option('--kill-one', 'also stop one gateway for a moment and prove that clients go on (docker)')
    .option('--containers', 'also compare the iam.config that each container has mounted (docker)')
    .option('--filer <url>', 'also look for policies left on this filer, such as http://127.0.0.1:8888')
    .option('--json', 'machine-readable output on stdout')
    .action(async (options) => {
      process.exitCode = await (await import('./commands/fleet-verify.js')).fleetVerifyCommand(options);
    });

  onManifest('status', 'show what each gateway has loaded and where it differs from what is declared; exit code 3 then')
    .option('--containers', 'also compare the iam.config that each container has mounted (docker)')
    .option('--filer <url>', 'also look for policies left on this filer')
    .option('--json', 'machine-readable output on stdout')
    .action(async (options) => {
      process.exitCode = await (await import('./commands/fleet-status.js')).fleetStatusCommand(options);
    });

  onManifest('restart', 'restart the gateways one by one, each drained at the balancer (docker); may be run again')
    .addOption(new Option('--drain-timeout <seconds>', 'for requests under way').default(60).argParser(seconds))
    .action(async (options) => {
      process.exitCode = await (await import('./commands/fleet-restart.js')).fleetRestartCommand(options);
    });

  onManifest('rotate-signing-key', 'new signing key on all gateways; ends every session; may be run again')
    .option('--yes', 'do not ask')
    .addOption(new Option('--drain-timeout <seconds>', 'for requests under way').default(60).argParser(seconds))
    .action(async (options) => {
      process.exitCode = await (await import('./commands/fleet-restart.js')).fleetRotateCommand(options);
    });

  fleet
    .command('stand-in')
    .description('run a stand-in for one weed s3 gateway (not SeaweedFS)')
    .option('--iam-config <file>', 'as weed s3 -iam.config; without it the gateway is open, as the real one is')
    .addOption(new Option('--port <port>', 'port on 127.0.0.1').default(8333).argParser(port))
    .option('--data <dir>', 'directory that the gateways of a fleet share; default: in memory')
    .action(async (options) => {
      process.exitCode = await (await import('./commands/fleet-stand-in.js')).fleetStandInCommand(options);
    });

  fleet
    .command('development-issuer')
    .description('run an OIDC provider that gives anybody any token (for development only)')
    .addOption(new Option('--port <port>', 'port on 127.0.0.1').default(9999).argParser(port))
    .option('--client-id <id>', 'audience of the tokens', 'seaweedfs')
    .action(async (options) => {
      process.exitCode = await (await import('./commands/fleet-stand-in.js')).developmentIssuerCommand(options);
    });

  fleet
    .command('demo')
    .description('run the fleet of a stack here, with stand-ins behind nginx (if installed), and prove it')
    .option('--stack <name>', 'stack of cdktf.json with one fleet', 'seaweedfs-fleet')
    .option('--json', 'machine-readable output on stdout')
    .action(async (options) => {
      process.exitCode = await (await import('./commands/fleet-demo.js')).fleetDemoCommand(options);
    });
}

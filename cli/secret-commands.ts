import { type Command, InvalidArgumentError } from 'commander';
import { parseAge } from '../provisioning/secrets/key-age.js';
import { onManifest, STORE } from './options.js';

function age(value: string): number {
  const ms = parseAge(value);
  if (ms === undefined) throw new InvalidArgumentError('expected an age such as 90d, 12h, 30m or 2w');
  return ms;
}

const list = (value: string) => value.split(',').map((item) => item.trim());

/** Adds the commands that make, replace and hand out secrets. */
export function addSecretCommands(program: Command): void {
  onManifest(
    program
      .command('rotate')
      .argument('[components...]', 'components or access keys; default: all')
      .description('replace access keys without downtime: create, prove, publish; the old keys work until --finish'),
  )
    .option('--older-than <age>', 'only keys of at least this age, such as 90d or 12h', age)
    .option('--finish', 'delete the old keys of earlier rotations')
    .option('--root', 'prepare a new root secret; it ends all STS sessions, and needs a restart of the server')
    .action(async (names, options) => {
      process.exitCode = await (await import('./commands/rotate.js')).rotateCommand(names, options);
    });

  program
    .command('kubernetes-secret')
    .argument('[components...]', 'components or access keys; default: all')
    .description('write the published access keys as Kubernetes Secrets, encrypted with SOPS')
    .requiredOption('--manifest <file>', 'manifest.json that `cdktf synth` wrote beside cdk.tf.json')
    .requiredOption('--namespace <name>', 'Kubernetes namespace')
    .option('--out <dir>', 'where <access key>-s3-secret.sops.yaml is written', '.')
    .option(
      '--age <recipients>',
      'age public keys, separated by commas; default: those of the SOPS store, else $SOPS_AGE_RECIPIENTS',
      list,
    )
    .option('--aws-names', 'name the data as the AWS SDKs read it with envFrom: AWS_ACCESS_KEY_ID …')
    .option(
      '--endpoint <url>',
      'endpoint as the pods reach it; default: that of the gateway, if there is one, else as for the other commands',
    )
    .option('--secrets <store>', STORE)
    .option('--json', 'one line of JSON for each file')
    .action(async (names, options) => {
      const { kubernetesSecretCommand } = await import('./commands/kubernetes-secret.js');
      process.exitCode = await kubernetesSecretCommand(names, options);
    });

  program
    .command('gateway-secrets')
    .description('create the keys and tokens that the gateway of a stack needs, unless they exist')
    .requiredOption('--from <file>', 'gateway-secrets.json that `cdktf synth` wrote beside cdk.tf.json')
    .action(async (options) => {
      process.exitCode = (await import('./commands/gateway-secrets.js')).gatewaySecretsCommand(options);
    });

  program
    .command('root-credentials')
    .description('create the root credentials of a new server, unless they exist')
    .requiredOption('--dir <dir>', 'directory for the files access-key and secret-key')
    .option('--manifest <file>', 'keep them in the secret store of this manifest too')
    .option('--secrets <store>', STORE)
    .action(async (options) => {
      process.exitCode = await (await import('./commands/root-credentials.js')).rootCredentialsCommand(options);
    });

  program
    .command('secret-file')
    .description('create a file with a random secret, unless it exists')
    .requiredOption('--file <file>', 'such as secrets/<stack>/grafana-admin-password')
    .action(async (options) => {
      process.exitCode = await (await import('./commands/secret-file.js')).secretFileCommand(options);
    });

  program
    .command('tls-certificate')
    .description('make an authority and a server certificate for development, or renew the certificate')
    .requiredOption('--dir <dir>', 'directory for ca.crt, ca.key, rustfs_cert.pem and rustfs_key.pem')
    .requiredOption('--names <names>', 'host names and addresses of the server, separated by commas', list)
    .action(async (options) => {
      process.exitCode = await (await import('./commands/tls-certificate.js')).tlsCertificateCommand(options);
    });

  program
    .command('server-secrets')
    .description('create the secrets that RustFS itself needs (the master key of SSE-S3), unless they exist')
    .requiredOption('--dir <dir>', 'directory for the file sse-s3-master-key')
    .requiredOption('--manifest <file>', 'manifest.json; they are kept in its secret store too')
    .option('--secrets <store>', STORE)
    .action(async (options) => {
      process.exitCode = await (await import('./commands/server-secrets.js')).serverSecretsCommand(options);
    });
}

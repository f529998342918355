import { type Command, InvalidArgumentError } from 'commander';

export const STORE =
  'secret store: a directory, sops:FILE, dotenv:FILE or environment; default: the one in the manifest';
const ENDPOINT = 'RustFS endpoint; default: $RUSTFS_ENDPOINT, else the one in the manifest';

export function port(value: string): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number > 65535) throw new InvalidArgumentError('expected a port between 0 and 65535');
  return number;
}

/** Options of every command that talks to a server; described otherwise where there is no manifest. */
export function onServer(command: Command, { endpoint = ENDPOINT, store = STORE } = {}): Command {
  return command
    .option('--endpoint <url>', endpoint)
    .option(
      '--ca-file <file>',
      'authority of its certificate (PEM); default: $RUSTFS_CA_FILE, else the one in the manifest',
    )
    .option('--secrets <store>', store)
    .option('--debug', 'print every request as a curl command on stderr, without secrets')
    .option('--json', 'machine-readable output on stdout');
}

/** Options of every command that talks to the server of a manifest. */
export function onManifest(command: Command): Command {
  return onServer(
    command.requiredOption('--manifest <file>', 'manifest.json that `cdktf synth` wrote beside cdk.tf.json'),
  );
}

import { type Command, InvalidArgumentError, Option } from 'commander';

function seconds(value: string): number {
  if (/^\d+$/.test(value)) return Number(value);
  throw new InvalidArgumentError('expected a whole number of seconds');
}

/** Commands of RustFS clusters; a deployment runs them, and they may be run by hand. */
export function addClusterCommands(program: Command): void {
  const cluster = program.command('cluster').description('RustFS on several machines: secrets, and one node at a time');
  const onCluster = (name: string, description: string) =>
    cluster
      .command(name)
      .description(description)
      .requiredOption('--cluster <file>', 'cluster.json that `cdktf synth` wrote beside cdk.tf.json');

  onCluster('prepare', 'bring the secrets into Docker Swarm or Kubernetes; may be run again').action(
    async (options) => {
      process.exitCode = await (await import('./commands/cluster.js')).clusterPrepareCommand(options);
    },
  );

  onCluster('wait', 'wait until all nodes are ready')
    .option('--node <name>', 'only for this node, and only while another node serves: the gate of a rolling upgrade')
    .addOption(
      new Option('--settle <seconds>', 'with --node: how long it stays ready before the next one')
        .default(60)
        .argParser(seconds),
    )
    .addOption(new Option('--timeout <seconds>', 'how long').default(600).argParser(seconds))
    .action(async (options) => {
      process.exitCode = await (await import('./commands/cluster.js')).clusterWaitCommand(options);
    });
}

/** Where a gateway finds its iam.config, in its container. */
export const IAM_CONFIG_PATH = '/etc/seaweedfs/iam.json';

export interface GatewayArguments {
  /** `host:port` of each filer. */
  readonly filers: readonly string[];
  readonly port: number;
  /** Where the gateway finds its iam.config. */
  readonly iamConfig: string;
  /** Port of the Prometheus metrics. @default - none */
  readonly metricsPort?: number;
}

/**
 * Arguments of one `weed s3`. One flag each, with `=`, and nothing else: weed stops reading flags at the first word that
 * is none, silently, and what follows is not set. `-test.config -iam.config=F` serves everybody [readme.flag.test.config-first].
 */
export function gatewayArguments({ filers, port, iamConfig, metricsPort }: GatewayArguments): readonly string[] {
  return [
    's3',
    `-iam.config=${iamConfig}`,
    `-filer=${filers.join(',')}`,
    '-ip.bind=0.0.0.0',
    `-port=${port}`,
    // Both listen by default (reference: services, weed s3 flags).
    '-port.iceberg=0',
    '-port.lance=0',
    '-iam.readOnly=true',
    '-allowDeleteBucketNotEmpty=false',
    ...(metricsPort === undefined ? [] : [`-metricsPort=${metricsPort}`]),
  ];
}

/** What is wrong with the arguments of a `weed s3`, first of all: what makes it serve everybody. */
export function argumentProblems(args: readonly string[]): readonly string[] {
  const [command, ...flags] = args;
  const problems: string[] = [];
  if (command !== 's3') problems.push(`the first argument is ${JSON.stringify(command)}: expected s3`);
  const stray = flags.findIndex((flag) => !/^-[\w.]+=/.test(flag));
  if (stray >= 0) {
    const lost = flags.slice(stray + 1);
    problems.push(
      `${JSON.stringify(flags[stray])} is no flag with a value, so weed ignores ${lost.length === 0 ? 'it' : `it and what follows (${lost.join(' ')})`}: write every argument as -flag=value [readme.flag.positional] [readme.flag.test.config-first]`,
    );
  }
  const named = (name: string) => flags.filter((flag) => flag.startsWith(`-${name}=`));
  if (named('iam.config').length !== 1) {
    problems.push(
      `-iam.config is there ${named('iam.config').length} times: expected once; without it everybody is let in [start.no-iam-config.as-is]`,
    );
  }
  if (named('config').length > 0) {
    problems.push(
      '-config beside -iam.config: the identities of the iam.config would be ignored, and a broken one not be fatal; move its identities into the iam.config [start.identities-shadowed-bad-key.as-is] [start.file-missing-with-config.none]',
    );
  }
  for (const flag of named('iam')) {
    problems.push(`${flag} has no effect: leave it out [start.iam-off.none]`);
  }
  return problems;
}

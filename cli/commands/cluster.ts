import { execa } from 'execa';
import { parseClusterFile } from '../../manifest/cluster.js';
import {
  missingServices,
  prepareCluster,
  type Runner,
  rootCredentials,
  waitForCluster,
} from '../../provisioning/index.js';
import { EXIT } from '../exit-codes.js';
import { readInputFile } from '../input-file.js';

export interface ClusterOptions {
  readonly cluster: string;
}

const read = ({ cluster }: ClusterOptions) =>
  parseClusterFile(
    readInputFile(cluster, { wayOut: 'cdktf synth writes it for a stack with a RustFsCluster' }),
    cluster,
  );

const run: Runner = async (program, args) => {
  const { exitCode, stdout = '', stderr = '' } = await execa(program, args, { reject: false });
  return { exitCode, stdout, stderr };
};

/** `cluster prepare`: the secrets of a cluster, in its engine. */
export async function clusterPrepareCommand(options: ClusterOptions): Promise<number> {
  for (const line of await prepareCluster({ cluster: read(options), run })) console.log(line);
  return EXIT.ok;
}

export interface ClusterWaitOptions extends ClusterOptions {
  readonly node?: string;
  /** Seconds. */
  readonly timeout: number;
  /** Seconds. */
  readonly settle: number;
}

/** `cluster wait`: until the cluster, or the node that was just replaced, is ready. */
export async function clusterWaitCommand(options: ClusterWaitOptions): Promise<number> {
  const { node, timeout, settle } = options;
  const cluster = read(options);
  const missing = node === undefined ? [] : await missingServices(cluster, run);
  if (missing.length > 0) {
    console.log(`the cluster is only being made (not there yet: ${missing.join(', ')}): nothing to protect`);
    return EXIT.ok;
  }
  const file = (secret: string) => cluster.secrets.find(({ name }) => name === secret)?.file;
  const root = rootCredentials({ accessKeyFile: file('access-key'), secretKeyFile: file('secret-key') });
  const onWait = (line: string) => console.error(line);
  console.log(
    await waitForCluster({ cluster, node, root, timeoutMs: timeout * 1000, settleMs: settle * 1000, onWait }),
  );
  return EXIT.ok;
}

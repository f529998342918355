import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { ClusterFile } from '../../manifest/cluster.js';
import { writeFileAtomic } from '../secrets/atomic-file.js';
import { checkDrives } from './drives.js';
import { output, type Runner } from './runner.js';
import { secretContent } from './secret-content.js';

interface SwarmProps {
  readonly cluster: ClusterFile;
  readonly engine: Extract<ClusterFile['engine'], { type: 'swarm' }>;
  readonly run: Runner;
  readonly projectDir: string;
}

/**
 * Docker secrets can't be changed, so a name ends with the beginning of the content's SHA-256: other content is another
 * secret, and the next deployment brings it to one node after the other. Their ids go to a file that Terraform reads.
 */
export async function prepareSwarm({ cluster, engine, run, projectDir }: SwarmProps): Promise<readonly string[]> {
  checkDrives(cluster, await runningVolumes(engine.services[0] as string, run));
  const lines: string[] = [];
  const made: Record<string, { readonly id: string; readonly name: string }> = {};
  for (const { name: key, file } of cluster.secrets) {
    const path = resolve(projectDir, file);
    const digest = createHash('sha256').update(secretContent(path)).digest('hex').slice(0, 12);
    const name = `${cluster.cluster}-${key}-${digest}`;
    const list = ['secret', 'ls', '--filter', `name=${name}`, '--format', '{{.ID}} {{.Name}}'];
    const found = (await output(run, 'docker', list)).split('\n').map((line) => line.split(' '));
    const existing = found.find(([, other]) => other === name)?.[0];
    const create = ['secret', 'create', '--label', 'managed-by=cdktf-rustfs', name, path];
    made[key] = { id: existing ?? (await output(run, 'docker', create)), name };
    lines.push(`${existing === undefined ? 'created' : 'kept'} Docker secret ${name}`);
  }
  await writeFileAtomic(resolve(projectDir, engine.secretsFile), `${JSON.stringify(made, null, 2)}\n`, 0o600);
  return lines;
}

async function runningVolumes(service: string, run: Runner): Promise<string | undefined> {
  const args = ['service', 'inspect', '--format', '{{json .Spec.TaskTemplate.ContainerSpec.Env}}', service];
  const result = await run('docker', args);
  if (result.exitCode !== 0 && /no such service/i.test(result.stderr)) return undefined;
  const environment = JSON.parse(await output(async () => result, 'docker', args)) as string[] | null;
  const prefix = 'RUSTFS_VOLUMES=';
  return environment?.find((line) => line.startsWith(prefix))?.slice(prefix.length);
}

/** Services of the cluster that do not exist yet, because it is only being made. */
export async function missingServices({ engine }: ClusterFile, run: Runner): Promise<readonly string[]> {
  if (engine.type !== 'swarm') return [];
  const existing = new Set((await output(run, 'docker', ['service', 'ls', '--format', '{{.Name}}'])).split('\n'));
  return engine.services.filter((service) => !existing.has(service));
}

import { resolve } from 'node:path';
import type { ClusterFile } from '../../manifest/cluster.js';
import { ProvisioningError } from '../errors.js';
import { checkDrives } from './drives.js';
import { output, type Runner } from './runner.js';
import { secretContent } from './secret-content.js';

interface KubernetesProps {
  readonly cluster: ClusterFile;
  readonly engine: Extract<ClusterFile['engine'], { type: 'kubernetes' }>;
  readonly run: Runner;
  readonly projectDir: string;
}

interface StatefulSet {
  readonly spec: {
    readonly template: {
      readonly spec: { readonly containers: readonly { readonly env?: readonly { name: string; value?: string }[] }[] };
    };
  };
}

/** One Secret with everything that the pods mount. An existing one is compared, never changed. */
export async function prepareKubernetes(props: KubernetesProps): Promise<readonly string[]> {
  const { cluster, engine, run, projectDir } = props;
  const { namespace, statefulSet, secret } = engine;
  const get = async <T>(kind: string, name: string): Promise<T | undefined> => {
    const args = ['get', kind, name, '--namespace', namespace, '--ignore-not-found', '--output', 'json'];
    const text = await output(run, 'kubectl', args);
    return text === '' ? undefined : (JSON.parse(text) as T);
  };
  const running = await get<StatefulSet>('statefulset', statefulSet);
  const environment = running?.spec.template.spec.containers.flatMap(({ env = [] }) => env);
  checkDrives(cluster, environment?.find(({ name }) => name === 'RUSTFS_VOLUMES')?.value);

  const files = cluster.secrets.map(({ name, file }) => ({ name, file, path: resolve(projectDir, file) }));
  const content = new Map(files.map(({ name, path }) => [name, secretContent(path)]));
  const existing = await get<{ readonly data?: Readonly<Record<string, string>> }>('secret', secret);
  if (existing === undefined) {
    const sources = files.map(({ name, path }) => `--from-file=${name}=${path}`);
    await output(run, 'kubectl', ['create', 'secret', 'generic', secret, '--namespace', namespace, ...sources]);
    return [`created Secret ${namespace}/${secret}`];
  }
  const differing = files.filter(({ name }) => existing.data?.[name] !== content.get(name)?.toString('base64'));
  if (differing.length === 0) return [`kept Secret ${namespace}/${secret}`];
  throw new ProvisioningError(
    `Secret ${namespace}/${secret} has another content than ${differing.map(({ file }) => file).join(', ')}: ` +
      `put the files there that the cluster was made with, or delete the Secret, run this again and restart the pods one by one`,
  );
}

import * as z from 'zod';
import { ManifestError } from './serialize.js';

const name = z.string().min(1);

const clusterFileSchema = z.strictObject({
  version: z.literal(1),
  cluster: name,
  volumes: name.meta({
    description: 'RUSTFS_VOLUMES of every node: the order and paths of the drives, which are their identity.',
  }),
  nodes: z.array(z.strictObject({ name, endpoint: z.url({ protocol: /^https?$/ }) })).min(1),
  drives: z.int().positive().meta({ description: 'Drives of all nodes together.' }),
  secrets: z.array(z.strictObject({ name, file: name })).min(1),
  engine: z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('swarm'),
      services: z.array(name).min(1).meta({ description: 'One for each node.' }),
      secretsFile: name,
    }),
    z.strictObject({ type: z.literal('kubernetes'), namespace: name, statefulSet: name, secret: name }),
  ]),
});

/** What the commands need to know of a cluster; contains no secret. Written as `cluster.json` beside the manifest. */
export type ClusterFile = z.infer<typeof clusterFileSchema>;

/** @throws {ManifestError} with every problem */
export function parseClusterFile(text: string, source: string): ClusterFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ManifestError(`${source} is not JSON: write it again with cdktf synth`, { cause });
  }
  const parsed = clusterFileSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new ManifestError(
    `${source} is not a cluster file: write it again with cdktf synth\n${z.prettifyError(parsed.error)}`,
  );
}

import { isIP } from 'node:net';
import { Annotations, TerraformStack } from 'cdktf';
import { addCustomSynthesis } from 'cdktf/lib/synthesize/synthesizer.js';
import type { Construct } from 'constructs';
import type { ClusterFile } from '../../manifest/cluster.js';
import type { RustFsVersion } from '../../policies/index.js';
import { settingsParts } from '../environment/settings-part.js';
import { eventTargetPart } from '../event-target-container.js';
import { sseS3Part } from '../kms.js';
import { oidcPart } from '../oidc-container.js';
import { projectCommand, stackPaths, writeStackFile } from '../provisioning-step.js';
import type { ManifestRegistry } from '../registry.js';
import { type CommonRustFsProps, eventTargetsOf, registryOf } from '../rustfs-external.js';
import { type ListenerProps, listeners } from '../rustfs-listeners.js';
import type { RustFsSettings } from '../rustfs-settings.js';
import type { IRustFs } from '../server.js';
import { type CombinedParts, combineParts, type ServerPart } from '../server-part.js';
import { type ClusterKmsProps, checkClusterKms } from './cluster-kms.js';
import { type ErasureLayout, erasureLayout } from './erasure-layout.js';
import { layoutTable } from './layout-table.js';

export interface RustFsClusterProps extends Omit<CommonRustFsProps, 'kms'>, ClusterKmsProps, ListenerProps {
  /**
   * What every node takes as environment variables, typed and checked: docs/environment-variables.md. Parity is the prop `parity`; there
   * are no certificates, and so neither FTPS nor WebDAV. @default - RustFS' own defaults
   */
  readonly settings?: RustFsSettings;
  /** Variables that `settings` does not know, the same for every node. No secret: they are in the manifests and in Terraform's state. @default none */
  readonly extraEnvironment?: Readonly<Record<string, string>>;
  /** Parity shards of every object. @default - what RustFS takes for the size of the set, see erasureLayout */
  readonly parity?: number;
}

/** A file that every node reads, and where it comes from. */
export interface ClusterSecret {
  /** Key in the engine, unique in the cluster. */
  readonly name: string;
  /** In the project directory. */
  readonly file: string;
  /** In the container. */
  readonly path: string;
}

/** RustFS on several machines. */
export interface IRustFsCluster extends IRustFs {
  readonly layout: ErasureLayout;
}

/** What a node of any engine runs. */
export interface ClusterServer {
  /** Names of services, Secrets and manifests start with it. */
  readonly name: string;
  readonly version: RustFsVersion;
  readonly region: string;
  readonly layout: ErasureLayout;
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: readonly ClusterSecret[];
  readonly entrypoint: CombinedParts['entrypoint'];
  readonly registry: ManifestRegistry;
  readonly rootDir: string;
  readonly secretsDir: string;
}

interface Declared extends RustFsClusterProps {
  readonly nodes: number;
  readonly drivesPerNode: number;
  readonly volumes: string;
  readonly endpoint: string;
  /** Host names that nodes and clients of the engine call the nodes by. */
  readonly names: readonly string[];
}

/** What holds unless a setting wants it otherwise: who reaches a node by a private address could choose its aws:SourceIp. */
const DEFAULTS = { RUSTFS_TRUSTED_PROXY_ENABLED: 'false' };

/** `{1...count}`; a range of one is no range to RustFS. */
export const range = (from: number, count: number): string => (count === 1 ? '' : `{${from}...${from + count - 1}}`);

/** Paths of a node's drives in the container: `/data`, which the image gives to its user, or `/data1`, `/data2`, … */
export const drivePaths = (drives: number): readonly string[] =>
  drives === 1 ? ['/data'] : Array.from({ length: drives }, (_, index) => `/data${index + 1}`);

/** Everything about a cluster that does not depend on its engine. Says capacity and failures at synthesis. */
export function clusterServer(scope: Construct, id: string, props: Declared): ClusterServer {
  const { nodes, drivesPerNode, parity, volumes, endpoint, region = 'us-east-1' } = props;
  const layout = erasureLayout({ nodes, drivesPerNode, ...(parity === undefined ? {} : { parity }) });
  const { registry, secretsDir, rustfsVersion } = registryOf(scope, id, props, 'cluster', () => ({
    endpoint,
    target: 'external',
    accessKeyFile: `${rootDir}/access-key`,
    secretKeyFile: `${rootDir}/secret-key`,
  }));
  checkClusterKms(scope, props, rustfsVersion);
  const rootDir = `${secretsDir}/root`;
  const { hostname, port } = new URL(endpoint);
  const context = {
    what: `RustFsCluster ${id}`,
    version: rustfsVersion,
    port: Number(port || (endpoint.startsWith('https:') ? 443 : 80)),
    storage: { drives: layout.drivesPerSet },
    tls: false,
    cluster: { names: [...props.names, hostname].filter((name) => isIP(name.replace(/^\[|\]$/g, '')) === 0) },
  };
  const features: readonly ServerPart[] = [
    {
      environment: {
        RUSTFS_VOLUMES: volumes,
        RUSTFS_REGION: region,
        RUSTFS_ACCESS_KEY_FILE: '/etc/rustfs/access-key',
        RUSTFS_SECRET_KEY_FILE: '/etc/rustfs/secret-key',
        // Without this, the engine shows no log: the image logs to files (reference: observability).
        RUSTFS_OBS_LOG_DIRECTORY: '',
        ...(parity === undefined ? {} : { RUSTFS_STORAGE_CLASS_STANDARD: `EC:${parity}` }),
        // beta.7 knows no waiting: it ends when a peer has no address yet, and the engine starts it again.
        ...(rustfsVersion === '1.0.1' && { RUSTFS_STARTUP_TOPOLOGY_WAIT_MODE: 'orchestrated' }),
      },
    },
    listeners(props),
    ...settingsParts(props, context),
    ...(props.oidc ?? []).map((provider) => oidcPart(provider, rustfsVersion)),
    // By the environment of each node: 1.0.1 takes no target by its API while a node does not say that it would follow (seen on four nodes).
    ...eventTargetsOf(props).map(({ target, purpose }) => eventTargetPart(target, purpose, 'cluster')),
    {
      secretVariables: [
        {
          what: 'RPC secret',
          // Not derived from the root secret: nodes have to talk while that one is replaced, node by node.
          variable: 'RUSTFS_RPC_SECRET',
          projectPath: `${rootDir}/rpc-secret`,
          path: '/etc/rustfs/rpc-secret',
        },
      ],
    },
    sseS3Part(`${secretsDir}/server`),
  ];
  const parts = combineParts(scope, rustfsVersion, features);
  for (const warning of parts.warnings) Annotations.of(scope).addWarning(warning);
  for (const line of layoutTable(layout)) Annotations.of(scope).addInfo(line);
  const root = ['access-key', 'secret-key'].map((name) => ({
    name,
    file: `${rootDir}/${name}`,
    path: `/etc/rustfs/${name}`,
  }));
  const files = features.flatMap(({ files = [], secretVariables = [] }) => [...files, ...secretVariables]);
  return {
    name: `${TerraformStack.of(scope).node.id}-${id}`,
    version: rustfsVersion,
    region,
    layout,
    environment: { ...DEFAULTS, ...parts.environment },
    secrets: [
      ...root,
      ...files.map(({ projectPath, path }) => ({
        name: path.replace('/etc/rustfs/', '').replace(/[^A-Za-z0-9.-]/g, '-'),
        file: projectPath,
        path,
      })),
    ],
    entrypoint: parts.entrypoint,
    registry,
    rootDir,
    secretsDir,
  };
}

/** Writes cluster.json, and other files beside it. @returns the path of cluster.json in the project, for commands */
export function writeClusterFiles(
  scope: Construct,
  cluster: ClusterFile,
  others: Readonly<Record<string, string>> = {},
): string {
  const stack = TerraformStack.of(scope);
  const files = { ...others, 'cluster.json': `${JSON.stringify(cluster, null, 2)}\n` };
  addCustomSynthesis(scope, {
    onSynthesize: ({ outdir }) => {
      for (const [name, text] of Object.entries(files)) writeStackFile(stack, outdir, name, text);
    },
  });
  return `${stackPaths(scope).fromProject}/cluster.json`;
}

/** Commands that make the cluster's own secrets, unless they exist. */
export function secretCommands(scope: Construct, { rootDir, secretsDir }: ClusterServer) {
  const manifest = `${stackPaths(scope).fromProject}/manifest.json`;
  return [
    `npx --no-install cdktf-rustfs root-credentials --dir ${rootDir} --manifest ${manifest}`,
    `npx --no-install cdktf-rustfs secret-file --file ${rootDir}/rpc-secret`,
    `npx --no-install cdktf-rustfs server-secrets --dir ${secretsDir}/server --manifest ${manifest}`,
  ].map((command) => projectCommand(scope, command));
}

/** A cluster's nodes are declared with it: nothing that is declared later can reach them. */
export function refuseLateParts(scope: Construct, parts: readonly ServerPart[]): void {
  if (parts.every((part) => Object.keys(part).length === 0)) return;
  throw new Error(
    `RustFsCluster ${scope.node.id} cannot be told more after it was declared: an OpenID provider goes into its oidc; a gateway that is one, or that takes events, is for a single RustFs`,
  );
}

import { createHash } from 'node:crypto';
import { network, service } from '@cdktf/provider-docker';
import { Annotations, type ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { oidcPart } from '../oidc-container.js';
import type { OidcProvider } from '../oidc-provider.js';
import { ProvisioningStep, pathFromModule, projectCommand } from '../provisioning-step.js';
import type { ManifestRegistry } from '../registry.js';
import { CONSOLE_PORT, S3_PORT } from '../rustfs.js';
import { RUSTFS_UID } from '../rustfs-volumes.js';
import { serverEndpoint } from '../server.js';
import type { ServerPart } from '../server-part.js';
import { TerraformData } from '../terraform-data.js';
import {
  type ClusterServer,
  clusterServer,
  drivePaths,
  type IRustFsCluster,
  type RustFsClusterProps,
  range,
  refuseLateParts,
  secretCommands,
  writeClusterFiles,
} from './cluster-server.js';
import type { ErasureLayout } from './erasure-layout.js';

export interface SwarmNode {
  /** As `docker node ls` shows it: the node's service is pinned to it. */
  readonly hostname: string;
  /** IP address or name at which this machine reaches the node. */
  readonly address: string;
}

export interface SwarmClusterProps extends RustFsClusterProps {
  /** Machines, in an order that never changes: it is part of the drives' identity. */
  readonly nodes: readonly SwarmNode[];
  /**
   * Directories on every node, each on a disk of its own, owned by uid 10001. Make them below the mount point (`/mnt/disk1/rustfs`), so
   * that a disk that is not mounted has none and the node does not start. The order never changes.
   * @default - one Docker volume per node, kept when the stack is destroyed
   */
  readonly drives?: readonly string[];
  /** Port of the S3 and admin API, on all addresses of every node: Swarm cannot bind to one. @default 9000 */
  readonly port?: number;
  /** Port of the console on every node. @default - no console */
  readonly consolePort?: number;
  /** URL of a load balancer in front of the nodes. @default - the first node */
  readonly endpoint?: string;
}

/** How long a node may take to be ready again: its drives are checked and its IAM is loaded first. */
const GATE_SECONDS = 600;

/**
 * Alive, or not listening yet. Swarm gives a task no name in its DNS before it is healthy, and RustFS may listen only when it has found its
 * peers by name: a check for less would be a deadlock (moby issues 35451 and 36737). One that died is restarted in any case.
 */
const HEALTHCHECK = `curl -fsS -m 5 -o /dev/null http://127.0.0.1:${S3_PORT}/health; code=$?; [ $code -eq 0 ] || [ $code -eq 7 ]`;

const HOSTNAME = /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/;

function checkNodes(nodes: readonly SwarmNode[], drives: readonly string[] | undefined): void {
  const problems = [
    ...nodes.flatMap(({ hostname, address }) =>
      [hostname, address]
        .filter((value) => !HOSTNAME.test(value))
        .map((value) => `invalid hostname or address (value: ${value}): expected letters, digits, "." and "-"`),
    ),
    ...(drives ?? [])
      .filter((path) => !/^(\/[A-Za-z0-9_.-]+)+$/.test(path))
      .map((path) => `invalid drive (value: ${path}): expected an absolute path without spaces`),
    ...repeated(nodes.map(({ hostname }) => hostname)).map((hostname) => `node ${hostname} is there twice`),
    ...repeated(nodes.map(({ address }) => address)).map((address) => `address ${address} is there twice`),
    ...repeated(drives ?? []).map((path) => `drive ${path} is there twice`),
  ];
  if (problems.length > 0) throw new Error(`invalid cluster:\n${problems.map((problem) => `✖ ${problem}`).join('\n')}`);
}

const repeated = (values: readonly string[]) => [
  ...new Set(values.filter((value, index) => values.indexOf(value) !== index)),
];

/** One service per node: each has a name that the others find, drives of its own, and is replaced when its predecessor is ready. */
export class SwarmCluster extends Construct implements IRustFsCluster {
  readonly endpoint: string;
  readonly region: string;
  readonly layout: ErasureLayout;
  readonly _registry: ManifestRegistry;
  readonly _provisioned: ITerraformDependable;
  readonly #server: ClusterServer;

  constructor(scope: Construct, id: string, props: SwarmClusterProps) {
    super(scope, id);
    const { nodes, drives, port = S3_PORT, consolePort } = props;
    checkNodes(nodes, drives);
    const drivesPerNode = drives?.length ?? 1;
    const volumes = `http://node${range(1, nodes.length)}:${S3_PORT}/data${range(1, drivesPerNode)}`;
    const addresses = nodes.map(({ address }) => `http://${address}:${port}`);
    this.endpoint = serverEndpoint(props.endpoint ?? (addresses[0] as string));
    this.#server = clusterServer(this, id, {
      ...props,
      nodes: nodes.length,
      drivesPerNode,
      volumes,
      endpoint: this.endpoint,
      names: nodes.flatMap(({ address }, index) => [`node${index + 1}`, address]),
    });
    if (!drives)
      Annotations.of(this).addInfo('no drives: a Docker volume per node, on the disk that Docker itself uses');
    const { name, rootDir, secrets, registry, layout, region } = this.#server;
    this.layout = layout;
    this.region = region;
    this._registry = registry;
    const secretsFile = `${rootDir}/swarm-secrets.json`;
    const clusterFile = writeClusterFiles(this, {
      version: 1,
      cluster: name,
      volumes,
      nodes: nodes.map((_, index) => ({ name: `node${index + 1}`, endpoint: addresses[index] as string })),
      drives: nodes.length * drivesPerNode,
      secrets: secrets.map(({ name: secret, file }) => ({ name: secret, file })),
      engine: { type: 'swarm', services: nodes.map((_, index) => `${name}-node${index + 1}`), secretsFile },
    });
    const command = (step: string, options = '') =>
      projectCommand(this, `npx --no-install cdktf-rustfs cluster ${step} --cluster ${clusterFile}${options}`);
    const prepared = new TerraformData(this, 'Prepare', {
      triggersReplace: { volumes, secrets: secrets.map(({ file }) => file).join(' ') },
      provisioners: [...secretCommands(this, this.#server), command('prepare')],
      input: secretsFile,
    });
    const net = new network.Network(this, 'Network', { name, driver: 'overlay', options: { encrypted: 'true' } });

    let before: ITerraformDependable = prepared;
    for (const [index, { hostname }] of nodes.entries()) {
      const node = `node${index + 1}`;
      const taskSpec = this.#taskSpec({ node, hostname, drives, consolePort, prepared });
      const task = new service.Service(this, node, {
        name: `${name}-${node}`,
        mode: { replicated: { replicas: 1 } },
        // With a virtual IP the node's own name would lead to no address that it has itself.
        endpointSpec: { mode: 'dnsrr', ports: ports(port, consolePort) },
        taskSpec: { ...taskSpec, networksAdvanced: [{ name: net.name, aliases: [node] }] },
        // Two tasks must never have one drive.
        updateConfig: { parallelism: 1, order: 'stop-first', failureAction: 'pause' },
        convergeConfig: { delay: '5s', timeout: '5m' },
        labels: [{ label: 'managed-by', value: 'cdktf-rustfs' }],
        dependsOn: [before],
      });
      before = new TerraformData(this, `${node}-ready`, {
        triggersReplace: {
          task: createHash('sha256').update(JSON.stringify(taskSpec)).digest('hex'),
          secrets: secrets.map((secret) => this.#secret(prepared, secret.name, 'id')).join(' '),
        },
        provisioners: [command('wait', ` --node ${node} --timeout ${GATE_SECONDS}`)],
        dependsOn: [task],
      });
    }
    const ready = new TerraformData(this, 'Ready', {
      provisioners: [command('wait', ` --timeout ${GATE_SECONDS}`)],
      dependsOn: [before],
    });
    this._provisioned = new ProvisioningStep(this, 'Provisioning', {
      registry,
      dependsOn: [ready],
      automaticRollback: props.automaticRollback,
    }).dependable;
  }

  _trust(provider: OidcProvider): void {
    refuseLateParts(this, [oidcPart(provider, this._registry.rustfsVersion)]);
  }

  _addParts(parts: readonly ServerPart[]): void {
    refuseLateParts(this, parts);
  }

  /** Name or id of a Docker secret, read from the file that `cluster prepare` writes: once it has run, not before. */
  #secret(prepared: TerraformData, secret: string, attribute: 'id' | 'name'): string {
    const output = `${prepared.terraformResourceType}.${prepared.friendlyUniqueId}.output`;
    const path = pathFromModule(this, `\${${output}}`);
    return `\${jsondecode(file("${path}"))["${secret}"]["${attribute}"]}`;
  }

  #taskSpec(props: {
    readonly node: string;
    readonly hostname: string;
    readonly drives: readonly string[] | undefined;
    readonly consolePort: number | undefined;
    readonly prepared: TerraformData;
  }): Omit<service.ServiceTaskSpec, 'networksAdvanced'> {
    const { node, hostname, drives, prepared } = props;
    const { environment, entrypoint, name, secrets, version } = this.#server;
    return {
      containerSpec: {
        image: `rustfs/rustfs:${version}`,
        ...(entrypoint && { command: entrypoint, args: ['rustfs'] }),
        env: {
          ...environment,
          RUSTFS_CONSOLE_ENABLE: String(props.consolePort !== undefined),
          ...(version === '1.0.1' && { RUSTFS_LOCAL_ENDPOINT_HOST: node }),
        },
        capDrop: ['ALL'],
        healthcheck: {
          test: ['CMD-SHELL', HEALTHCHECK],
          interval: '10s',
          timeout: '10s',
          retries: 6,
          startPeriod: '10s',
        },
        stopGracePeriod: '60s',
        mounts: drivePaths(drives?.length ?? 1).map((target, index) =>
          drives
            ? { type: 'bind', source: drives[index] as string, target }
            : { type: 'volume', source: `${name}-${node}-data`, target },
        ),
        secrets: secrets.map((secret) => ({
          secretId: this.#secret(prepared, secret.name, 'id'),
          secretName: this.#secret(prepared, secret.name, 'name'),
          fileName: secret.path,
          fileUid: String(RUSTFS_UID),
          fileGid: String(RUSTFS_UID),
          fileMode: 0o400,
        })),
      },
      placement: { constraints: [`node.hostname==${hostname}`] },
      restartPolicy: { condition: 'any', delay: '5s' },
    };
  }
}

function ports(port: number, consolePort: number | undefined): service.ServiceEndpointSpecPorts[] {
  const host = { protocol: 'tcp', publishMode: 'host' };
  return [
    { ...host, targetPort: S3_PORT, publishedPort: port },
    ...(consolePort === undefined ? [] : [{ ...host, targetPort: CONSOLE_PORT, publishedPort: consolePort }]),
  ];
}

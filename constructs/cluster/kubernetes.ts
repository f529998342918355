import { Annotations, type ITerraformDependable, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { stringify } from 'yaml';
import { oidcPart } from '../oidc-container.js';
import type { OidcProvider } from '../oidc-provider.js';
import { ProvisioningStep, projectCommand } from '../provisioning-step.js';
import type { ManifestRegistry } from '../registry.js';
import { S3_PORT } from '../rustfs.js';
import { serverEndpoint } from '../server.js';
import type { ServerPart } from '../server-part.js';
import { TerraformData } from '../terraform-data.js';
import {
  clusterServer,
  type IRustFsCluster,
  type RustFsClusterProps,
  range,
  refuseLateParts,
  secretCommands,
  writeClusterFiles,
} from './cluster-server.js';
import type { ErasureLayout } from './erasure-layout.js';
import { headlessName, kubernetesManifests } from './kubernetes-manifests.js';

export interface KubernetesClusterProps extends RustFsClusterProps {
  /** Pods, each on a machine of its own. Cannot change later. */
  readonly nodes: number;
  /** Persistent volumes of each pod. Cannot change later. @default 1 */
  readonly drivesPerNode?: number;
  /** Size of each persistent volume, such as `100Gi`. */
  readonly driveSize: string;
  /** URL at which this machine reaches the Service: an ingress, a load balancer, or `kubectl port-forward`. */
  readonly endpoint: string;
  /** @default - the name of the cluster: `<stack>-<id>` */
  readonly namespace?: string;
  /** Whether the manifests contain the namespace. @default true */
  readonly createNamespace?: boolean;
  /** Class of the persistent volumes: each of them on a disk of its own. @default - the default class of Kubernetes */
  readonly storageClass?: string;
  /** @default false */
  readonly console?: boolean;
  /** Memory of each pod, requested and limit. @default 4Gi */
  readonly memory?: string;
  /** CPU that each pod requests. @default 500m */
  readonly cpu?: string;
  /** Namespaces whose pods may connect. @default - only its own */
  readonly clientNamespaces?: readonly string[];
  /** @default cluster.local */
  readonly clusterDomain?: string;
}

/** A DNS label that leaves room for what Kubernetes appends to the names of pods and services. */
const NAME = /^[a-z]([a-z0-9-]{0,40}[a-z0-9])?$/;
const NAMESPACE = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const QUANTITY = /^[1-9]\d*(\.\d+)?(m|[kKMGTPE]i?)?$/;

function check(what: string, value: string, expected: RegExp, description: string): void {
  if (!expected.test(value)) throw new Error(`invalid ${what} (value: ${value}): expected ${description}`);
}

/**
 * Manifests beside cdk.tf.json, in kubernetes.yaml: to apply with kubectl, or to commit for GitOps. The deployment itself makes
 * the Secret, waits for the cluster and provisions it.
 */
export class KubernetesCluster extends Construct implements IRustFsCluster {
  readonly endpoint: string;
  readonly region: string;
  readonly layout: ErasureLayout;
  readonly _registry: ManifestRegistry;
  readonly _provisioned: ITerraformDependable;

  constructor(scope: Construct, id: string, props: KubernetesClusterProps) {
    super(scope, id);
    const stack = TerraformStack.of(this);
    const name = `${stack.node.id}-${id}`;
    const { nodes, drivesPerNode = 1, driveSize, namespace = name, clusterDomain = 'cluster.local' } = props;
    const { memory = '4Gi', cpu = '500m', clientNamespaces = [namespace] } = props;
    check(
      'name of a cluster',
      name,
      NAME,
      'at most 42 lower-case letters, digits and "-", because pods are named after it',
    );
    for (const one of [namespace, ...clientNamespaces])
      check('namespace', one, NAMESPACE, 'at most 63 lower-case letters, digits and "-"');
    for (const [what, value] of Object.entries({ driveSize, memory, cpu }))
      check(what, value, QUANTITY, 'a quantity of Kubernetes, such as 100Gi');
    this.endpoint = serverEndpoint(props.endpoint);
    const inside = `${name}.${namespace}`;
    // A name below another one is a bucket to RustFS; so a namespace of the same name leaves the short one out.
    const short = name === namespace ? [] : [name];
    const service = [...short, inside, `${inside}.svc`, `${inside}.svc.${clusterDomain}`];
    const headless = `${headlessName(name)}.${namespace}.svc.${clusterDomain}`;
    const volumes = `http://${name}-${range(0, nodes)}.${headless}:${S3_PORT}/data${range(1, drivesPerNode)}`;
    const names = [...Array.from({ length: nodes }, (_, index) => `${name}-${index}.${headless}`), ...service];
    const server = clusterServer(this, id, { ...props, nodes, drivesPerNode, volumes, endpoint: this.endpoint, names });
    this.region = server.region;
    this.layout = server.layout;
    this._registry = server.registry;
    if (server.layout.nodesLost.writes.any === 0)
      Annotations.of(this).addWarning(
        'the PodDisruptionBudget lets no pod be evicted, because writes would stop: to drain a machine, delete its pod by hand, or use more nodes',
      );
    const secret = `${name}-secrets`;
    const objects = kubernetesManifests({
      ...{ name, namespace, server, driveSize, memory, cpu, clientNamespaces, secret, clusterDomain },
      createNamespace: props.createNamespace ?? true,
      storageClass: props.storageClass,
      console: props.console ?? false,
    });
    const yaml = objects.map((object) => stringify(object)).join('---\n');
    const clusterFile = writeClusterFiles(
      this,
      {
        version: 1,
        cluster: name,
        volumes,
        // Pods have no address outside: what answers is the Service, whose endpoints are the pods that are ready.
        nodes: [{ name, endpoint: this.endpoint }],
        drives: nodes * drivesPerNode,
        secrets: server.secrets.map(({ name: key, file }) => ({ name: key, file })),
        engine: { type: 'kubernetes', namespace, statefulSet: name, secret },
      },
      { 'kubernetes.yaml': yaml },
    );
    const command = (step: string) =>
      projectCommand(this, `npx --no-install cdktf-rustfs cluster ${step} --cluster ${clusterFile}`);
    const ready = new TerraformData(this, 'Ready', {
      triggersReplace: { volumes, secrets: server.secrets.map(({ file }) => file).join(' ') },
      provisioners: [...secretCommands(this, server), command('prepare'), command('wait')],
    });
    this._provisioned = new ProvisioningStep(this, 'Provisioning', {
      registry: server.registry,
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
}

import { container, type image, service } from '@cdktf/provider-docker';
import { type ITerraformDependable, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { closedHealthcheck } from '../seaweedfs/balancer/index.js';
import { IAM_CONFIG_PATH } from '../seaweedfs/config/index.js';
import { stackPaths } from './provisioning-step.js';
import type { FleetDocuments } from './seaweedfs-fleet-manifest.js';
import { fleetArguments, GATEWAY_PORT, type ResolvedFleetProps } from './seaweedfs-fleet-props.js';
import { terraformText } from './terraform-text.js';

export interface SeaweedFsGatewaysProps {
  readonly fleet: string;
  readonly props: ResolvedFleetProps;
  readonly documents: FleetDocuments;
  readonly image: image.Image;
  /** Docker networks, the fleet's own first. */
  readonly networks: readonly string[];
  readonly dependsOn: readonly ITerraformDependable[];
}

/** Absolute path on this machine, as Docker wants it; Terraform computes it, so no configuration contains it. */
export function hostPath(scope: Construct, file: string): string {
  return `\${abspath("\${path.module}/${stackPaths(scope).toProject}/${file}")}`;
}

/** A gateway listens once a filer answers: that may take a while at the first deployment. */
const HEALTH = { interval: '5s', timeout: '10s', retries: 3, startPeriod: '90s' };

/**
 * The gateways of a fleet. Their names contain what they are made of, so new ones start beside the old ones, have to be
 * closed and to have their IAM configuration (healthcheck), and only then take over.
 */
export class SeaweedFsGateways extends Construct {
  readonly dependables: readonly ITerraformDependable[];

  constructor(scope: Construct, id: string, props: SeaweedFsGatewaysProps) {
    super(scope, id);
    const { manifest } = props.documents;
    const make = props.props.engine === 'docker' ? this.#container : this.#service;
    this.dependables = manifest.gateways.map(({ name, container: unique }) => make.call(this, name, unique, props));
  }

  #common({ fleet, props, documents }: SeaweedFsGatewaysProps, name: string) {
    const { configFile, templateSha256 } = documents.manifest;
    return {
      // Not the image's entrypoint: it puts empty flags before ours, and splits arguments at spaces.
      command: '/usr/bin/weed',
      args: fleetArguments(fleet, props).map(terraformText),
      test: ['CMD-SHELL', terraformText(closedHealthcheck(GATEWAY_PORT))],
      mounts: [
        [configFile, IAM_CONFIG_PATH] as const,
        ...Object.entries(props.caCertificates).map(([path, file]) => [file, path] as const),
      ].map(([file, target]) => ({ type: 'bind', source: hostPath(this, file), target, readOnly: true })),
      labels: Object.entries({
        'managed-by': 'cdktf-rustfs',
        'cdktf-rustfs.fleet': fleet,
        'cdktf-rustfs.gateway': name,
        'cdktf-rustfs.stack': TerraformStack.of(this).node.id,
        'cdktf-rustfs.template-sha256': templateSha256,
        'cdktf-rustfs.revision': documents.revision,
      }).map(([label, value]) => ({ label, value })),
    };
  }

  #container(name: string, unique: string, props: SeaweedFsGatewaysProps): ITerraformDependable {
    const { command, args, test, mounts, labels } = this.#common(props, name);
    return new container.Container(this, name, {
      name: unique,
      image: props.image.imageId,
      entrypoint: [command],
      command: args,
      user: props.props.runAs,
      restart: 'unless-stopped',
      wait: true,
      waitTimeout: 180,
      healthcheck: { test, ...HEALTH },
      readOnly: true,
      // The local socket of the gateway; without a writable /tmp it exits (reference: services, weed s3 flags).
      tmpfs: { '/tmp': 'mode=1777' },
      capabilities: { drop: ['ALL'] },
      securityOpts: ['no-new-privileges'],
      networksAdvanced: props.networks.map((network) => ({ name: network })),
      mounts,
      labels,
      lifecycle: { createBeforeDestroy: true },
      dependsOn: [...props.dependsOn],
    });
  }

  #service(name: string, unique: string, props: SeaweedFsGatewaysProps): ITerraformDependable {
    const { command, args, test, mounts, labels } = this.#common(props, name);
    return new service.Service(this, name, {
      name: unique,
      mode: { replicated: { replicas: 1 } },
      endpointSpec: { mode: 'dnsrr' },
      convergeConfig: { delay: '5s', timeout: '3m' },
      taskSpec: {
        containerSpec: {
          image: props.image.name,
          command: [command],
          args,
          user: props.props.runAs,
          readOnly: true,
          capDrop: ['ALL'],
          healthcheck: { test, ...HEALTH },
          mounts: [...mounts, { type: 'tmpfs', target: '/tmp', tmpfsOptions: { mode: 0o1777 } }],
        },
        networksAdvanced: props.networks.map((network) => ({ name: network })),
        placement: { constraints: [...props.props.placement] },
        restartPolicy: { condition: 'any' },
      },
      labels,
      lifecycle: { createBeforeDestroy: true },
      dependsOn: [...props.dependsOn],
    });
  }
}

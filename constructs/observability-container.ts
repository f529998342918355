import { container, image } from '@cdktf/provider-docker';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { type ObservabilityPiece, PIECES } from './observability-pieces.js';
import { checkPinnedImage } from './pinned-image.js';
import { terraformText } from './terraform-text.js';

export interface ObservabilityContainerProps {
  /** Names of the stack's containers and volumes start with it. */
  readonly prefix: string;
  /** @default - the piece's own */
  readonly image?: string | undefined;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Content by path in the container. */
  readonly files?: Readonly<Record<string, string>>;
  /** Copied by path. */
  readonly uploads?: readonly { readonly file: string; readonly source: string }[];
  readonly mounts?: readonly container.ContainerMounts[];
  /** Port in the container and on 127.0.0.1. */
  readonly port?: readonly [internal: number, external: number];
  /** Docker networks, in which its name is that of the piece. */
  readonly networks: readonly string[];
  readonly dependsOn?: readonly ITerraformDependable[];
}

/** Seconds until a container with a healthcheck has to be healthy; Loki alone waits 15 s for itself. */
const WAIT_SECONDS = 120;

export const volumeName = (prefix: string, piece: ObservabilityPiece) => `${prefix}-${piece}-data`;

/** One container of the observability stack, with what all of them have: limits, no capabilities, bounded logs. */
export class ObservabilityContainer extends Construct {
  constructor(scope: Construct, piece: ObservabilityPiece, props: ObservabilityContainerProps) {
    super(scope, piece);
    const {
      prefix,
      command,
      environment = {},
      files = {},
      uploads = [],
      mounts = [],
      port,
      networks,
      dependsOn = [],
    } = props;
    const { user, memory, data, healthcheck, ...defaults } = PIECES[piece];
    const name = props.image ?? defaults.image;
    checkPinnedImage(name, defaults.image);
    const { imageId } = new image.Image(this, 'Image', { name, keepLocally: true });
    new container.Container(this, 'Resource', {
      name: `${prefix}-${piece}`,
      image: imageId,
      user,
      memory,
      restart: 'unless-stopped',
      capabilities: { drop: ['ALL'] },
      securityOpts: ['no-new-privileges'],
      ulimit: [{ name: 'nofile', soft: 65536, hard: 65536 }],
      logDriver: 'json-file',
      logOpts: { 'max-size': '10m', 'max-file': '3' },
      networksAdvanced: networks.map((network) => ({ name: network, aliases: [piece] })),
      ...(command && { command: [...command] }),
      ...(Object.keys(environment).length > 0 && {
        env: Object.entries(environment).map(([variable, value]) => `${variable}=${value}`),
      }),
      ...(port && { ports: [{ internal: port[0], external: port[1], ip: '127.0.0.1' }] }),
      ...(data && { volumes: [{ volumeName: volumeName(prefix, piece), containerPath: data }] }),
      ...(mounts.length > 0 && { mounts: [...mounts] }),
      upload: [
        ...Object.entries(files).map(([file, content]) => ({ file, content: terraformText(content) })),
        ...uploads,
        // The provider uploads as root; the program runs as another user and has to read it.
      ].map((upload) => ({ ...upload, permissions: '0444' })),
      ...(healthcheck && {
        wait: true,
        waitTimeout: WAIT_SECONDS,
        healthcheck: { test: [...healthcheck], interval: '5s', timeout: '5s', retries: 12, startPeriod: '20s' },
      }),
      labels: [{ label: 'managed-by', value: 'cdktf-rustfs' }],
      dependsOn: [...dependsOn],
    });
  }
}

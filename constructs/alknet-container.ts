import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { container, image, network, volume } from '@cdktf/provider-docker';
import { Annotations, type ITerraformDependable, TerraformStack } from 'cdktf';
import { dependable } from 'cdktf/lib/tfExpression.js';
import type { Construct } from 'constructs';
import type { GatewayImplementation } from './alknet-capabilities.js';
import { DYNAMIC_FILE, GATEWAY_DIRECTORY, type GatewayDocuments, STATE_DIRECTORY } from './alknet-config.js';
import { type GatewaySettings, portOf } from './alknet-settings.js';
import { ownedVolumes } from './owned-volume.js';
import { pathFromModule } from './provisioning-step.js';
import { terraformText } from './terraform-text.js';

/** User and group `node` of the image. */
const GATEWAY_USER = '1000:1000';
const PROGRAM = `${GATEWAY_DIRECTORY}/gateway.mjs`;
const CONFIG_FILE = `${GATEWAY_DIRECTORY}/gateway.json`;
/** Name of the gateway in the internal network. */
export const INTERNAL_NAME = 'gateway';

export interface GatewayContainerProps {
  readonly implementation: GatewayImplementation;
  readonly settings: GatewaySettings;
  readonly bindAddress: string;
  readonly documents: GatewayDocuments;
  /** Network that RustFS is in. */
  readonly internal: network.Network;
  readonly dependsOn: readonly ITerraformDependable[];
  /** What made secrets that are copied into the container: it is replaced with them. @default - none were made */
  readonly secrets?: ITerraformDependable | undefined;
}

/** The gateway as a container, published at its address; its names lead to it in both of its networks. */
export function gatewayContainer(scope: Construct, props: GatewayContainerProps): container.Container {
  const { implementation, settings, bindAddress, documents, internal, dependsOn, secrets } = props;
  const name = gatewayName(scope);
  const port = portOf(settings);
  const front = new network.Network(scope, 'Network', { name });
  const gatewayImage = new image.Image(scope, 'Image', { name: implementation.image, keepLocally: true });
  const issuer = settings.openIdProvider ? [settings.openIdProvider.hostname] : [];
  const state = needsState(settings)
    ? stateVolume(scope, name, gatewayImage.imageId, implementation)
    : { volumes: [], dependsOn: [] };
  const { static: fixed, dynamic, files } = documents;
  return new container.Container(scope, 'Gateway', {
    name,
    image: gatewayImage.imageId,
    restart: 'unless-stopped',
    ...program(implementation, settings, port),
    ports: [{ internal: port, external: port, ip: bindAddress }],
    networksAdvanced: [
      { name: front.name, aliases: [...settings.virtualHosts, ...issuer] },
      { name: internal.name, ...(needsState(settings) && { aliases: [INTERNAL_NAME, ...issuer] }) },
    ],
    volumes: state.volumes,
    upload: [
      ...(implementation.kind === 'reference' ? [bundle(scope)] : []),
      { file: CONFIG_FILE, content: terraformText(json(fixed)), permissions: '0444' },
      ...(dynamic ? [{ file: DYNAMIC_FILE, content: terraformText(json(dynamic)), permissions: '0444' }] : []),
      ...files.map(({ projectPath, gatewayPath }) => ({
        file: gatewayPath,
        source: pathFromModule(scope, projectPath),
        // The provider uploads as root; the gateway runs as another user and has to read it.
        permissions: '0444',
      })),
    ],
    labels: Object.entries({
      'managed-by': 'cdktf-rustfs',
      'cdktf-rustfs.gateway': implementation.kind === 'reference' ? 'reference (not an alknet node)' : 'custom',
    }).map(([label, value]) => ({ label, value })),
    dependsOn: [...dependsOn, ...state.dependsOn],
    // As a plain reference: Terraform takes no template here.
    ...(secrets && { lifecycle: { replaceTriggeredBy: [dependable(secrets)] } }),
  });
}

export const gatewayName = (scope: Construct) => `${TerraformStack.of(scope).node.id}-${scope.node.id}`;

export const json = (document: unknown) => `${JSON.stringify(document, undefined, 2)}\n`;

/** Does the gateway write something that has to outlive its container? Then RustFS also calls it by name. */
const needsState = ({ openIdProvider, webhooks }: GatewaySettings) => Boolean(openIdProvider ?? webhooks);

function stateVolume(scope: Construct, name: string, imageId: string, { kind }: GatewayImplementation) {
  const data = new volume.Volume(scope, 'State', { name: `${name}-state`, lifecycle: { preventDestroy: true } });
  const volumes = [{ volumeName: data.name, containerPath: STATE_DIRECTORY }];
  const props = { name, imageId, owner: GATEWAY_USER, volumes };
  return { volumes, dependsOn: kind === 'reference' ? [ownedVolumes(scope, 'PrepareState', props)] : [] };
}

function program(
  implementation: GatewayImplementation,
  { tls }: GatewaySettings,
  port: number,
): Partial<container.ContainerConfig> {
  if (implementation.kind === 'custom') {
    const { command } = implementation;
    return command ? { command: [...command] } : {};
  }
  // Any certificate and no virtual host: the question is whether this process serves.
  const options = `{port:${port},path:'/healthz',headers:{host:'healthz.invalid'},rejectUnauthorized:false}`;
  const probe = `require('${tls.type === 'none' ? 'http' : 'https'}').get(${options},r=>process.exit(r.statusCode===200?0:1)).on('error',()=>process.exit(1))`;
  return {
    entrypoint: ['node'],
    command: [PROGRAM, '--config', CONFIG_FILE],
    user: GATEWAY_USER,
    capabilities: { drop: ['ALL'] },
    securityOpts: ['no-new-privileges'],
    wait: true,
    waitTimeout: 60,
    healthcheck: {
      test: ['CMD', 'node', '-e', probe],
      interval: '5s',
      timeout: '5s',
      retries: 5,
      startPeriod: '10s',
    },
  };
}

/** The bundled reference gateway in this package. */
function bundledGateway(): string {
  const above = dirname(dirname(fileURLToPath(import.meta.url)));
  return join(basename(above) === 'dist' ? above : join(above, 'dist'), 'gateway', 'gateway.mjs');
}

function bundle(scope: Construct): container.ContainerUpload {
  const path = bundledGateway();
  const upload = {
    file: PROGRAM,
    source: pathFromModule(scope, relative(process.cwd(), path).split(sep).join('/')),
    permissions: '0444',
  };
  if (existsSync(path)) return { ...upload, sourceHash: createHash('sha256').update(readFileSync(path)).digest('hex') };
  Annotations.of(scope).addWarning(
    'the reference gateway is not built, so Terraform will not find it: run npm run build',
  );
  return upload;
}

import { join, relative } from 'node:path';
import type { Manifest } from '../../manifest/index.js';
import { writeRootCredentialFiles } from '../../provisioning/index.js';
import { CLIENT_ENDPOINT_VARIABLE, readManifest } from '../connection.js';
import type { Progress } from '../render/progress.js';
import { startEmulatorProcess } from './emulator-process.js';
import { type GatewayIssuer, gatewayIssuer, makeSecretsOf } from './gateway-issuer.js';
import { declaredHosts, receivesEvents, type StackGateway, startGatewayProcess } from './gateway-process.js';
import { settlePlaces } from './places.js';
import { startProviderProcess } from './provider-process.js';
import type { ServerProcess } from './server-process.js';
import { serverEnvironment, serverSecrets } from './stack-files.js';

/** Name of the variable with the issuer of the OpenID provider that a stack trusts. Who sets it has a provider of their own. */
export const ISSUER_VARIABLE = 'OIDC_ISSUER';

/** Name of the variable with the address of the gateway that `up` runs; a stack whose gateway is an OpenID provider is its issuer. */
const GATEWAY_VARIABLE = 'GATEWAY_URL';

export interface TargetOptions {
  readonly target: 'emulator' | 'docker';
  readonly stack?: string;
  /** Of the emulator; 0: a free one. */
  readonly port: number;
}

/** A server to deploy to, and what runs beside it. */
export interface Target {
  readonly stack: string;
  /** For synthesis and, with what `start` adds, for deployment: names files and addresses, never contains a secret. */
  readonly environment: Readonly<Record<string, string>>;
  /** Starts what the synthesized stack needs before it can be deployed. */
  start(stackDir: string, progress: Progress): Promise<void>;
  /**
   * Starts the stack's gateway, after the deployment, which may make the files that it reads; an OpenID provider runs already.
   * @returns undefined if it has none, or one that is a container of the stack
   */
  startGateway(stackDir: string): Promise<StackGateway | undefined>;
  /** The stack's gateway, if it is an OpenID provider that runs as a process. */
  readonly gatewayIssuer: GatewayIssuer | undefined;
  /** Issuer of the stand-in for an external OpenID provider, while it runs. */
  readonly standInIssuer: string | undefined;
  /** How to reach and stop what keeps running. */
  describe(): readonly string[];
  /** Stops what was started. */
  stop(): Promise<void>;
}

/** Everything is part of the stack itself. */
function dockerTarget(stack = 'rustfs-docker'): Target {
  return {
    stack,
    environment: {},
    standInIssuer: undefined,
    gatewayIssuer: undefined,
    start: async () => {},
    startGateway: async () => undefined,
    describe: () => [`docker logs ${stack}-rustfs`],
    stop: async () => {},
  };
}

const DEFAULT_STACK = 'quickstart';

/** The emulator, and what the stack wants beside it, as processes on loopback. */
async function localTarget(projectDir: string, port: number, stack = DEFAULT_STACK): Promise<Target> {
  // One for each stack: another stack's secret store does not have the secrets of its keys.
  const suffix = stack === DEFAULT_STACK ? '' : `-${stack}`;
  const places = await settlePlaces(projectDir, suffix, port);
  const files = await writeRootCredentialFiles({ directory: join(places.emulator.directory, 'root') });
  const issuer = process.env[ISSUER_VARIABLE] ?? places.provider.url;
  let provider: ServerProcess | undefined;
  let emulator: ServerProcess | undefined;
  let gateway: StackGateway | undefined;
  let steps: (endpoint: string) => string[] = () => [];
  let signIn: GatewayIssuer | undefined;
  const environment: Record<string, string> = {
    RUSTFS_ENDPOINT: places.emulator.url,
    RUSTFS_ACCESS_KEY_FILE: files.accessKeyFile,
    RUSTFS_SECRET_KEY_FILE: files.secretKeyFile,
    [ISSUER_VARIABLE]: issuer,
    [GATEWAY_VARIABLE]: places.gateway.url,
  };
  const startGateway = async (stackDir: string) => {
    gateway ??= await startGatewayProcess({ ...places.gateway, stackDir, upstream: places.emulator.url });
    return gateway;
  };
  return {
    stack,
    environment,
    get gatewayIssuer() {
      return signIn;
    },
    get standInIssuer() {
      return provider?.endpoint;
    },
    async start(stackDir, progress) {
      const manifestFile = join(stackDir, 'manifest.json');
      const manifest = readManifest(manifestFile);
      steps = (endpoint) => firstSteps(manifest, endpoint, relative(projectDir, manifestFile));
      // Before the server, which asks its providers once, at its start.
      if (manifest.oidc?.providers.some((one) => one.issuer === places.provider.url))
        provider = await progress.step('starting a development OpenID provider (a stand-in for yours)', () =>
          startProviderProcess(places.provider.directory, places.provider.port),
        );
      makeSecretsOf(stackDir);
      const [host] = declaredHosts(stackDir);
      if (host !== undefined) environment[CLIENT_ENDPOINT_VARIABLE] = `http://${host}:${places.gateway.port}`;
      signIn = gatewayIssuer(stackDir);
      if (signIn !== undefined)
        await progress.step('starting the reference gateway (not an alknet node), which is the OpenID provider', () =>
          startGateway(stackDir),
        );
      else if (receivesEvents(stackDir))
        await progress.step('starting the reference gateway (not an alknet node), which receives events', () =>
          startGateway(stackDir),
        );
      emulator = await progress.step('starting the emulator (not RustFS)', () =>
        startEmulatorProcess({
          ...places.emulator,
          credentials: files,
          environment: serverEnvironment(stackDir),
          secrets: serverSecrets(stackDir),
        }),
      );
    },
    startGateway,
    describe: () => [
      ...(provider ? [running('development OpenID provider', provider)] : []),
      ...(emulator ? [running('emulator', emulator), ...steps(emulator.endpoint)] : []),
      ...(gateway ? [running('gateway', gateway, gateway.hostEndpoints)] : []),
    ],
    async stop() {
      for (const started of [gateway, emulator, provider]) await started?.stop();
    },
  };
}

function running(what: string, { endpoint, pid }: ServerProcess, more: readonly string[] = []): string {
  return `The ${what} keeps running at ${[endpoint, ...more].join(', ')} (process ${pid}); stop it with: kill ${pid}`;
}

function firstSteps({ stack, components, sessions }: Manifest, endpoint: string, manifestFile: string): string[] {
  const [component] = components;
  const [session] = sessions ?? [];
  return [
    ...(component
      ? [
          'Use it as an application does:',
          `  set -a; . secrets/${stack}/${component.accessKey}.env; set +a`,
          `  aws --endpoint-url ${endpoint} s3 ls s3://${component.buckets[0]}`,
        ]
      : []),
    ...(session
      ? [
          'A session as an application gets it:',
          `  npx cdktf-rustfs credentials process --manifest ${manifestFile} --user ${session.user}`,
        ]
      : []),
  ];
}

export async function targetOf({ target, stack, port }: TargetOptions, projectDir: string): Promise<Target> {
  return target === 'docker' ? dockerTarget(stack) : localTarget(projectDir, port, stack);
}

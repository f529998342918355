import { join } from 'node:path';
import { GATEWAY_LABEL } from '../../gateway/label.js';
import { renderPlan, type Session, writeRootCredentialFiles } from '../../provisioning/index.js';
import { connect, describeServer } from '../connection.js';
import { DEBUG_VARIABLE } from '../debug.js';
import { EXIT } from '../exit-codes.js';
import { colors as pc } from '../render/color.js';
import { createProgress, type Progress } from '../render/progress.js';
import { keepBeforeApply } from '../safeguard.js';
import { startEmulatorProcess } from '../up/emulator-process.js';
import { type StackGateway, startGatewayProcess, throughGateway } from '../up/gateway-process.js';
import { synthesize } from '../up/synth.js';
import { deploy, findTerraform } from '../up/terraform.js';
import { applyCommand } from './apply.js';
import { planColors } from './plan.js';
import { proveAccess } from './verify.js';

export interface UpOptions {
  readonly target: 'emulator' | 'docker';
  readonly stack?: string;
  readonly keep?: boolean;
  readonly port: number;
  readonly json?: boolean;
  readonly debug?: boolean;
}

const DEFAULT_STACK = 'quickstart';

/** A server to deploy to. The docker target is part of the stack itself, so there is nothing to start before. */
interface Target {
  readonly stack: string;
  /** Where a gateway of the stack runs as a process. @default - it is a container of the stack */
  readonly gateway?: { readonly directory: string; readonly upstream: string };
  /** For the deployment's processes; names files, never contains a secret. */
  readonly environment: Record<string, string>;
  readonly describe: readonly string[];
  stop(): Promise<void>;
}

async function startTarget(options: UpOptions, projectDir: string, progress: Progress): Promise<Target> {
  if (options.target === 'docker') {
    const stack = options.stack ?? 'rustfs-docker';
    return { stack, environment: {}, describe: [`docker logs ${stack}-rustfs`], stop: async () => {} };
  }
  const stack = options.stack ?? DEFAULT_STACK;
  // One for each stack: another stack's secret store does not have the secrets of its keys.
  const suffix = stack === DEFAULT_STACK ? '' : `-${stack}`;
  const directory = join(projectDir, '.cdktf-rustfs', `emulator${suffix}`);
  const files = await writeRootCredentialFiles({ directory: join(directory, 'root') });
  const emulator = await progress.step('starting the emulator (not RustFS)', () =>
    startEmulatorProcess(directory, options.port, files),
  );
  const environment = {
    RUSTFS_ENDPOINT: emulator.endpoint,
    RUSTFS_ACCESS_KEY_FILE: files.accessKeyFile,
    RUSTFS_SECRET_KEY_FILE: files.secretKeyFile,
  };
  const gateway = { directory: join(projectDir, '.cdktf-rustfs', `gateway${suffix}`), upstream: emulator.endpoint };
  const describe = [
    `The emulator keeps running at ${emulator.endpoint} (process ${emulator.pid}); stop it with: kill ${emulator.pid}`,
    'Use it as an application does:',
    `  set -a; . secrets/${stack}/langfuse.env; set +a`,
    `  aws --endpoint-url ${emulator.endpoint} s3 ls s3://langfuse-events`,
  ];
  return { stack, environment, gateway, describe, stop: () => emulator.stop() };
}

/** Through Terraform if there is one; else the post-apply step alone, which needs none for a server that already runs. */
async function deployStack(
  stackDir: string,
  manifest: string,
  target: Target,
  options: UpOptions,
  progress: Progress,
): Promise<number> {
  const terraform = await findTerraform();
  if (terraform) {
    await progress.step(`${terraform} apply (provisions and verifies)`, (update) =>
      deploy(terraform, stackDir, target.environment, update),
    );
    return EXIT.ok;
  }
  if (options.target === 'docker') {
    progress.line(pc.red('neither terraform nor tofu is installed, and only they can start the container'));
    return EXIT.error;
  }
  progress.line(pc.yellow('neither terraform nor tofu is installed: running the post-apply step directly'));
  return applyCommand({ manifest, yes: true, reports: 'reports', json: options.json ?? false });
}

function describeGateway(gateway: StackGateway | undefined): readonly string[] {
  if (gateway === undefined) return [];
  const { endpoint, pid, virtualHosts } = gateway;
  const hosts = virtualHosts.map((host) => `http://${host}:${new URL(endpoint).port}`);
  return [
    `The gateway keeps running at ${[endpoint, ...hosts].join(', ')} (process ${pid}); stop it with: kill ${pid}`,
  ];
}

/** The same proof once more, as clients of the gateway see it. */
async function proveThroughGateway(session: Session, gateway: StackGateway, progress: Progress): Promise<number> {
  const [host] = gateway.virtualHosts;
  if (host === undefined) {
    progress.line(pc.yellow('the gateway has no virtual host, so nothing was proved through it'));
    return EXIT.ok;
  }
  const fronted = throughGateway(session, gateway, host);
  try {
    progress.line(
      `the same through the gateway: ${fronted.wire.endpoint}, ${GATEWAY_LABEL}, plain HTTP on loopback, without rate limits`,
    );
    return await proveAccess(fronted, progress, { reports: join('reports', 'gateway') });
  } finally {
    fronted.close();
  }
}

/** `up`: target → synth → deploy → plan (nothing left to change) → access proof, and again through the stack's gateway. */
export async function up(options: UpOptions): Promise<number> {
  // Through the environment, so that the steps that Terraform starts do it too.
  if (options.debug) process.env[DEBUG_VARIABLE] = '1';
  const progress = createProgress(options.json === true);
  const projectDir = process.cwd();
  const target = await startTarget(options, projectDir, progress);
  let gateway: StackGateway | undefined;
  try {
    // The steps that run in this process read the same variables as the ones that Terraform starts.
    if (options.target === 'emulator')
      for (const name of ['RUSTFS_ACCESS_KEY', 'RUSTFS_SECRET_KEY']) delete process.env[name];
    Object.assign(process.env, target.environment);
    const stackDir = await progress.step(`cdktf synth ${target.stack}`, () =>
      synthesize(projectDir, target.stack, target.environment),
    );
    const manifest = join(stackDir, 'manifest.json');
    const deployed = await deployStack(stackDir, manifest, target, options, progress);
    if (deployed !== EXIT.ok) return deployed;
    const session = await connect({ manifest });
    try {
      progress.line(describeServer(session));
      const state = await session.plan();
      const { changes, blocked } = state.plan;
      progress.event({ type: 'plan', ...state.plan });
      if (changes.length + blocked.length > 0) {
        // The manifest is unchanged, so Terraform saw no reason to run the step: the server has drifted.
        progress.line(renderPlan(state.plan, planColors));
        if (blocked.length === 0) await keepBeforeApply(session, state, {}, progress);
        await progress.step(`repairing drift: ${changes.length} changes`, () => session.apply(state));
      } else progress.line('plan: no changes');
      const proven = await proveAccess(session, progress, { reports: 'reports' });
      // After the deployment, which may make the files that it reads.
      gateway = target.gateway && (await startGatewayProcess(stackDir, target.gateway));
      if (gateway === undefined || proven !== EXIT.ok) return proven;
      return await proveThroughGateway(session, gateway, progress);
    } finally {
      session.close();
    }
  } finally {
    if (options.keep) for (const line of [...target.describe, ...describeGateway(gateway)]) progress.line(line);
    else {
      await gateway?.stop();
      await target.stop();
    }
  }
}

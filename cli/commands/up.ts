import { join } from 'node:path';
import { GATEWAY_LABEL } from '../../gateway/label.js';
import { renderPlan, type Session } from '../../provisioning/index.js';
import { connect, describeServer } from '../connection.js';
import { DEBUG_VARIABLE } from '../debug.js';
import { EXIT } from '../exit-codes.js';
import { untilInterrupted } from '../interrupt.js';
import { colors as pc } from '../render/color.js';
import { createProgress, type Progress } from '../render/progress.js';
import { keepBeforeApply } from '../safeguard.js';
import { allOf, type SignedIn } from '../sign-ins.js';
import { type StackGateway, throughGateway } from '../up/gateway-process.js';
import { serveSdkClients } from '../up/sdk-clients.js';
import { endSessions, signInDeclared } from '../up/sign-ins.js';
import { synthesize } from '../up/synth.js';
import { type Target, type TargetOptions, targetOf } from '../up/target.js';
import { deploy, findTerraform } from '../up/terraform.js';
import { applyCommand, enrol } from './apply.js';
import { planColors } from './plan.js';
import { type ProofOptions, proveAccess, type Shown } from './verify.js';

export interface UpOptions extends TargetOptions {
  readonly keep?: boolean;
  readonly json?: boolean;
  readonly debug?: boolean;
}

interface Run {
  readonly options: UpOptions;
  readonly target: Target;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Through Terraform if there is one; else the post-apply step alone, which needs none for a server that already runs. */
async function deployStack(stackDir: string, { options, target, progress, signal }: Run): Promise<number> {
  const terraform = await findTerraform();
  if (terraform) {
    await progress.step(`${terraform} apply (provisions and verifies)`, (update) =>
      deploy(terraform, stackDir, target.environment, update, signal),
    );
    return EXIT.ok;
  }
  if (options.target === 'docker') {
    progress.line(pc.red('neither terraform nor tofu is installed, and only they can start the container'));
    return EXIT.error;
  }
  progress.line(pc.yellow('neither terraform nor tofu is installed: running the post-apply step directly'));
  const manifest = join(stackDir, 'manifest.json');
  return applyCommand({ manifest, yes: true, reports: 'reports', json: options.json ?? false });
}

/** The manifest is unchanged, so Terraform sees no reason to run the step when the server has drifted. */
async function repairDrift(session: Session, progress: Progress): Promise<void> {
  const state = await session.plan();
  const { changes, blocked } = state.plan;
  progress.event({ type: 'plan', ...state.plan });
  if (changes.length + blocked.length === 0) return progress.line('plan: no changes');
  progress.line(renderPlan(state.plan, planColors));
  if (blocked.length === 0) await keepBeforeApply(session, state, {}, progress);
  await progress.step(`repairing drift: ${changes.length} changes`, () => session.apply(state));
}

/** Signs in by every way that the stack declares, and tries what every key and session can do. */
async function prove(
  session: Session,
  { target, progress }: Run,
  options: ProofOptions,
  more: readonly SignedIn[] = [],
): Promise<Shown> {
  const signedIn = await signInDeclared(session, target, progress);
  return proveAccess(session, progress, options, allOf([signedIn, ...more]));
}

/** The same proof once more, as clients of the gateway see it. */
async function proveThroughGateway(session: Session, gateway: StackGateway, run: Run): Promise<number> {
  const { progress } = run;
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
    return (await prove(fronted, run, { reports: join('reports', 'gateway'), accessOnly: true })).exitCode;
  } finally {
    fronted.close();
  }
}

async function deployAndProve(run: Run): Promise<number> {
  const { target, progress, signal } = run;
  const stackDir = await progress.step(`cdktf synth ${target.stack}`, () =>
    synthesize(process.cwd(), target.stack, target.environment),
  );
  signal.throwIfAborted();
  await target.start(stackDir, progress);
  Object.assign(process.env, target.environment);
  signal.throwIfAborted();
  const deployed = await deployStack(stackDir, run);
  if (deployed !== EXIT.ok) return deployed;
  const session = await connect({ manifest: join(stackDir, 'manifest.json') });
  try {
    progress.line(describeServer(session));
    await repairDrift(session, progress);
    signal.throwIfAborted();
    await enrol(session, {}, progress);
    const { proof, exitCode } = await prove(session, run, { reports: 'reports' }, [
      await endSessions(session, progress),
    ]);
    const served = exitCode === EXIT.ok ? await serveSdkClients(session, proof, stackDir, progress) : exitCode;
    const gateway = await target.startGateway(stackDir);
    if (gateway === undefined || served !== EXIT.ok) return served;
    signal.throwIfAborted();
    return await proveThroughGateway(session, gateway, run);
  } finally {
    session.close();
  }
}

/** `up`: synth → target → deploy → plan (nothing left to change) → access proof, and again through the stack's gateway. */
export async function up(options: UpOptions): Promise<number> {
  // Through the environment, so that the steps that Terraform starts do it too.
  if (options.debug) process.env[DEBUG_VARIABLE] = '1';
  const progress = createProgress(options.json === true);
  const target = await targetOf(options, process.cwd());
  // The steps that run in this process read the same variables as the ones that Terraform starts.
  if (options.target === 'emulator')
    for (const name of ['RUSTFS_ACCESS_KEY', 'RUSTFS_SECRET_KEY']) delete process.env[name];
  Object.assign(process.env, target.environment);
  try {
    return await untilInterrupted((signal) => deployAndProve({ options, target, progress, signal }));
  } finally {
    if (options.keep) for (const line of target.describe()) progress.line(line);
    else await target.stop();
  }
}

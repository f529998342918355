import { forEachConcurrently } from '../concurrency.js';
import { consoleChecks } from './console.js';
import { containerChecks } from './container.js';
import { createContext } from './context.js';
import { credentialChecks } from './credentials.js';
import { localChecks } from './local-state.js';
import {
  type Check,
  type DoctorContext,
  type DoctorFinding,
  type DoctorOptions,
  type DoctorReport,
  NotChecked,
} from './model.js';
import { moduleChecks } from './modules.js';
import { reachChecks } from './reach.js';
import { serverChecks } from './server.js';
import { storageChecks } from './storage.js';
import { tlsChecks } from './tls.js';

const CHECKS: readonly Check[] = [
  ...reachChecks,
  ...tlsChecks,
  ...serverChecks,
  ...credentialChecks,
  ...localChecks,
  ...storageChecks,
  ...moduleChecks,
  ...consoleChecks,
  ...containerChecks,
];

const AT_A_TIME = 8;

/** What a check found, or why it could not look. */
async function runCheck(check: Check, context: DoctorContext): Promise<readonly DoctorFinding[] | string> {
  const { timeoutMs = 10_000 } = context;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NotChecked(`it took longer than ${timeoutMs / 1000} s`)), timeoutMs);
  });
  try {
    return await Promise.race([check.run(context), late]);
  } catch (error) {
    // Also what nobody foresaw: one check must not take the others with it.
    return (error as Error).message;
  } finally {
    clearTimeout(timer);
  }
}

const WEIGHT = { error: 0, warning: 1 } as const;

/** Looks for what is, or soon will be, wrong with a deployment. Only reads. */
export async function examineDeployment(options: DoctorOptions): Promise<DoctorReport> {
  const context = createContext(options);
  const results = new Map<Check, readonly DoctorFinding[] | string>();
  try {
    await forEachConcurrently(CHECKS, AT_A_TIME, async (check) => {
      results.set(check, await runCheck(check, context));
      options.onCheck?.(check.title, results.size, CHECKS.length);
    });
    const said = await context.rustfs().catch(() => undefined);
    const health = await context.health().catch(() => undefined);
    const findings = CHECKS.flatMap((check) => {
      const result = results.get(check);
      return typeof result === 'object' ? result.map((finding) => ({ check: check.title, ...finding })) : [];
    });
    return {
      endpoint: context.wire.endpoint,
      ...(said ? { version: String(said.version) } : {}),
      emulated: health !== undefined && 'x-emulated-by' in health.response.headers,
      findings: findings.sort((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity]),
      notChecked: CHECKS.flatMap((check) => {
        const result = results.get(check);
        return typeof result === 'string' ? [{ check: check.title, why: result }] : [];
      }),
      healthy: CHECKS.filter((check) => results.get(check)?.length === 0).map(({ title }) => title),
    };
  } finally {
    context.wire.close();
  }
}

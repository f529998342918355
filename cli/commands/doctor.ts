import {
  type DoctorReport,
  examineDeployment,
  findRootCredentials,
  parseSecretStoreRef,
} from '../../provisioning/index.js';
import { type ConnectionOptions, endpointOf, readManifest, secretStoreOf, wireOptionsOf } from '../connection.js';
import { EXIT } from '../exit-codes.js';
import { colors as pc } from '../render/color.js';
import { createProgress } from '../render/progress.js';
import { snapshotsOf } from '../snapshots.js';

export interface DoctorCommandOptions extends ConnectionOptions {
  readonly direct?: string;
  readonly container?: string;
  readonly consolePort: number;
}

/** Checks that share a reason in one line. */
function renderNotChecked(notChecked: DoctorReport['notChecked']): readonly string[] {
  const reasons = [...new Set(notChecked.map(({ why }) => why))];
  return reasons.map((reason) => {
    const checks = notChecked.filter(({ why }) => why === reason).map(({ check }) => check);
    return pc.dim(`not checked: ${checks.join(', ')}: ${reason}`);
  });
}

function render({ endpoint, version, emulated, findings, notChecked, healthy }: DoctorReport): string {
  const who =
    version === undefined
      ? `no RustFS at ${endpoint}`
      : emulated
        ? `cdktf-rustfs emulator (not RustFS) behaving like ${version} at ${endpoint}`
        : `RustFS ${version} at ${endpoint}`;
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const total = `${healthy.length} checks found nothing, ${errors} errors, ${findings.length - errors} warnings, ${notChecked.length} not checked`;
  return [
    who,
    ...findings.flatMap(({ severity, check, what, evidence, fix }) => [
      `${(severity === 'error' ? pc.red : pc.yellow)(`${severity}: ${check}: ${what}`)}`,
      `    seen: ${evidence}`,
      `    fix:  ${fix}`,
    ]),
    ...renderNotChecked(notChecked),
    findings.length === 0 ? pc.green(total) : total,
  ].join('\n');
}

/** `doctor`: 0 when nothing is wrong, 2 when something is, 1 when it could not look at all. */
export async function doctorCommand({
  direct,
  container,
  consolePort,
  ...options
}: DoctorCommandOptions): Promise<number> {
  const manifest = readManifest(options.manifest);
  const store = secretStoreOf(manifest, options.secrets);
  const endpoint = endpointOf(manifest, options.endpoint);
  const input = {
    manifest,
    ...wireOptionsOf(manifest, options, endpoint),
    store,
    storeReference: options.secrets === undefined ? manifest.secretStore : parseSecretStoreRef(options.secrets),
    snapshots: snapshotsOf(manifest, options),
    findRoot: () => findRootCredentials(manifest.server, store),
    consolePort,
    ...(direct === undefined ? {} : { direct: endpointOf(manifest, direct) }),
    ...(container === undefined ? {} : { container }),
  };
  if (options.json) {
    const report = await examineDeployment(input);
    console.log(JSON.stringify(report));
    return report.findings.length > 0 ? EXIT.changes : EXIT.ok;
  }
  const report = await createProgress(false).step('examining the deployment', (update) =>
    examineDeployment({ ...input, onCheck: (title, done, total) => update(`${done} of ${total}: ${title}`) }),
  );
  console.log(render(report));
  return report.findings.length > 0 ? EXIT.changes : EXIT.ok;
}

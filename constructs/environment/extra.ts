import type { ServerPart } from '../server-part.js';
import type { Variable } from './model.js';
import { findVariable } from './table.js';

const SECRET = /SECRET|PASSWORD|PASSWD|TOKEN|CREDENTIAL|PRIVATE|LICENSE|DSN|_KEY(_|$)|_KEK(_|$)|MASTER/;

function instead(variable: Variable): string {
  if ('setting' in variable)
    return `set settings.${variable.setting}${variable.clusterOnly ? ' of a RustFsCluster' : ''}`;
  if ('prop' in variable) return `set ${variable.prop}`;
  return 'derived' in variable ? `it follows from ${variable.derived}` : `it is not offered: ${variable.not}`;
}

function problemOf(name: string, value: string): string | undefined {
  const known = findVariable(name);
  if (!/^[A-Z_][A-Z0-9_]*$/.test(name)) return `extraEnvironment ${name}: expected a name of capitals, digits and "_"`;
  if (known) return `extraEnvironment ${name}: this variable is known; ${instead(known)}`;
  if (name.startsWith('MINIO_'))
    return `extraEnvironment ${name}: RustFS only copies some of these names; use that of RustFS, RUSTFS_…`;
  if (SECRET.test(name))
    return `extraEnvironment ${name}: the name looks like a secret, and the environment is in Terraform's state; give RustFS a file`;
  if (/[\r\n\0]/.test(value)) return `extraEnvironment ${name}: expected one line`;
  return undefined;
}

/** Variables that the table does not have, as they are. */
export function extraEnvironmentPart(extra: Readonly<Record<string, string>>): {
  readonly part: ServerPart;
  readonly problems: readonly string[];
} {
  const names = Object.keys(extra);
  return {
    problems: Object.entries(extra).flatMap(([name, value]) => problemOf(name, value) ?? []),
    part: {
      environment: extra,
      warnings: names.map(
        (name) =>
          `extraEnvironment sets ${name}, which this toolkit does not know: nobody checks whether it has an effect in this version`,
      ),
    },
  };
}

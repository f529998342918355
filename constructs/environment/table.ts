import type { Section, SettingVariable, Variable } from './model.js';
import { connect } from './table/connect.js';
import { consoleSection, proxies } from './table/console.js';
import { drives } from './table/drives.js';
import { health } from './table/health.js';
import { http } from './table/http.js';
import { keystone, oidc } from './table/identity.js';
import { kms } from './table/kms.js';
import { kmsTuning } from './table/kms-tuning.js';
import { observability } from './table/observability.js';
import { protocols } from './table/protocols.js';
import { heal, scanner } from './table/scanner.js';
import { server } from './table/server.js';
import { storage } from './table/storage.js';
import { tableCatalog } from './table/table-catalog.js';
import { targets } from './table/targets.js';
import { tls } from './table/tls.js';
import { withoutEffect } from './table/without-effect.js';

/** Every environment variable of RustFS that this toolkit knows, and how it is set. */
export const SECTIONS: readonly Section[] = [
  server,
  storage,
  drives,
  http,
  tls,
  proxies,
  consoleSection,
  health,
  oidc,
  keystone,
  kms,
  kmsTuning,
  targets,
  observability,
  scanner,
  heal,
  protocols,
  tableCatalog,
  connect,
  withoutEffect,
];

const VARIABLES = SECTIONS.flatMap(({ variables }) => variables);

export const SETTINGS: ReadonlyMap<string, SettingVariable> = new Map(
  VARIABLES.flatMap((variable) => ('setting' in variable ? [[variable.setting, variable]] : [])),
);

/** `[_<ID>]` is an optional suffix, `{A,B}` either word, `*` any rest. */
function patternOf(name: string): RegExp {
  const pattern = name
    .replaceAll('[_<ID>]', '(_[A-Za-z0-9_-]+)?')
    .replace(/\[([^\]]*)\](?!\+)/g, '($1)?')
    .replace(/\{([^}]*)\}/g, (_, words: string) => `(${words.replaceAll(',', '|')})`)
    .replaceAll('*', '[A-Z0-9_]*');
  return new RegExp(`^${pattern}$`);
}

const PATTERNS = VARIABLES.map((variable) => ({ variable, pattern: patternOf(variable.name) }));

/** The row that speaks of a variable; one of its own goes before one of a family. */
export function findVariable(name: string): Variable | undefined {
  const found = PATTERNS.filter(({ pattern }) => pattern.test(name));
  return (found.find(({ variable }) => !variable.name.endsWith('*')) ?? found[0])?.variable;
}

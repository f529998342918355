import type { Section, SettingVariable, Variable } from './model.js';
import { capacity } from './table/capacity.js';
import { connect } from './table/connect.js';
import { consoleSection } from './table/console.js';
import { drives } from './table/drives.js';
import { heal } from './table/heal.js';
import { health } from './table/health.js';
import { http } from './table/http.js';
import { keystone, oidc } from './table/identity.js';
import { internode } from './table/internode.js';
import { integrity, io } from './table/io.js';
import { kms } from './table/kms.js';
import { kmsTuning } from './table/kms-tuning.js';
import { lifecycle } from './table/lifecycle.js';
import { listing, metadataReads } from './table/listing.js';
import { locks } from './table/locks.js';
import { logFiles } from './table/log-files.js';
import { metrics } from './table/metrics.js';
import { objectCache } from './table/object-cache.js';
import { objectIo } from './table/object-io.js';
import { objects } from './table/objects.js';
import { observability } from './table/observability.js';
import { pools } from './table/pools.js';
import { profiling } from './table/profiling.js';
import { protocols } from './table/protocols.js';
import { proxies } from './table/proxies.js';
import { reads, streamingReads } from './table/reads.js';
import { replication } from './table/replication.js';
import { memory, runtime } from './table/runtime.js';
import { scanner } from './table/scanner.js';
import { server } from './table/server.js';
import { startup } from './table/startup.js';
import { storage } from './table/storage.js';
import { tableCatalog } from './table/table-catalog.js';
import { targets } from './table/targets.js';
import { tls } from './table/tls.js';
import { withoutEffect } from './table/without-effect.js';
import { driveWrites, snowball, writes } from './table/writes.js';

/** Every environment variable of RustFS that this toolkit knows, and how it is set. */
export const SECTIONS: readonly Section[] = [
  server,
  storage,
  drives,
  pools,
  locks,
  startup,
  internode,
  objects,
  objectIo,
  objectCache,
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
  logFiles,
  metrics,
  profiling,
  runtime,
  memory,
  capacity,
  scanner,
  heal,
  lifecycle,
  replication,
  protocols,
  reads,
  streamingReads,
  metadataReads,
  listing,
  writes,
  driveWrites,
  snowball,
  io,
  integrity,
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

const isFamily = ({ name }: Variable) => name.endsWith('*');

/** The most specific first: families last, and a longer name before one that takes its end for the id of an instance. */
const PATTERNS = VARIABLES.map((variable) => ({ variable, pattern: patternOf(variable.name) })).sort(
  ({ variable: a }, { variable: b }) => Number(isFamily(a)) - Number(isFamily(b)) || b.name.length - a.name.length,
);

/** The row that speaks of a variable; one of its own goes before one of a family. */
export const findVariable = (name: string): Variable | undefined =>
  PATTERNS.find(({ pattern }) => pattern.test(name))?.variable;

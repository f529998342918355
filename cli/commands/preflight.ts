import type { Manifest } from '../../manifest/index.js';
import type { RuleId, RustFsVersion } from '../../policies/index.js';
import {
  breaking,
  type Credentials,
  createWire,
  findRootCredentials,
  type PreflightResult,
  preflight,
  rootCredentials,
  type Wire,
} from '../../provisioning/index.js';
import { endpointOf, readManifest, type ServerOptions, secretStoreOf, wireOptionsOf } from '../connection.js';
import { debugRequests } from '../debug.js';
import { EXIT, UsageError } from '../exit-codes.js';
import { readInputFile } from '../input-file.js';
import { renderPreflight } from '../render/preflight.js';

interface PreflightCommandOptions extends ServerOptions {
  readonly from: RustFsVersion;
  readonly to: RustFsVersion;
  readonly manifest?: string;
  readonly server: boolean;
  readonly serverEnv?: string;
  readonly objects: number | 'all';
  readonly fix?: boolean;
  readonly keepRights?: boolean;
  readonly backup: string;
  readonly accept?: readonly RuleId[];
}

/** Reads NAME=value lines as `env` and `docker inspect` print them. The values are never shown but where they are the finding. */
function readEnvironment(file: string): ReadonlyMap<string, string> {
  const text = readInputFile(file, { wayOut: 'expected NAME=value in lines' });
  const variables = new Map<string, string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, name, value] = /^(?:export )?([A-Za-z_]\w*)=(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined)
      throw new UsageError(`line ${index + 1} of ${file} is no NAME=value`);
    variables.set(name, value.replace(/^(["'])(.*)\1$/, '$2'));
  }
  return variables;
}

interface Target {
  readonly wire: Wire;
  readonly root: Credentials;
}

async function openTarget(options: PreflightCommandOptions, manifest: Manifest | undefined): Promise<Target> {
  const endpoint = options.endpoint ?? process.env.RUSTFS_ENDPOINT;
  if (manifest === undefined && endpoint === undefined)
    throw new UsageError('no server: name it with --endpoint or RUSTFS_ENDPOINT, or name a --manifest');
  const address = endpointOf(manifest ?? { server: { endpoint: endpoint ?? '' } }, endpoint);
  const root = manifest
    ? await findRootCredentials(manifest.server, secretStoreOf(manifest, options.secrets))
    : rootCredentials({});
  const wire = createWire({
    ...wireOptionsOf(manifest ?? { server: { region: 'us-east-1' } }, options, address),
    ...debugRequests(options.debug),
  });
  return { wire, root };
}

/** Counts objects on stderr: on a terminal as they are looked at, else once for each bucket. */
function objectProgress(): (lookedAt: number, bucket: string) => void {
  const terminal = process.stderr.isTTY === true;
  return (lookedAt, bucket) => {
    if (terminal) process.stderr.write(`\r\x1b[K${lookedAt} objects looked at, in ${bucket} …\r`);
  };
}

/** `preflight`: 0 when nothing speaks against the change, 2 when something does. */
export async function preflightCommand(options: PreflightCommandOptions): Promise<number> {
  const { from, to, fix, json, accept, keepRights, backup } = options;
  if (fix && !options.server) throw new UsageError('--fix changes the server, and --no-server forbids to ask it');
  if (keepRights && !fix) throw new UsageError('--keep-rights says what --fix does: give both');
  const manifest = options.manifest === undefined ? undefined : readManifest(options.manifest);
  const environment = options.serverEnv === undefined ? undefined : readEnvironment(options.serverEnv);
  const target = options.server ? await openTarget(options, manifest) : undefined;
  try {
    const result: PreflightResult = await preflight({
      from,
      to,
      ...(manifest ? { manifest } : {}),
      ...(environment ? { environment } : {}),
      ...(target ? { server: target } : {}),
      ...(accept ? { accept } : {}),
      keepRights: keepRights ?? false,
      ...(options.objects === 0 ? {} : { objects: { perBucket: options.objects, onProgress: objectProgress() } }),
      ...(fix
        ? {
            fix: {
              backup,
              onFixed: (policy: string) => console.error(`replaced policy ${policy}, noted down in ${backup}`),
            },
          }
        : {}),
    });
    if (json) console.log(JSON.stringify({ ...result.report, fixed: result.fixed }));
    else console.log(renderPreflight(result, target?.wire.endpoint));
    return breaking(result.report).length > 0 ? EXIT.changes : EXIT.ok;
  } finally {
    target?.wire.close();
  }
}

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Manifest } from '../../manifest/index.js';
import type { RustFsVersion } from '../../policies/index.js';
import {
  type Adoption,
  adopt,
  emptyManifest,
  importTerraformState,
  keepImportedKeys,
  openSecretStore,
  parseSecretStoreRef,
  printApp,
  readStore,
} from '../../provisioning/index.js';
import { connectTo, endpointOf, type ServerOptions } from '../connection.js';
import { EXIT, UsageError } from '../exit-codes.js';
import { readInputFile } from '../input-file.js';

export interface ImportOptions extends ServerOptions {
  readonly out: string;
  readonly stack: string;
  readonly terraformState?: string;
  readonly rustfsVersion: RustFsVersion;
}

async function fromServer(manifest: Manifest, options: ServerOptions): Promise<Adoption> {
  const session = await connectTo(manifest, options);
  try {
    return await adopt(session);
  } finally {
    session.close();
  }
}

function writeNew(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { flag: 'wx' });
  } catch (cause) {
    throw new UsageError(`cannot write ${path} (${(cause as NodeJS.ErrnoException).code})`, { cause });
  }
}

/** `import`: a CDKTF app for what a server holds, or for what a Terraform state of another provider does. Changes no server. */
export async function importCommand(options: ImportOptions): Promise<number> {
  const { stack, terraformState, out } = options;
  const [module, app] = [join(out, 'adopted.ts'), join(out, 'main.ts')];
  const taken = [module, app].find((path) => existsSync(path));
  if (taken !== undefined)
    throw new UsageError(`${taken} exists already: name another directory with --out, or move it away`);
  const reference = parseSecretStoreRef(options.secrets ?? `secrets/${stack}`);
  const endpoint = endpointOf({ server: { endpoint: 'http://127.0.0.1:9000' } }, options.endpoint);
  const manifest = emptyManifest(stack, endpoint, options.rustfsVersion, reference);
  if (options.caFile !== undefined) manifest.server.caFile = options.caFile;
  const store = openSecretStore(reference);
  const imported =
    terraformState === undefined
      ? { ...(await fromServer(manifest, options)), keys: [] }
      : importTerraformState(readInputFile(terraformState), terraformState, manifest, await readStore(store));
  const { source, adopted, leftOut, keys, entries } = imported;
  // The secrets first: who is interrupted before the files runs it again.
  const kept = await keepImportedKeys(store, manifest, keys, entries);
  writeNew(module, source);
  writeNew(app, printApp(manifest, adopted.length > 0));
  if (options.json) console.log(JSON.stringify({ files: [module, app], adopted, leftOut, secrets: kept }));
  else {
    for (const { kind, name, reason } of leftOut) console.log(`left out: ${kind} ${name}: ${reason}`);
    if (kept.length > 0)
      console.log(
        `copied to ${store.description}: the secret of ${kept.join(', ')}\n` +
          `→ ${terraformState} still has them in clear: rotate the keys once the stack is applied, and destroy that file`,
      );
    console.log(`${adopted.length} objects declared in ${module} and ${app}, ${leftOut.length} left out`);
  }
  return leftOut.length > 0 ? EXIT.changes : EXIT.ok;
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../../manifest/index.js';
import type { RustFsVersion } from '../../policies/index.js';
import {
  type Adoption,
  adopt,
  emptyManifest,
  findRootCredentials,
  importTerraformState,
  keepImportedKeys,
  openSecretStore,
  openSession,
  parseSecretStoreRef,
  printApp,
  readStore,
  type SecretStore,
} from '../../provisioning/index.js';
import { endpointOf } from '../connection.js';
import { debugRequests } from '../debug.js';
import { EXIT, UsageError } from '../exit-codes.js';
import { readInputFile } from '../input-file.js';

export interface ImportOptions {
  readonly out: string;
  readonly stack: string;
  readonly terraformState?: string;
  readonly endpoint?: string;
  readonly rustfsVersion: RustFsVersion;
  readonly secrets?: string;
  readonly debug?: boolean;
  readonly json?: boolean;
}

async function fromServer(manifest: Manifest, store: SecretStore, debug: boolean | undefined): Promise<Adoption> {
  const session = await openSession({
    manifest,
    root: await findRootCredentials(manifest.server, store),
    store,
    ...debugRequests(debug),
  });
  try {
    return await adopt(session);
  } finally {
    session.close();
  }
}

/** Both files or none, and never over something that is there. */
function write(directory: string, files: Readonly<Record<string, string>>): readonly string[] {
  mkdirSync(directory, { recursive: true });
  return Object.entries(files).map(([name, text]) => {
    const path = join(directory, name);
    try {
      writeFileSync(path, text, { flag: 'wx' });
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      throw new UsageError(
        code === 'EEXIST'
          ? `${path} exists already: name another directory with --out, or move it away`
          : `cannot write ${path} (${code})`,
        { cause },
      );
    }
    return path;
  });
}

/** `import`: a CDKTF app for what a server holds, or for what a Terraform state of another provider does. Changes no server. */
export async function importCommand(options: ImportOptions): Promise<number> {
  const { stack, terraformState, out } = options;
  const reference = parseSecretStoreRef(options.secrets ?? `secrets/${stack}`);
  const placeholder = emptyManifest(stack, 'http://127.0.0.1:9000', options.rustfsVersion, reference);
  const manifest = emptyManifest(stack, endpointOf(placeholder, options.endpoint), options.rustfsVersion, reference);
  const store = openSecretStore(reference);
  const imported =
    terraformState === undefined
      ? { ...(await fromServer(manifest, store, options.debug)), keys: [] }
      : importTerraformState(readInputFile(terraformState), terraformState, manifest, await readStore(store));
  const { source, adopted, leftOut, keys, entries } = imported;
  const written = write(out, { 'adopted.ts': source, 'main.ts': printApp(manifest, adopted.length > 0) });
  const kept = await keepImportedKeys(store, manifest, keys, entries);
  if (options.json) console.log(JSON.stringify({ files: written, adopted, leftOut, secrets: kept }));
  else {
    for (const { kind, name, reason } of leftOut) console.log(`left out: ${kind} ${name}: ${reason}`);
    if (kept.length > 0)
      console.log(
        `copied to ${store.description}: the secret of ${kept.join(', ')}\n` +
          `→ ${terraformState} still has them in clear: rotate the keys once the stack is applied, and destroy that file`,
      );
    console.log(`${adopted.length} objects declared in ${written.join(' and ')}, ${leftOut.length} left out`);
  }
  return leftOut.length > 0 ? EXIT.changes : EXIT.ok;
}

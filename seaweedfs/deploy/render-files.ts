import { chmod, chown, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { writeFileAtomic } from '../../provisioning/secrets/atomic-file.js';
import { directorySecretStore } from '../../provisioning/secrets/directory-store.js';
import { type SecretStore, SecretStoreError } from '../../provisioning/secrets/secret-store.js';
import { renderBalancer } from '../balancer/index.js';
import { renderIamConfig, secretFingerprint } from '../config/render.js';
import { validateIamConfig } from '../config/validate.js';
import { balancerConfig, type FleetManifest, readTemplate } from '../manifest/index.js';
import { fleetSecrets } from './secrets.js';

export interface RenderFilesOptions {
  readonly manifest: FleetManifest;
  /** Path of fleet.json: its template lies beside it. */
  readonly manifestFile: string;
  /** Where relative paths of the manifest start. @default - the working directory */
  readonly projectDir?: string;
  /** @default - the directory that the manifest names */
  readonly store?: SecretStore;
}

export interface RenderedFiles {
  readonly configFile: string;
  readonly balancerFile: string;
  /** Tells two renderings apart without telling what is in them; see {@link secretFingerprint}. */
  readonly fingerprint: string;
  /** Entries of the secret store that were made. */
  readonly created: readonly string[];
}

/** Replaces the balancer's configuration; it takes effect with the balancer's next reload. */
export async function writeBalancerFile(
  manifest: FleetManifest,
  { projectDir = process.cwd(), down }: { readonly projectDir?: string; readonly down?: ReadonlySet<string> } = {},
): Promise<string> {
  const file = resolve(projectDir, manifest.balancer.configFile);
  // The balancer reads it under a user id of its own, and it holds no secret.
  await mkdir(dirname(file), { recursive: true });
  await chmod(dirname(file), 0o755);
  await writeFileAtomic(file, renderBalancer(manifest.balancer.kind, balancerConfig(manifest, down)), 0o644);
  return file;
}

/**
 * Writes the files that the containers mount: iam.config (0600, template and secrets) with its fingerprint beside it, and
 * the balancer's configuration. Makes missing secrets. Safe to interrupt and to run again: each file is replaced at once.
 *
 * @throws {SecretStoreError} if a secret is missing, or the gateways' user could not read the file
 */
export async function renderFleetFiles({
  manifest,
  manifestFile,
  projectDir = process.cwd(),
  store = directorySecretStore(resolve(projectDir, manifest.secretsDir)),
}: RenderFilesOptions): Promise<RenderedFiles> {
  const template = readTemplate(manifest, manifestFile);
  const configFile = resolve(projectDir, manifest.configFile);
  const owner = ownerOf(manifest);
  const { value, signingKey, created } = await fleetSecrets(manifest, template, store);
  const text = renderIamConfig(template, value);
  checkRendered(text);
  await mkdir(dirname(configFile), { recursive: true, mode: 0o700 });
  await writeFileAtomic(configFile, text, 0o600);
  if (owner) await chown(configFile, owner.uid, owner.gid);
  const fingerprint = secretFingerprint(text, signingKey);
  await writeFileAtomic(fingerprintFile(configFile), `${fingerprint}\n`, 0o644);
  await prune(configFile);
  return { configFile, balancerFile: await writeBalancerFile(manifest, { projectDir }), fingerprint, created };
}

/** Where the fingerprint of a rendered file stands. */
export const fingerprintFile = (configFile: string) => configFile.replace(/\.json$/, '.fingerprint');

/** Last chance: a credential that the store holds twice, say, would stop every gateway. */
function checkRendered(text: string): void {
  const errors = validateIamConfig(text, { development: true })
    .filter(({ severity, path }) => severity === 'error' && !path.endsWith('.tlsCaCert'))
    .map(({ message }) => message);
  if (errors.length > 0)
    throw new SecretStoreError(`the secrets make an iam.config that can't be used:\n${errors.join('\n')}`);
}

/** Whom the file has to be given to; `undefined` if it is the right user's already. */
function ownerOf({ runAs }: FleetManifest): { readonly uid: number; readonly gid: number } | undefined {
  const [uid = 0, gid = 0] = runAs.split(':').map(Number);
  const me = process.getuid?.();
  if (me === undefined || me === uid) return undefined;
  if (me === 0) return { uid, gid };
  throw new SecretStoreError(
    `the gateways run as ${runAs}, but this process is user ${me}: they could not read a private file of its; set runAs: '${me}:${process.getgid?.() ?? me}' in the fleet's props`,
  );
}

/** Keeps this rendering and the newest other one, which running gateways may still have mounted. */
async function prune(configFile: string): Promise<void> {
  const directory = dirname(configFile);
  const others = (await readdir(directory)).filter(
    (name) => /^iam-[0-9a-f]{12}\.json$/.test(name) && name !== basename(configFile),
  );
  const dated = await Promise.all(
    others.map(async (name) => ({ file: join(directory, name), time: (await stat(join(directory, name))).mtimeMs })),
  );
  for (const { file } of dated.sort((a, b) => b.time - a.time).slice(1)) {
    await rm(file, { force: true });
    await rm(fingerprintFile(file), { force: true });
  }
}

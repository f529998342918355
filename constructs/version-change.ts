import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { RUSTFS_VERSIONS, type RustFsVersion } from '../policies/index.js';

export interface DeployedVersionFiles {
  /** Terraform's local state, where the image of a container names its version. */
  readonly state: string;
  /** The manifest of the synthesis before. */
  readonly manifest: string;
}

function versionIn(file: string, pattern: RegExp): RustFsVersion | undefined {
  try {
    const found = pattern.exec(readFileSync(file, 'utf8'))?.[1];
    return RUSTFS_VERSIONS.find((version) => version === found);
  } catch {
    return undefined;
  }
}

/** Version of what is deployed: by Terraform's state, else (another backend, or a server of somebody else) as it was synthesized last. */
export function deployedVersion({ state, manifest }: DeployedVersionFiles): RustFsVersion | undefined {
  return versionIn(state, /"rustfs\/rustfs:([^"@]+)"/) ?? versionIn(manifest, /"rustfsVersion": ?"([^"]+)"/);
}

/** What synthesis says when the version of the server changes; undefined when it does not. */
export function versionWarning(scope: Construct, version: RustFsVersion): string | undefined {
  const stack = TerraformStack.of(scope).node.id;
  const { outdir } = scope.node.root as App;
  const manifest = join(outdir, 'stacks', stack, 'manifest.json');
  const from = deployedVersion({ state: join(process.cwd(), `terraform.${stack}.tfstate`), manifest });
  if (from === undefined || from === version) return undefined;
  return (
    `RustFS changes from ${from} to ${version}: before you deploy, let "cdktf-rustfs preflight --from ${from} --to ${version} ` +
    `--manifest <this stack's manifest.json>" say what that breaks on this server, and repair it (docs/upgrades.md)`
  );
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { Annotations, type App, type ITerraformDependable, Lazy, TerraformStack } from 'cdktf';
import { addCustomSynthesis } from 'cdktf/lib/synthesize/synthesizer.js';
import { Construct } from 'constructs';
import { eventTargetProblems, kmsProblems, manifestHash, oidcProblems, serializeManifest } from '../manifest/index.js';
import { describeProof, proveManifest } from '../proofs/index.js';
import type { ManifestRegistry } from './registry.js';
import { TerraformData } from './terraform-data.js';
import { versionWarning } from './version-change.js';

export interface ProvisioningStepProps {
  readonly registry: ManifestRegistry;
  /** What has to be there before the step can reach the server. @default - nothing */
  readonly dependsOn?: readonly ITerraformDependable[];
  /** Whether an apply that the access proof contradicts is undone. @default true */
  readonly automaticRollback?: boolean | undefined;
}

const stacksWithServer = new WeakSet<TerraformStack>();

const posix = (path: string) => path.split(sep).join('/');

/** Where the stack's files lie, seen from the project directory (the one with cdktf.json), and the way back. */
export function stackPaths(scope: Construct): { readonly fromProject: string; readonly toProject: string } {
  const stack = TerraformStack.of(scope);
  const stackDir = join((stack.node.root as App).outdir, 'stacks', stack.node.id);
  return { fromProject: posix(relative(process.cwd(), stackDir)), toProject: posix(relative(stackDir, process.cwd())) };
}

/** A path of the project as Terraform reads it. */
export function pathFromModule(scope: Construct, path: string): string {
  return path.startsWith('/') ? path : `\${path.module}/${stackPaths(scope).toProject}/${path}`;
}

/** Shell command that Terraform runs in the project directory. Contains no secret and no absolute path. */
export function projectCommand(scope: Construct, command: string) {
  return { type: 'local-exec' as const, command, workingDir: `\${path.module}/${stackPaths(scope).toProject}` };
}

/** Writes a file beside cdk.tf.json. */
export function writeStackFile(stack: TerraformStack, outdir: string, name: string, text: string): void {
  const directory = join(outdir, 'stacks', stack.node.id);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, name), text);
}

/**
 * The post-apply step of one server: writes the manifest beside cdk.tf.json, and makes Terraform run `cdktf-rustfs apply`
 * and the access proof whenever the manifest's SHA-256 changes. Synthesis fails when it cannot be proved that everybody keeps
 * to what was declared. Root credentials reach the step through the environment or
 * through files, never through Terraform.
 */
export class ProvisioningStep extends Construct {
  readonly dependable: ITerraformDependable;

  constructor(
    scope: Construct,
    id: string,
    { registry, dependsOn = [], automaticRollback = true }: ProvisioningStepProps,
  ) {
    super(scope, id);
    const stack = TerraformStack.of(this);
    if (stacksWithServer.has(stack)) {
      throw new Error(
        `stack ${stack.node.id} already has a RustFS server: a stack has one manifest.json, so give every server a stack of its own`,
      );
    }
    stacksWithServer.add(stack);
    const warning = versionWarning(this, registry.rustfsVersion);
    if (warning !== undefined) Annotations.of(this).addWarning(warning);
    const render = () => serializeManifest(registry.toManifest());
    this.node.addValidation({
      validate: () => {
        const manifest = registry.toManifest();
        const problems = [...oidcProblems(manifest), ...kmsProblems(manifest), ...eventTargetProblems(manifest)];
        // A policy that is missing cannot be reasoned about.
        return problems.length > 0 ? problems : [...proveManifest(manifest).problems];
      },
    });
    const step = new TerraformData(this, 'Resource', {
      triggersReplace: { manifest: Lazy.stringValue({ produce: () => manifestHash(render()) }) },
      provisioners: [
        projectCommand(
          this,
          `npx --no-install cdktf-rustfs apply --manifest ${stackPaths(this).fromProject}/manifest.json --yes --verify${automaticRollback ? '' : ' --no-rollback'}`,
        ),
      ],
      dependsOn,
    });
    step.overrideLogicalId('provisioning');
    this.dependable = step;
    addCustomSynthesis(this, {
      onSynthesize: (session) => {
        writeStackFile(stack, session.outdir, 'manifest.json', render());
        for (const line of describeProof(proveManifest(registry.toManifest()))) Annotations.of(this).addInfo(line);
      },
    });
  }
}

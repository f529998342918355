import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, TerraformStack, Testing } from 'cdktf';
import { type IRustFs, RustFs } from '../../constructs/index.js';
import type { Manifest } from '../../manifest/index.js';

export interface Synthesized {
  readonly manifest: Manifest;
  /** cdk.tf.json as text. */
  readonly terraform: string;
}

/** Synthesizes a stack with one external server and returns what was written, validations included. */
export function synthesize(declare: (stack: TerraformStack, server: IRustFs) => void): Synthesized {
  const app = Testing.app({ fakeCdktfJsonPath: false });
  const stack = new TerraformStack(app, 'test');
  declare(stack, RustFs.external(stack, 'rustfs', { endpoint: 'http://127.0.0.1:9000' }));
  return written(app, 'test');
}

export function written(app: App, stack: string): Synthesized {
  app.synth();
  const directory = join(app.outdir, 'stacks', stack);
  return {
    manifest: JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as Manifest,
    terraform: readFileSync(join(directory, 'cdk.tf.json'), 'utf8'),
  };
}

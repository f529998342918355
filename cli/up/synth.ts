import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { UsageError } from '../exit-codes.js';

/** What `cdktf synth` does, without its start-up time: runs the app named in cdktf.json. Returns the stack's directory. */
export async function synthesize(
  projectDir: string,
  stack: string,
  environment: Readonly<Record<string, string>>,
  manifest = 'manifest.json',
): Promise<string> {
  const config = join(projectDir, 'cdktf.json');
  if (!existsSync(config)) {
    throw new UsageError(`no cdktf.json in ${projectDir}: run this command in the directory of a CDKTF project`);
  }
  const { app, output = 'cdktf.out' } = JSON.parse(readFileSync(config, 'utf8')) as { app?: string; output?: string };
  if (!app)
    throw new UsageError(`${config} has no "app": expected the command that synthesizes, such as "npx tsx main.ts"`);
  const outDir = join(projectDir, output);
  const stackDir = join(outDir, 'stacks', stack);
  // Of what the stack may no longer have: synthesis only overwrites.
  for (const file of ['gateway.json', 'gateway-secrets.json', 'rustfs.env'])
    rmSync(join(stackDir, file), { force: true });
  const { exitCode, stderr, stdout } = await execa(app, {
    cwd: projectDir,
    shell: true,
    reject: false,
    stdin: 'ignore',
    env: { ...environment, CDKTF_OUTDIR: outDir },
  });
  if (exitCode !== 0) throw new UsageError(`synthesis failed (${app}, exit code ${exitCode})\n${stderr || stdout}`);
  if (!existsSync(join(stackDir, manifest))) {
    throw new UsageError(`${app} wrote no manifest for stack "${stack}": expected ${join(stackDir, manifest)}`);
  }
  return stackDir;
}

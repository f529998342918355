import { execa } from 'execa';
import { UsageError } from '../exit-codes.js';

/** The Terraform binary: $TERRAFORM_BINARY_NAME, else terraform, else tofu. Undefined when none answers. */
export async function findTerraform(): Promise<string | undefined> {
  const candidates = process.env.TERRAFORM_BINARY_NAME ? [process.env.TERRAFORM_BINARY_NAME] : ['terraform', 'tofu'];
  for (const binary of candidates) {
    const { exitCode } = await execa(binary, ['version'], { reject: false, stdin: 'ignore' });
    if (exitCode === 0) return binary;
  }
  return undefined;
}

/** `init` and `apply` of a synthesized stack. Secrets reach the post-apply step through `environment` only. */
export async function deploy(
  binary: string,
  stackDir: string,
  environment: Readonly<Record<string, string>>,
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const env = { ...environment, TF_IN_AUTOMATION: '1', CHECKPOINT_DISABLE: '1' };
  for (const args of [
    ['init', '-input=false', '-no-color'],
    ['apply', '-auto-approve', '-input=false', '-no-color'],
  ]) {
    const process = execa(binary, args, {
      cwd: stackDir,
      env,
      reject: false,
      stdin: 'ignore',
      all: true,
      cancelSignal: signal,
      forceKillAfterDelay: false, // Terraform ends by itself, once its state is written
    });
    const lines: string[] = [];
    for await (const line of process.iterable({ from: 'all' })) {
      lines.push(line);
      if (line.trim() !== '') onLine(line.trim());
    }
    const { exitCode } = await process;
    signal.throwIfAborted();
    if (exitCode !== 0) {
      throw new UsageError(
        `${binary} ${args[0]} failed in ${stackDir} (exit code ${exitCode})\n${lines.slice(-40).join('\n')}`,
      );
    }
  }
}

import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { writeFileAtomic } from '../provisioning/secrets/atomic-file.js';

function prom(file: string): string {
  if (file.endsWith('.prom')) return file;
  throw new InvalidArgumentError('expected a name that ends with .prom, because node_exporter reads no other');
}

/** `--textfile FILE` for a command whose outcome raises alerts. */
export function textfileOption(command: Command): Command {
  return command.option(
    '--textfile <file>',
    "also write the outcome as Prometheus metrics, for node_exporter's textfile collector",
    prom,
  );
}

export const unixTime = () => Math.floor(Date.now() / 1000);

/** Read by a collector of another user, and never half-written. */
export async function writeTextfile(file: string, metrics: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFileAtomic(file, metrics, 0o644);
}

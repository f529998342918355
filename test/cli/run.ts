import { execa } from 'execa';
import { bin } from '../e2e/fixture.js';
import { ROOT } from '../provisioning/fixture.js';

/** Runs the CLI as root of a test server, without anything of this environment that would change what it prints. */
export function runCli(
  directory: string,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = {},
) {
  return execa(process.execPath, [bin, ...args], {
    cwd: directory,
    reject: false,
    stdin: 'ignore',
    env: {
      RUSTFS_ACCESS_KEY: ROOT.accessKeyId,
      RUSTFS_SECRET_KEY: ROOT.secretAccessKey,
      RUSTFS_ENDPOINT: undefined,
      CI: 'true',
      FORCE_COLOR: undefined,
      ...environment,
    },
  });
}

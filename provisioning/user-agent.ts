import { readFileSync } from 'node:fs';

function packageVersion(): string {
  for (const path of ['../../package.json', '../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as {
        name?: string;
        version?: string;
      };
      if (name === 'cdktf-rustfs' && version) return version;
    } catch {
      // compiled code lies one directory deeper than its source
    }
  }
  return 'unknown';
}

/** Identifies our requests in the server's access log. */
export const USER_AGENT = `cdktf-rustfs/${packageVersion()}`;

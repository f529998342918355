import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { GatewayConfigError } from '../config/error.js';

const reason = (cause: unknown) => (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;

/** Content of a private JSON file; `undefined` if there is none. @throws GatewayConfigError if it is broken or open to others */
export function readState<T>(path: string): T | undefined {
  try {
    const mode = statSync(path).mode & 0o077;
    if (mode !== 0) throw new GatewayConfigError(`oidc.state_dir: others may read ${path}: run chmod 600 on it`);
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch (cause) {
    if (cause instanceof GatewayConfigError) throw cause;
    if (reason(cause) === 'ENOENT') return undefined;
    throw new GatewayConfigError(`oidc.state_dir: cannot read ${path} (${reason(cause)})`);
  }
}

/** Replaces the file as a whole: a reader sees the old content or the new one. @throws GatewayConfigError */
export function writeState(path: string, value: unknown, setting = 'oidc.state_dir'): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(temporary, JSON.stringify(value), { mode: 0o600 });
    renameSync(temporary, path);
  } catch (cause) {
    throw new GatewayConfigError(`${setting}: cannot write ${path} (${reason(cause)})`);
  }
}

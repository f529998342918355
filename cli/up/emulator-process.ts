import { join } from 'node:path';
import { runningServer, type ServerProcess, startServerProcess } from './server-process.js';

async function isEmulator(endpoint: string): Promise<boolean> {
  try {
    const response = await fetch(`${endpoint}/health`, { signal: AbortSignal.timeout(2000) });
    return response.headers.has('x-emulated-by');
  } catch {
    return false;
  }
}

/**
 * Starts the emulator as a process of its own with its data and log in `directory`. Reuses the one that is already running there.
 */
export async function startEmulatorProcess(
  directory: string,
  port: number,
  credentials: { readonly accessKeyFile: string; readonly secretKeyFile: string },
): Promise<ServerProcess> {
  const running = await runningServer(directory, isEmulator);
  if (running) return running;
  const { RUSTFS_ACCESS_KEY: _key, RUSTFS_SECRET_KEY: _secret, ...environment } = process.env;
  return startServerProcess({
    directory,
    command: 'emulator',
    args: ['--port', String(port), '--data', join(directory, 'data')],
    environment: {
      ...environment,
      RUSTFS_ACCESS_KEY_FILE: credentials.accessKeyFile,
      RUSTFS_SECRET_KEY_FILE: credentials.secretKeyFile,
    },
    failure: `the emulator did not start on port ${port} (--port names another one)`,
  });
}

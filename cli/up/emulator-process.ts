import { join } from 'node:path';
import { runningServer, type ServerProcess, startServerProcess } from './server-process.js';

export async function isEmulator(endpoint: string): Promise<boolean> {
  try {
    const response = await fetch(`${endpoint}/health`, { signal: AbortSignal.timeout(2000) });
    return response.headers.has('x-emulated-by');
  } catch {
    return false;
  }
}

interface EmulatorProcessOptions {
  readonly directory: string;
  readonly port: number;
  readonly credentials: { readonly accessKeyFile: string; readonly secretKeyFile: string };
  /** What the stack wants its server to be started with; contains no secret. */
  readonly environment: Readonly<Record<string, string>>;
  /** The same, but secret. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** Lets nothing through that would configure another server. */
const OWN_VARIABLES = /^RUSTFS_/;

/**
 * Starts the emulator as a process of its own with its data and log in `directory`. Reuses the one that is already running there,
 * unless that was started with another environment.
 */
export async function startEmulatorProcess(options: EmulatorProcessOptions): Promise<ServerProcess> {
  const { directory, port, credentials, environment, secrets } = options;
  const settings = JSON.stringify(environment);
  const running = await runningServer(directory, isEmulator);
  if (running?.settings === settings) return running;
  await running?.stop();
  const inherited = Object.entries(process.env).filter(([name]) => !OWN_VARIABLES.test(name));
  return startServerProcess({
    directory,
    name: 'emulator',
    args: ['emulator', '--port', String(port), '--data', join(directory, 'data'), '--shortest-session', '1'],
    environment: {
      ...Object.fromEntries(inherited),
      ...environment,
      ...secrets,
      RUSTFS_ACCESS_KEY_FILE: credentials.accessKeyFile,
      RUSTFS_SECRET_KEY_FILE: credentials.secretKeyFile,
    },
    failure: `the emulator did not start on port ${port} (--port names another one)`,
    settings,
  });
}

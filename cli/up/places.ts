import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { isEmulator } from './emulator-process.js';
import { isProvider } from './provider-process.js';
import { runningServer } from './server-process.js';

/** Where a process of `up` keeps its files and listens. */
export interface Place {
  readonly directory: string;
  readonly port: number;
  readonly url: string;
}

/** Settled before synthesis, because what is synthesized names them. */
export interface Places {
  readonly emulator: Place;
  /** The stand-in for an external OpenID provider. */
  readonly provider: Place;
  readonly gateway: Place;
}

/** A port of 127.0.0.1 that nothing listens at now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Addresses of what was left running for a stack, and free ones for the rest. */
export async function settlePlaces(projectDir: string, suffix: string, emulatorPort: number): Promise<Places> {
  const settle = async (name: string, isOurs: (url: string) => Promise<boolean>, wanted = 0): Promise<Place> => {
    const directory = join(projectDir, '.cdktf-rustfs', `${name}${suffix}`);
    const running = await runningServer(directory, isOurs);
    const port = running ? Number(new URL(running.endpoint).port) : wanted || (await freePort());
    return { directory, port, url: `http://127.0.0.1:${port}` };
  };
  const never = async () => false; // its process is always started anew
  return {
    emulator: await settle('emulator', isEmulator, emulatorPort),
    provider: await settle('oidc-provider', isProvider),
    gateway: await settle('gateway', never),
  };
}

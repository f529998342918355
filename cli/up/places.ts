import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { isEmulator } from './emulator-process.js';
import { isGateway, lastGatewayPort } from './gateway-process.js';
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

/** A port of 127.0.0.1 that nothing listens at now. @param wanted taken if it is free */
export async function freePort(wanted = 0): Promise<number> {
  const server = createServer();
  const isTaken = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(true));
    server.listen(wanted, '127.0.0.1', () => resolve(false));
  });
  if (isTaken) return freePort();
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The port that applications know the gateway by, also where the last one was left running; else a free one. */
async function gatewayPort(directory: string): Promise<number> {
  const last = lastGatewayPort(directory);
  const isOurs = last !== undefined && (await runningServer(directory, isGateway)) !== undefined;
  return isOurs ? last : freePort(last);
}

/** Addresses of what was left running for a stack, and free ones for the rest. */
export async function settlePlaces(projectDir: string, suffix: string, emulatorPort: number): Promise<Places> {
  const settle = async (name: string, isOurs: (url: string) => Promise<boolean>, wanted = 0): Promise<Place> => {
    const directory = join(projectDir, '.cdktf-rustfs', `${name}${suffix}`);
    const running = await runningServer(directory, isOurs);
    const port = running ? Number(new URL(running.endpoint).port) : wanted || (await freePort());
    return { directory, port, url: `http://127.0.0.1:${port}` };
  };
  const never = async () => false; // its process is always started anew, and ends the one that was left running
  return {
    emulator: await settle('emulator', isEmulator, emulatorPort),
    provider: await settle('oidc-provider', isProvider),
    gateway: await settle('gateway', never, await gatewayPort(join(projectDir, '.cdktf-rustfs', `gateway${suffix}`))),
  };
}

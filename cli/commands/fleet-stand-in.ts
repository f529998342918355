import { mkdirSync, readFileSync } from 'node:fs';
import { startDevelopmentIssuer } from '../../seaweedfs/development-issuer/issuer.js';
import {
  directoryStore,
  FatalStart,
  memoryStore,
  STAND_IN_VERSION,
  startStandIn,
} from '../../seaweedfs/stand-in/index.js';
import { EXIT, UsageError } from '../exit-codes.js';

export interface StandInCommandOptions {
  readonly iamConfig?: string;
  readonly port: number;
  readonly data?: string;
}

/** `fleet stand-in`: a gateway in the foreground. Ends with the exit code of weed where weed would end at its start. */
export async function fleetStandInCommand({ iamConfig, port, data }: StandInCommandOptions): Promise<number> {
  console.log(`cdktf-rustfs stand-in for weed s3 (not SeaweedFS), behaving like ${STAND_IN_VERSION}`);
  if (data !== undefined) mkdirSync(`${data}/buckets`, { recursive: true });
  try {
    const gateway = await startStandIn({
      ...(iamConfig !== undefined && { iamConfig: readOrNull(iamConfig) }),
      env: process.env,
      port,
      store: data === undefined ? memoryStore() : directoryStore(data),
    }).catch((error: unknown) => {
      throw portInUse(error, port);
    });
    for (const line of gateway.log) console.log(line);
    console.log(`listening on ${gateway.endpoint}`);
    await untilStopped();
    await gateway.close();
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof FatalStart)) throw error;
    console.error(error.message);
    return error.exitCode;
  }
}

export interface DevelopmentIssuerCommandOptions {
  readonly port: number;
  readonly clientId: string;
}

/** `fleet development-issuer`: in the foreground. */
export async function developmentIssuerCommand({ port, clientId }: DevelopmentIssuerCommandOptions): Promise<number> {
  const issuer = await startDevelopmentIssuer({ port, clientId }).catch((error: unknown) => {
    throw portInUse(error, port);
  });
  console.log('development OIDC provider: anybody gets any token from it; never for production');
  console.log(`listening on ${issuer.issuer}`);
  await untilStopped();
  await issuer.close();
  return EXIT.ok;
}

function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function portInUse(error: unknown, port: number): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') return error;
  return new UsageError(`port ${port} of 127.0.0.1 is in use: stop what listens there, or name another --port`);
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

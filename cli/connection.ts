import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Manifest, parseManifest } from '../manifest/index.js';
import { directorySecretStore, openSession, rootCredentials, type Session } from '../provisioning/index.js';
import { UsageError } from './exit-codes.js';

/** Options of every command that talks to the server of a manifest. */
export interface ConnectionOptions {
  readonly manifest: string;
  readonly endpoint?: string;
  readonly secrets?: string;
  readonly json?: boolean;
}

export function readManifest(file: string): Manifest {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new UsageError(
      `cannot read manifest ${file} (${code}): cdktf synth writes it to cdktf.out/stacks/<stack>/manifest.json`,
      { cause },
    );
  }
  return parseManifest(text, file);
}

/** Endpoint of the server: option, environment, manifest, in this order. */
export function endpointOf(options: ConnectionOptions, { server }: Manifest): string {
  return checkEndpoint(options.endpoint ?? process.env.RUSTFS_ENDPOINT ?? server.endpoint);
}

/** Directory of the secret store. */
export function secretsOf(options: ConnectionOptions, { secretsDir }: Manifest): string {
  return resolve(options.secrets ?? secretsDir);
}

function checkEndpoint(endpoint: string): string {
  if (/^https?:\/\/[^/?#]+\/?$/.test(endpoint)) return endpoint;
  throw new UsageError(`invalid endpoint ${endpoint}: expected a URL without path, such as http://127.0.0.1:9000`);
}

/** Reads the manifest, finds credentials and secrets, and waits until the server takes requests. */
export async function connect(options: ConnectionOptions, onWait?: (reason: string) => void): Promise<Session> {
  const manifest = readManifest(options.manifest);
  const { server } = manifest;
  return openSession({
    manifest,
    root: rootCredentials({ accessKeyFile: server.accessKeyFile, secretKeyFile: server.secretKeyFile }),
    store: directorySecretStore(secretsOf(options, manifest)),
    endpoint: endpointOf(options, manifest),
    ...(onWait ? { ready: { onWait } } : {}),
  });
}

/** Whom the answers came from, for people. */
export function describeServer({ server, wire }: Session): string {
  const what = server.emulated
    ? `cdktf-rustfs emulator (not RustFS) behaving like ${server.version}`
    : `RustFS ${server.version}`;
  return `${what} at ${wire.endpoint}`;
}

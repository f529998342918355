import { resolve } from 'node:path';
import { hostUrl, type Manifest, parseManifest, withoutCredentials } from '../manifest/index.js';
import {
  findRootCredentials,
  openSecretStore,
  openSession,
  parseSecretStoreRef,
  readTrust,
  type SecretStore,
  type Session,
} from '../provisioning/index.js';
import { debugRequests } from './debug.js';
import { UsageError } from './exit-codes.js';
import { readInputFile } from './input-file.js';

/** Names another endpoint for applications than the manifest. */
export const CLIENT_ENDPOINT_VARIABLE = 'RUSTFS_CLIENT_ENDPOINT';

/** Options of every command that talks to a server. */
export interface ServerOptions {
  readonly endpoint?: string;
  readonly caFile?: string;
  readonly secrets?: string;
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** Options of every command that talks to the server of a manifest. */
export interface ConnectionOptions extends ServerOptions {
  readonly manifest: string;
}

/** @throws {UsageError} */
export function readManifest(file: string): Manifest {
  const wayOut = 'cdktf synth writes it to cdktf.out/stacks/<stack>/manifest.json';
  return parseManifest(readInputFile(file, { what: 'manifest', wayOut }), file);
}

/** The endpoint that a command talks to, or writes down for applications. */
export function endpointOf(
  manifest: { readonly server: Pick<Manifest['server'], 'endpoint'> },
  option: string | undefined,
): string {
  const endpoint = option ?? process.env.RUSTFS_ENDPOINT ?? manifest.server.endpoint;
  const url = hostUrl(endpoint);
  if (url !== undefined) return url;
  throw new UsageError(
    `invalid endpoint ${withoutCredentials(endpoint)}: expected a URL without path and credentials, such as http://127.0.0.1:9000`,
  );
}

/** The endpoint that applications are told, if it is not the one that commands talk to. */
export function clientEndpointOf(manifest: Manifest): string | undefined {
  return process.env[CLIENT_ENDPOINT_VARIABLE] ?? manifest.server.clientEndpoint;
}

type Reached = Pick<Manifest['server'], 'region' | 'caFile' | 'clientCertificateFile' | 'clientKeyFile'>;

/** The endpoint with its region, and for https whom it has to be: --ca-file, else RUSTFS_CA_FILE, else what the manifest names. */
export function wireOptionsOf(
  { server }: { readonly server: Reached },
  options: Pick<ConnectionOptions, 'caFile'>,
  endpoint: string,
) {
  const { caFile = process.env.RUSTFS_CA_FILE ?? server.caFile } = options;
  const secure = endpoint.startsWith('https:');
  if (!secure && options.caFile !== undefined)
    throw new UsageError(`--ca-file is for https, but the endpoint is ${endpoint}`);
  return { endpoint, region: server.region, ...(secure ? { trust: readTrust({ ...server, caFile }) } : {}) };
}

/** The store that `--secrets` names, else the manifest's. */
export function secretStoreOf(manifest: Manifest, option: string | undefined): SecretStore {
  return openSecretStore(option === undefined ? manifest.secretStore : parseSecretStoreRef(option));
}

/** Directory for what is kept beside the secret store: secrets of enrolled users, cached sessions. */
export function besideSecretStore(manifest: Manifest, option: string | undefined): string {
  const reference = option === undefined ? manifest.secretStore : parseSecretStoreRef(option);
  return resolve(reference.type === 'directory' ? reference.directory : `secrets/${manifest.stack}`);
}

/** Reads the manifest, finds credentials and secrets, and waits until the server takes requests. */
export function connect(options: ConnectionOptions, onWait?: (reason: string) => void): Promise<Session> {
  return connectTo(readManifest(options.manifest), options, onWait);
}

/** The same for a manifest that is no file. */
export async function connectTo(
  manifest: Manifest,
  options: ServerOptions,
  onWait?: (reason: string) => void,
): Promise<Session> {
  const store = secretStoreOf(manifest, options.secrets);
  const endpoint = endpointOf(manifest, options.endpoint);
  const clientEndpoint = clientEndpointOf(manifest);
  return openSession({
    manifest,
    root: await findRootCredentials(manifest.server, store),
    store,
    ...(clientEndpoint === undefined ? {} : { clientEndpoint }),
    ...wireOptionsOf(manifest, options, endpoint),
    ...debugRequests(options.debug),
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

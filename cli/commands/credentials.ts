import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DEFAULT_SESSION_SECONDS, type Manifest } from '../../manifest/index.js';
import {
  createWire,
  enrolUser,
  enrolWithSecret,
  processCredentials,
  type SessionCache,
  type SessionSource,
  serveCredentials,
  sessionCache,
  userSessions,
  type Wire,
  webIdentitySessions,
  withdrawUser,
} from '../../provisioning/index.js';
import {
  besideSecretStore,
  type ConnectionOptions,
  connect,
  endpointOf,
  readManifest,
  wireOptionsOf,
} from '../connection.js';
import { EXIT, UsageError } from '../exit-codes.js';
import { readInputFile } from '../input-file.js';
import { enrolledUsers } from '../sign-ins.js';

interface EnrolOptions extends ConnectionOptions {
  readonly user: string;
  readonly secretFile?: string;
}

interface SessionOptions extends ConnectionOptions {
  readonly user?: string;
  readonly webIdentityTokenFile?: string;
  readonly duration?: number;
  readonly sessionPolicy?: string;
}

interface ServeOptions extends SessionOptions {
  readonly tokenFile: string;
  readonly port: number;
}

/** `credentials enrol` and `credentials withdraw` */
export async function enrolCommand(action: 'enrol' | 'withdraw', options: EnrolOptions): Promise<number> {
  const session = await connect(options);
  try {
    const { user, secretFile } = options;
    const users = enrolledUsers(session.manifest, options.secrets);
    if (secretFile !== undefined)
      await enrolWithSecret(session, user, readInputFile(secretFile, { what: 'the secret file' }).trim());
    else await (action === 'enrol' ? enrolUser : withdrawUser)(session, users, user);
    const text =
      action === 'enrol'
        ? `enrolled ${user}: its secret is in ${secretFile ?? users.description}`
        : `withdrawn ${user}: nobody can sign in as it`;
    console.log(options.json ? JSON.stringify({ type: action, user: options.user }) : text);
    return EXIT.ok;
  } finally {
    session.close();
  }
}

function sourceOf(options: SessionOptions, manifest: Manifest, wire: Wire): SessionSource {
  const { user, webIdentityTokenFile, sessionPolicy } = options;
  if ((user === undefined) === (webIdentityTokenFile === undefined))
    throw new UsageError('name either --user or --web-identity-token-file: whose sessions are wanted');
  const declared = manifest.sessions?.find((one) => one.user === user)?.seconds;
  const seconds = options.duration ?? declared ?? DEFAULT_SESSION_SECONDS;
  let policy: string | undefined;
  try {
    policy = sessionPolicy === undefined ? undefined : JSON.stringify(JSON.parse(readFileSync(sessionPolicy, 'utf8')));
  } catch (cause) {
    throw new UsageError(`cannot read the session policy ${sessionPolicy}: ${(cause as Error).message}`, { cause });
  }
  const signIn = { seconds, ...(policy === undefined ? {} : { policy }) };
  return user === undefined
    ? webIdentitySessions(wire, resolve(webIdentityTokenFile ?? ''), signIn)
    : userSessions(wire, enrolledUsers(manifest, options.secrets), user, signIn);
}

async function withSessions<T>(
  options: SessionOptions,
  use: (cache: SessionCache, wire: Wire) => Promise<T>,
): Promise<T> {
  const manifest = readManifest(options.manifest);
  const wire = createWire(wireOptionsOf(manifest, options, endpointOf(manifest, options.endpoint)));
  try {
    const directory = join(besideSecretStore(manifest, options.secrets), 'sessions');
    return await use(sessionCache(sourceOf(options, manifest, wire), directory), wire);
  } finally {
    wire.close();
  }
}

/** `credentials process`: stdout is the session and nothing else. */
export function processCommand(options: SessionOptions): Promise<number> {
  return withSessions(options, async (cache) => {
    console.log(processCredentials(await cache.current()));
    return EXIT.ok;
  });
}

/** `credentials serve`: until SIGINT or SIGTERM. */
export function serveCommand(options: ServeOptions): Promise<number> {
  return withSessions(options, async (cache) => {
    await cache.current(); // what is wrong is told now, not to the first application
    const tokenFile = resolve(options.tokenFile);
    const endpoint = await serveCredentials(cache, { port: options.port, tokenFile });
    const environment = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: endpoint.url,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: tokenFile,
    };
    if (options.json) console.log(JSON.stringify({ type: 'listening', ...environment }));
    else for (const [name, value] of Object.entries(environment)) console.log(`export ${name}=${value}`);
    await new Promise<void>((done) => {
      process.once('SIGINT', () => done());
      process.once('SIGTERM', () => done());
    });
    await endpoint.close();
    return EXIT.ok;
  });
}

import { createSecureContext } from 'node:tls';
import type { EmulatorTls } from '../../emulator/index.js';
import type { RustFsVersion } from '../../policies/index.js';
import { EXIT, UsageError } from '../exit-codes.js';
import { readInputFile } from '../input-file.js';

interface EmulatorOptions {
  readonly port: number;
  readonly data?: string;
  readonly profile: RustFsVersion;
  readonly latency: number;
  readonly shortestSession?: number;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsClientCa?: string;
}

/** @throws UsageError for a certificate without its key, and the other way round */
function tlsOf({ tlsCert, tlsKey, tlsClientCa }: EmulatorOptions): { tls?: EmulatorTls } {
  if (tlsCert === undefined && tlsKey === undefined && tlsClientCa === undefined) return {};
  if (tlsCert === undefined || tlsKey === undefined)
    throw new UsageError('TLS needs both a certificate and its key: name --tls-cert and --tls-key');
  const tls = { certificate: readInputFile(tlsCert), key: readInputFile(tlsKey) };
  try {
    createSecureContext({ cert: tls.certificate, key: tls.key });
  } catch {
    throw new UsageError(`${tlsCert} and ${tlsKey} are not a PEM certificate and its private key`);
  }
  return { tls: { ...tls, ...(tlsClientCa === undefined ? {} : { clientCa: readInputFile(tlsClientCa) }) } };
}

/** Runs the emulator until SIGINT or SIGTERM. */
export async function emulatorCommand(options: EmulatorOptions): Promise<number> {
  const [{ eventsFromEnvironment, oidcFromEnvironment, startEmulator }, { rootCredentials }] = await Promise.all([
    import('../../emulator/index.js'),
    import('../../provisioning/index.js'),
  ]);
  const tls = tlsOf(options);
  const root = rootCredentials({});
  const emulator = await startEmulator({
    port: options.port,
    version: options.profile,
    latencyMs: options.latency,
    accessKey: root.accessKeyId,
    secretKey: root.secretAccessKey,
    oidc: oidcFromEnvironment(process.env),
    ...tls,
    events: eventsFromEnvironment(process.env),
    ...(process.env.RUSTFS_SSE_S3_MASTER_KEY && { sseS3MasterKey: process.env.RUSTFS_SSE_S3_MASTER_KEY }),
    ...(options.data === undefined ? {} : { dataDir: options.data }),
    ...(options.shortestSession === undefined ? {} : { shortestSession: options.shortestSession }),
  }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EADDRINUSE') throw cause;
    throw new UsageError(
      `port ${options.port} of 127.0.0.1 is in use: stop what listens there, or name another --port`,
    );
  });
  const storage = options.data === undefined ? 'in memory' : `in ${options.data}`;
  console.log(`cdktf-rustfs emulator (not RustFS), behaving like RustFS ${emulator.version}, data ${storage}`);
  for (const problem of emulator.oidcProblems) console.error(problem);
  if (emulator.unreadablePolicies.length > 0)
    console.error(
      `RustFS ${emulator.version} cannot read stored policy ${emulator.unreadablePolicies.join(', ')} and therefore no identity at all: every request is answered with 503. Start the version before, and run cdktf-rustfs preflight`,
    );
  console.log(`listening on ${emulator.endpoint}`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  await emulator.close();
  return EXIT.ok;
}

import type { RustFsVersion } from '../../policies/index.js';
import { EXIT, UsageError } from '../exit-codes.js';

interface EmulatorOptions {
  readonly port: number;
  readonly data?: string;
  readonly profile: RustFsVersion;
  readonly latency: number;
}

/** Runs the emulator until SIGINT or SIGTERM. */
export async function emulatorCommand(options: EmulatorOptions): Promise<number> {
  const [{ oidcFromEnvironment, startEmulator }, { rootCredentials }] = await Promise.all([
    import('../../emulator/index.js'),
    import('../../provisioning/index.js'),
  ]);
  const root = rootCredentials({});
  const emulator = await startEmulator({
    port: options.port,
    version: options.profile,
    latencyMs: options.latency,
    accessKey: root.accessKeyId,
    secretKey: root.secretAccessKey,
    oidc: oidcFromEnvironment(process.env),
    ...(process.env.RUSTFS_SSE_S3_MASTER_KEY && { sseS3MasterKey: process.env.RUSTFS_SSE_S3_MASTER_KEY }),
    ...(options.data === undefined ? {} : { dataDir: options.data }),
  }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EADDRINUSE') throw cause;
    throw new UsageError(
      `port ${options.port} of 127.0.0.1 is in use: stop what listens there, or name another --port`,
    );
  });
  const storage = options.data === undefined ? 'in memory' : `in ${options.data}`;
  console.log(`cdktf-rustfs emulator (not RustFS), behaving like RustFS ${emulator.version}, data ${storage}`);
  for (const problem of emulator.oidcProblems) console.error(problem);
  console.log(`listening on ${emulator.endpoint}`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  await emulator.close();
  return EXIT.ok;
}

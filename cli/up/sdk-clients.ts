import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { AccessProof, MatrixRow, Session } from '../../provisioning/index.js';
import { besideSecretStore } from '../connection.js';
import { EXIT, UsageError } from '../exit-codes.js';
import { colors as pc } from '../render/color.js';
import type { Progress } from '../render/progress.js';
import { bin } from './server-process.js';

type Environment = Readonly<Record<string, string>>;

interface Application {
  /** How it gets its credentials. */
  readonly via: 'credential_process' | 'a local endpoint';
  readonly user: string;
  /** What the declaration says of each bucket. */
  readonly rows: readonly MatrixRow[];
}

const client = fileURLToPath(new URL('./sdk-client.js', import.meta.url));

/** Nothing of this process' credentials and profiles reaches it. */
async function runClient({ wire, manifest }: Session, rows: readonly MatrixRow[], environment: Environment) {
  const buckets = rows.map(({ bucket, predicted }) => ({
    name: bucket,
    write: predicted.includes('put') && predicted.includes('delete'),
  }));
  const { stdout, stderr, exitCode } = await execa(process.execPath, [client], {
    reject: false,
    stdin: 'ignore',
    extendEnv: false,
    env: {
      PATH: process.env.PATH ?? '',
      SDK_CLIENT_ENDPOINT: wire.endpoint,
      SDK_CLIENT_REGION: manifest.server.region,
      SDK_CLIENT_BUCKETS: JSON.stringify(buckets),
      ...environment,
    },
  });
  if (exitCode !== 0) throw new UsageError(`the client with the AWS SDK ended with exit code ${exitCode}\n${stderr}`);
  return JSON.parse(stdout) as Record<string, Record<string, string>>;
}

/** @returns exit code */
function judge({ via, user, rows }: Application, results: Awaited<ReturnType<typeof runClient>>, progress: Progress) {
  const wrong = rows.flatMap(({ bucket, predicted }) =>
    Object.entries(results[bucket] ?? {}).flatMap(([verb, outcome]) => {
      const expected = predicted.some((allowed) => allowed === verb) ? 'done' : 'AccessDenied';
      return outcome === expected ? [] : [`${verb} on ${bucket}: ${outcome} instead of ${expected}`];
    }),
  );
  const did = Object.entries(results).map(
    ([bucket, verbs]) =>
      `${Object.entries(verbs)
        .map(([verb, outcome]) => (outcome === 'done' ? verb : `${verb} refused`))
        .join(', ')} on ${bucket}`,
  );
  progress.event({ type: 'sdk-client', via, user, results, contradictions: wrong });
  progress.line(pc.green(`AWS SDK with ${via} as ${user}: ${did.join('; ')}`));
  for (const contradiction of wrong) progress.line(pc.red(`access: ${contradiction}`));
  return wrong.length === 0 ? EXIT.ok : EXIT.contradiction;
}

const quoted = (path: string) => `"${path}"`;

/** Starts `credentials serve`, and stops it when it is no longer needed. */
async function withEndpoint<T>(args: readonly string[], use: (environment: Environment) => Promise<T>): Promise<T> {
  const serving = execa(process.execPath, [bin, 'credentials', 'serve', '--json', ...args], {
    reject: false,
    stdin: 'ignore',
    buffer: false,
  });
  try {
    const lines = createInterface({ input: serving.stdout });
    const line = await Promise.race([once(lines, 'line'), serving.then(() => [])]);
    if (typeof line[0] !== 'string') throw new UsageError('credentials serve ended before it listened');
    const { type: _, ...environment } = JSON.parse(line[0]) as Record<string, string>;
    return await use(environment);
  } finally {
    serving.kill('SIGTERM');
    await serving;
  }
}

const verbsOf = (rows: readonly MatrixRow[]) => new Set(rows.flatMap(({ predicted }) => predicted)).size;

/** Shows with the AWS SDK, as applications have it, that sessions reach them both ways and give what is declared: with the user that may do most. */
export async function serveSdkClients(
  session: Session,
  proof: AccessProof,
  stackDir: string,
  progress: Progress,
): Promise<number> {
  const [found] = (session.manifest.sessions ?? [])
    .map(({ user }) => ({ user, rows: proof.matrix.filter(({ accessKey }) => accessKey === `sign-in of ${user}`) }))
    .sort((a, b) => verbsOf(b.rows) - verbsOf(a.rows));
  if (found === undefined) return EXIT.ok;
  const { user, rows } = found;
  const directory = mkdtempSync(join(tmpdir(), 'cdktf-rustfs-sdk-'));
  const args = [
    ...['--manifest', resolve(stackDir, 'manifest.json'), '--endpoint', session.wire.endpoint],
    ...['--secrets', besideSecretStore(session.manifest, undefined), '--user', user],
  ];
  try {
    return await progress.step('AWS SDK clients, by credential_process and by a local endpoint', async () => {
      const config = join(directory, 'config');
      const command = [process.execPath, bin, 'credentials', 'process', ...args].map(quoted).join(' ');
      writeFileSync(config, `[default]\ncredential_process = ${command}\n`);
      const byProcess = await runClient(session, rows, { AWS_CONFIG_FILE: config, AWS_SDK_LOAD_CONFIG: '1' });
      const byEndpoint = await withEndpoint([...args, '--token-file', join(directory, 'token')], async (environment) =>
        runClient(session, rows, environment),
      );
      return Math.max(
        judge({ via: 'credential_process', user, rows }, byProcess, progress),
        judge({ via: 'a local endpoint', user, rows }, byEndpoint, progress),
      );
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

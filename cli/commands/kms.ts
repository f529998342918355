import { type KmsReport, kmsStatus, renewKmsCredential, rotateKmsKeys } from '../../provisioning/index.js';
import { type ConnectionOptions, connect, describeServer } from '../connection.js';
import { EXIT, UsageError } from '../exit-codes.js';
import { colors as pc } from '../render/color.js';
import { renderTable } from '../render/table.js';

function renderStatus({ status, error, healthy, backend, defaultKey, keys, sseS3, notes }: KmsReport): string {
  const state =
    status === 'Running' && healthy ? pc.green('Running, healthy') : pc.red(`${status}${error ? `: ${error}` : ''}`);
  const settings = Object.entries(backend ?? {}).filter(([name, value]) => value !== null && name !== 'backend_type');
  const rows = keys.map((use) => [
    use.key,
    use.state,
    [...(use.isDefault ? ['default'] : []), ...(use.declared ? ['declared'] : [])].join(', '),
    use.buckets.join(', '),
  ]);
  return [
    `KMS ${backend?.backend_type ?? 'none'}: ${state}${status === 'Running' && !healthy ? pc.red(', its backend does not answer') : ''}`,
    ...settings.map(([name, value]) => `  ${name}: ${value}`),
    `default key: ${defaultKey ?? 'none'}`,
    ...(rows.length > 0 ? [renderTable(['key', 'state', '', 'buckets'], rows)] : []),
    ...(sseS3.length > 0 ? [`SSE-S3: ${sseS3.join(', ')}`] : []),
    ...notes.map((note) => pc.yellow(note)),
  ].join('\n');
}

/** `kms status`: 0 when the KMS runs and answers, 1 when not. */
export async function kmsStatusCommand(options: ConnectionOptions): Promise<number> {
  const session = await connect(options);
  try {
    const report = await kmsStatus(session);
    console.log(options.json ? JSON.stringify(report) : `${describeServer(session)}\n${renderStatus(report)}`);
    return report.status === 'Running' && report.healthy ? EXIT.ok : EXIT.error;
  } finally {
    session.close();
  }
}

const KEPT = 'objects that are stored stay encrypted with the old key, which is kept; only new objects use the new one';

/** `kms rotate`: a new key for each name, for new objects. */
export async function kmsRotateCommand(
  names: readonly string[],
  options: ConnectionOptions & { readonly credential?: boolean },
): Promise<number> {
  if (options.credential && names.length > 0) throw new UsageError('--credential goes without keys');
  const session = await connect(options);
  try {
    if (options.credential) {
      await renewKmsCredential(session);
      console.log(options.json ? '{"credential":"renewed"}' : 'the KMS answers with the credential of the file');
      return EXIT.ok;
    }
    const rotations = await rotateKmsKeys(session, names);
    if (options.json) console.log(JSON.stringify({ rotations, note: KEPT }));
    else {
      for (const { from, to, resumed } of rotations) {
        console.log(`${from} -> ${to}${resumed ? ' (an interrupted rotation, finished)' : ''}`);
      }
      console.log(KEPT);
    }
    return EXIT.ok;
  } finally {
    session.close();
  }
}

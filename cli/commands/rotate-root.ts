import { relative } from 'node:path';
import { ROOT_ENTRY } from '../../manifest/index.js';
import { finishRootSecret, prepareRootSecret, type Session } from '../../provisioning/index.js';
import { connect, endpointOf, readManifest, secretStoreOf, wireOptionsOf } from '../connection.js';
import { debugRequests } from '../debug.js';
import { EXIT } from '../exit-codes.js';
import { createProgress } from '../render/progress.js';
import type { RotateCommandOptions } from './rotate.js';

/** Source: RustFS signs the tokens of STS sessions with the root secret (get_token_signing_key), and reads it once, at start. */
const CONSEQUENCES = [
  'RustFS takes its root secret only at start, so the rotation needs a restart. What that means:',
  '- all STS sessions (AssumeRole, OIDC sign-ins) end: they are signed with the root secret, and have to be asked for again',
  '- access keys of components keep working, and the root access key keeps its name',
  '- all nodes of one server need the same secret',
];

/** How the server gets the new secret: a container of ours from the file, another one from wherever its operator keeps it. */
function whatToDo({ manifest, store }: Session, nextFile: string | undefined): readonly string[] {
  const { server, stack } = manifest;
  const file = nextFile && relative(process.cwd(), nextFile);
  const source = file ?? `the "next" key of entry ${ROOT_ENTRY} in ${store.description}`;
  const restart =
    server.target === 'docker' && file
      ? `mv ${file} ${server.secretKeyFile} && docker rm --force ${stack}-${server.id} && npx cdktf deploy ${stack}`
      : `give the server the new secret (${source}) as RUSTFS_SECRET_KEY or RUSTFS_SECRET_KEY_FILE, and restart it`;
  return ['To complete it:', `1. ${restart}`, '2. cdktf-rustfs rotate --root --finish --manifest …'];
}

/** `rotate --root`: prepares a new root secret; with `--finish`, after the restart, makes it the one in use. */
export async function rotateRootCommand(options: RotateCommandOptions): Promise<number> {
  const progress = createProgress(options.json === true);
  if (options.finish) {
    const manifest = readManifest(options.manifest);
    const finished = await finishRootSecret({
      manifest,
      store: secretStoreOf(manifest, options.secrets),
      ...wireOptionsOf(manifest, options, endpointOf(manifest, options.endpoint)),
      ...debugRequests(options.debug),
    });
    progress.event({ type: 'root-rotation', state: finished ? 'finished' : 'unchanged' });
    progress.line(
      finished
        ? 'the server takes the new root secret, which is now the one in the secret store; change RUSTFS_SECRET_KEY wherever you set it'
        : 'nothing to finish: no rotation of the root secret was prepared',
    );
    return EXIT.ok;
  }
  const session = await connect(options);
  try {
    const { created, nextFile } = await prepareRootSecret(session);
    const steps = [...CONSEQUENCES, ...whatToDo(session, nextFile)];
    progress.event({ type: 'root-rotation', state: 'prepared', created, steps });
    const state = created ? 'a new root secret is prepared' : 'the root secret that was prepared before is kept';
    progress.line([`${state}; the server was not touched`, ...steps].join('\n'));
    return EXIT.ok;
  } finally {
    session.close();
  }
}

import { createWire, type Diagnosis, diagnose } from '../../provisioning/index.js';
import { type ConnectionOptions, endpointOf, readManifest, wireOptionsOf } from '../connection.js';
import { EXIT, UsageError } from '../exit-codes.js';
import { readInputFile } from '../input-file.js';
import { colors as pc } from '../render/color.js';

interface DoctorOptions extends ConnectionOptions {
  readonly tokenFile?: string;
  readonly claims?: string;
  readonly provider?: string;
}

function parseClaims(text: string): Record<string, unknown> {
  try {
    const claims: unknown = JSON.parse(text);
    if (typeof claims === 'object' && claims !== null && !Array.isArray(claims))
      return claims as Record<string, unknown>;
  } catch {}
  throw new UsageError(`invalid --claims ${text}: expected a JSON object such as '{"groups":["obs"]}'`);
}

const MARKS = { ok: pc.green('ok      '), warning: pc.yellow('warning '), failed: pc.red('failed  ') } as const;

function render({ checks, simulation }: Diagnosis): string {
  const lines = checks.map(({ provider, check, status, detail }) => `${MARKS[status]}${provider}: ${check}: ${detail}`);
  if (simulation === undefined) return lines.join('\n');
  const { policies, problem, access } = simulation;
  return [
    ...lines,
    `a token with these claims would get these policies: ${policies.join(', ') || 'none'}`,
    ...(problem === undefined ? [] : [pc.red(problem)]),
    ...access.map(({ bucket, verbs }) => `  may ${verbs.join(', ')} on ${bucket}`),
    ...(access.length === 0 ? ['  may do nothing on any declared bucket'] : []),
  ].join('\n');
}

/** `oidc doctor`: 1 when something is wrong. */
export async function oidcDoctorCommand(options: DoctorOptions): Promise<number> {
  const manifest = readManifest(options.manifest);
  const ids = (manifest.oidc?.providers ?? []).map(({ id }) => id);
  if (ids.length === 0)
    throw new UsageError(`${options.manifest} declares no OIDC provider: name one in the server's oidc`);
  const { provider } = options;
  if (provider !== undefined && !ids.includes(provider))
    throw new UsageError(`the manifest declares no OIDC provider ${provider}: it declares ${ids.join(', ')}`);
  const wire = createWire(wireOptionsOf(manifest, options, endpointOf(manifest, options.endpoint)));
  try {
    const diagnosis = await diagnose(manifest, {
      wire,
      ...(options.tokenFile === undefined
        ? {}
        : { token: readInputFile(options.tokenFile, { what: 'the token file' }).trim() }),
      ...(options.claims === undefined ? {} : { claims: parseClaims(options.claims) }),
      ...(provider === undefined ? {} : { provider }),
    });
    if (options.json) console.log(JSON.stringify(diagnosis));
    else {
      console.log(pc.dim('asked from where this command runs; inside the network of the server it may look different'));
      console.log(render(diagnosis));
    }
    const failed = diagnosis.checks.some(({ status }) => status === 'failed');
    return failed || diagnosis.simulation?.problem !== undefined ? EXIT.error : EXIT.ok;
  } finally {
    wire.close();
  }
}

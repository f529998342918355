import type { InjectedFault, SeenRequest } from '../../../emulator/index.js';
import type { Manifest } from '../../../manifest/index.js';
import type { RustFsVersion } from '../../../policies/index.js';
import { createWire, type PreflightOptions, type PreflightResult, preflight } from '../../../provisioning/index.js';
import { createWorld, manifestFor, ROOT, type World } from '../fixture.js';

type Answers = Readonly<Record<string, unknown>>;

/** What a server without KMS, targets and tiers answers; the emulator does not model these routes. */
export const QUIET: Answers = {
  'kms/service-status': { status: 'NotConfigured', backend_type: null, healthy: null, config_summary: null },
  'get-config-kv?key=notify_webhook': 'notify_webhook enable="off" endpoint=""',
  'get-config-kv?key=audit_webhook': 'audit_webhook enable="off" endpoint=""',
  tier: [],
  'target/arns': [],
};

/** Answers of the admin API by route, in place of the emulator's. */
export function answering(answers: Answers) {
  return ({ path, query }: SeenRequest): InjectedFault | undefined => {
    const route = path.replace('/rustfs/admin/v3/', '');
    const answer = answers[query === '' ? route : `${route}?${query}`];
    if (answer === undefined) return undefined;
    return { action: 'respond', status: 200, body: typeof answer === 'string' ? answer : JSON.stringify(answer) };
  };
}

interface WorldOptions {
  readonly answers?: Answers;
  readonly dataDir?: string;
  readonly change?: (manifest: Manifest) => void;
}

/** An emulated server of a version, brought to what the manifest of the fixture declares. */
export async function worldOf(
  version: RustFsVersion,
  { answers = QUIET, dataDir, change }: WorldOptions = {},
): Promise<World> {
  const world = await createWorld({ version, onRequest: answering(answers), ...(dataDir ? { dataDir } : {}) });
  await world.apply((manifest) => {
    manifest.server.rustfsVersion = version;
    change?.(manifest);
  });
  return world;
}

export const otherVersion = (version: RustFsVersion): RustFsVersion => (version === '1.0.1' ? '1.0.0-beta.7' : '1.0.1');

/** Runs preflight against a world of version `from`. */
export async function look(
  world: World,
  from: RustFsVersion,
  options: Partial<PreflightOptions> = {},
  change: (manifest: Manifest) => void = () => {},
): Promise<PreflightResult> {
  const wire = createWire({ endpoint: world.endpoint });
  try {
    return await preflight({
      from,
      to: otherVersion(from),
      manifest: manifestFor(world.endpoint, (manifest) => {
        manifest.server.rustfsVersion = from;
        change(manifest);
      }),
      server: { wire, root: ROOT },
      objects: { perBucket: 'all' },
      ...options,
    });
  } finally {
    wire.close();
  }
}

export async function putPolicy(world: World, name: string, ...Statement: object[]): Promise<void> {
  const answer = await world.asRoot(
    'PUT',
    '/rustfs/admin/v3/add-canned-policy',
    { name },
    { Version: '2012-10-17', Statement },
  );
  if (answer.status !== 200) throw new Error(`policy ${name}: ${answer.status} ${answer.body}`);
}

export const allow = (Action: string[], rest: object = { Resource: ['arn:aws:s3:::*'] }) => ({
  Effect: 'Allow',
  Action,
  ...rest,
});

/** Lines for comparison: severity, rule, object, and what was found. */
export const lines = ({ report }: PreflightResult): string[] =>
  report.findings.map(({ severity, rule, object, found }) => `${severity} ${rule} ${object}: ${found}`).sort();

import { lookup } from 'node:dns/promises';
import type { Manifest } from '../../manifest/index.js';
import type { RustFsVersion } from '../../policies/index.js';
import { createAdminClient } from '../client/admin.js';
import { createBucketClient } from '../client/buckets.js';
import { createEventTargetClient } from '../client/event-targets.js';
import { createKmsClient } from '../client/kms.js';
import { ProvisioningError } from '../errors.js';
import { gate } from '../gate.js';
import { observe } from '../observe.js';
import type { Credentials, Wire } from '../wire.js';
import { askServer } from './ask.js';
import { outboundOf } from './checks/server.js';
import { fixFindings } from './fix.js';
import { type JudgeOptions, judge, type Verdict } from './judge.js';
import type { PreflightEstate, PreflightFinding, PreflightReport, Seen, ServerView } from './model.js';
import { type ScanOptions, scanObjects } from './scan-objects.js';

export interface PreflightOptions extends JudgeOptions {
  readonly from: RustFsVersion;
  readonly to: RustFsVersion;
  readonly manifest?: Manifest;
  /** Absent: the manifest alone is looked at. */
  readonly server?: { readonly wire: Wire; readonly root: Credentials };
  /** Environment that RustFS will be started with. */
  readonly environment?: ReadonlyMap<string, string>;
  readonly objects?: ScanOptions;
  /** Fix what can be fixed; replaced policies are noted down in this file. @default - only look */
  readonly fix?: { readonly backup: string; readonly onFixed?: (policy: string) => void };
}

export interface PreflightResult {
  readonly report: PreflightReport;
  /** What was fixed, with what is left to do for it after the change. */
  readonly fixed: readonly PreflightFinding[];
}

async function clockSkew(wire: Wire): Promise<number> {
  const { headers } = await wire.send({ method: 'GET', path: '/health' }, 'anonymous', { retry: false });
  const date = Date.parse(headers.date ?? '');
  return Number.isNaN(date) ? 0 : Math.round(Math.abs(Date.now() - date) / 1000);
}

async function viewServer({ server, manifest, from, objects, to }: PreflightOptions): Promise<ServerView | undefined> {
  if (server === undefined) return undefined;
  const { wire, root } = server;
  const identity = await gate(wire, root);
  if (identity.version !== from)
    throw new ProvisioningError(
      `the server at ${wire.endpoint} is RustFS ${identity.version}, not ${from}: preflight is run against the version before the change`,
    );
  const admin = createAdminClient(wire, root);
  const buckets = createBucketClient(wire, root);
  const [{ estate }, asked, clockSkewSeconds] = await Promise.all([
    observe(manifest ?? { buckets: [] }, {
      ...{ admin, buckets, server: identity },
      targets: createEventTargetClient(wire, root),
      kms: createKmsClient(wire, root),
    }),
    askServer(wire, root),
    clockSkew(wire),
  ]);
  const scanned: Seen<Awaited<ReturnType<typeof scanObjects>>> =
    objects && to === '1.0.1'
      ? { seen: await scanObjects(wire, root, [...estate.buckets.keys()].sort(), objects) }
      : { unseen: 'no object was looked at (--objects)' };
  const { accessKeyId, secretAccessKey } = root;
  const defaultCredentials = [accessKeyId, secretAccessKey].includes('rustfsadmin');
  return { estate, rootAccessKey: accessKeyId, defaultCredentials, clockSkewSeconds, ...asked, objects: scanned };
}

/** What the names that the server connects to resolve to here. */
async function resolveNames(
  of: Pick<PreflightEstate, 'manifest' | 'server'>,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const names = [...new Set(outboundOf(of).map(({ url }) => new URL(url).hostname))];
  const found = await Promise.all(
    names.map(async (name) => {
      const addresses = await lookup(name, { all: true }).catch(() => []);
      return [name, addresses.map(({ address }) => address)] as const;
    }),
  );
  return new Map(found);
}

function lookedAt({ manifest, server, environment }: PreflightEstate): readonly string[] {
  const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`;
  const { estate, objects } = server ?? {};
  return [
    manifest ? `the manifest of stack ${manifest.stack}` : 'no manifest',
    estate
      ? `the server: ${[
          count(estate.policies.size, 'stored polic').replace(
            /polics?$/,
            estate.policies.size === 1 ? 'policy' : 'policies',
          ),
          count(estate.users.size, 'user'),
          count(estate.accessKeys.size, 'access key'),
          count(estate.buckets.size, 'bucket'),
        ].join(', ')}`
      : 'no server',
    objects && 'seen' in objects
      ? `${count(objects.seen.lookedAt, 'object')}${objects.seen.partly.length > 0 ? `, the first ones of ${objects.seen.partly.join(', ')}` : ', all there are'}`
      : 'no object',
    environment ? `${count(environment.size, 'variable')} of the server's environment` : "not the server's environment",
  ];
}

async function read(options: PreflightOptions): Promise<PreflightEstate> {
  const { from, to, manifest, environment } = options;
  const server = await viewServer(options);
  const known = { ...(manifest ? { manifest } : {}), ...(server ? { server } : {}) };
  return { from, to, ...known, ...(environment ? { environment } : {}), addresses: await resolveNames(known) };
}

const withoutRewrite = ({ rewrite: _, ...finding }: Verdict['findings'][number]): PreflightFinding => finding;

/**
 * What changing the version will break for this estate. With `fix`, fixes what can be fixed, and looks again.
 * @throws ProvisioningError if the server is not what the change starts from, or there is nothing to look at
 */
export async function preflight(options: PreflightOptions): Promise<PreflightResult> {
  const { from, to, server, fix } = options;
  if (from === to) throw new ProvisioningError(`--from and --to are both ${from}: nothing changes`);
  if (server === undefined && options.manifest === undefined)
    throw new ProvisioningError('nothing to look at: name a manifest, or let a server be asked');
  let estate = await read(options);
  let verdict: Verdict = judge(estate, options);
  let fixed: readonly PreflightFinding[] = [];
  if (fix && server) {
    const admin = createAdminClient(server.wire, server.root);
    const replaced = await fixFindings(admin, estate, verdict.findings, fix);
    if (replaced.length > 0) {
      fixed = verdict.findings.filter(({ fixable }) => fixable).map(withoutRewrite);
      estate = await read(options);
      verdict = judge(estate, options);
    }
  }
  const findings = verdict.findings.map(withoutRewrite);
  const emulated = estate.server?.estate.emulated ?? false;
  return { report: { from, to, emulated, lookedAt: lookedAt(estate), ...verdict, findings }, fixed };
}

/** Findings that speak against the change, worst first: all but notes and those that were accepted by name. */
export function breaking({ findings }: PreflightReport): PreflightReport['findings'] {
  return findings.filter(({ severity, accepted }) => severity !== 'note' && !accepted);
}

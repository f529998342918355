import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderFleetFiles } from '../../seaweedfs/deploy/index.js';
import { startDevelopmentIssuer } from '../../seaweedfs/development-issuer/issuer.js';
import { localFleet } from '../../seaweedfs/local/local-fleet.js';
import { localize } from '../../seaweedfs/local/localize.js';
import { startRoundRobin } from '../../seaweedfs/local/round-robin.js';
import { type FleetManifest, FOREIGN_BUCKET } from '../../seaweedfs/manifest/index.js';
import { configurationProbe, failoverProbe } from '../../seaweedfs/operations/index.js';
import { openFleet, type ProbeContext, repeatsFor, tokensOfDevelopmentIssuer } from '../../seaweedfs/proof/index.js';
import { readFleetManifest } from '../fleet-manifest.js';

import { untilInterrupted } from '../interrupt.js';
import { createProgress } from '../render/progress.js';
import { synthesize } from '../up/synth.js';
import { fleetExitCode, proveWithProgress } from './fleet-verify.js';

export interface FleetDemoOptions {
  readonly stack: string;
  readonly json?: boolean;
}

const CONFIDENCE = 0.999;
const bin = fileURLToPath(new URL('../../../bin/cdktf-rustfs.js', import.meta.url));

/**
 * `fleet demo`: synthesizes a stack with a fleet, runs that on this machine with stand-ins in the place of `weed s3` and the
 * synthesized balancer, and proves it. Leaves nothing.
 */
export function fleetDemoCommand(options: FleetDemoOptions): Promise<number> {
  return untilInterrupted((signal) => demo(options, signal));
}

async function demo({ stack, json = false }: FleetDemoOptions, signal: AbortSignal): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'cdktf-rustfs-fleet-'));
  const progress = createProgress(json);
  const ends: (() => Promise<void>)[] = [async () => rmSync(directory, { recursive: true, force: true })];
  try {
    const issuer = await startDevelopmentIssuer();
    ends.push(() => issuer.close());
    const manifestFile = await progress.step(`synthesizing stack ${stack}`, async () =>
      join(
        await synthesize(process.cwd(), stack, { SEAWEEDFS_OIDC_ISSUER: issuer.issuer }, 'fleet.json'),
        'fleet.json',
      ),
    );
    signal.throwIfAborted();
    const declared = readFleetManifest(manifestFile);
    const manifest = await here(declared);
    const { configFile } = await renderFleetFiles({ manifest, manifestFile, projectDir: directory });
    const iamConfig = readFileSync(configFile, 'utf8');
    const program = onPath(manifest.balancer.kind);
    const data = join(directory, 'data');
    const fleet = localFleet({
      manifest,
      directory,
      iamConfig: () => iamConfig,
      balancer: program === undefined ? 'none' : program,
      command: (_, port, file) => [
        process.execPath,
        bin,
        'fleet',
        'stand-in',
        '--iam-config',
        file,
        '--port',
        String(port),
        '--data',
        data,
      ],
    });
    ends.push(() => fleet.close());
    await progress.step(`starting ${manifest.gateways.length} stand-ins and ${program ?? 'a balancer'}`, async () => {
      await fleet.startAll();
      if (program !== undefined) return;
      const balancer = await startRoundRobin(
        manifest.gateways.map(({ endpoint }) => endpoint),
        manifest.balancer.listen.port,
      );
      ends.push(() => balancer.close());
    });
    progress.line(
      program === undefined
        ? `${manifest.balancer.kind} is not installed: a tiny round robin of cdktf-rustfs stands in for it, which repeats nothing`
        : `balancer: ${program} with the synthesized configuration`,
    );
    signal.throwIfAborted();
    const open = await openFleet({ manifest, manifestFile, projectDir: directory });
    ends.push(async () => open.close());
    await makeBuckets(open);
    const [clientId = ''] = manifest.providers.find((provider) => provider.issuer === issuer.issuer)?.clientIds ?? [];
    const noFailover = async (context: ProbeContext) =>
      context.skip(
        'clients go on while a gateway is stopped',
        `needs ${manifest.balancer.kind}, which repeats requests`,
      );
    const proof = await proveWithProgress(
      {
        ...open,
        tokens: tokensOfDevelopmentIssuer(issuer.issuer, clientId),
        repeats: repeatsFor(manifest.gateways.length, CONFIDENCE),
        extra: [
          configurationProbe(fleet, configFile),
          program === undefined ? noFailover : failoverProbe(fleet),
          async (context) => context.skip('policies left on the filer', 'stand-ins have no filer'),
        ],
      },
      json,
    );
    return fleetExitCode(proof.findings);
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

/** At free ports, and readable for this user: nothing runs in a container here. */
async function here(manifest: FleetManifest): Promise<FleetManifest> {
  const runAs = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
  return { ...localize(manifest, await freePorts(manifest.gateways.length + 1)), runAs };
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((done) =>
          server.listen(0, '127.0.0.1', () => done((server.address() as AddressInfo).port)),
        ),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

function onPath(program: string): string | undefined {
  const places = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return places.map((place) => resolve(place, program)).find((file) => existsSync(file));
}

async function makeBuckets({
  manifest,
  places,
  admin,
}: Pick<ProbeContext, 'manifest' | 'places' | 'admin'>): Promise<void> {
  for (const bucket of new Set(manifest.probes.map((probe) => probe.bucket))) {
    if (bucket !== FOREIGN_BUCKET) await places[0]?.wire.send({ method: 'PUT', path: `/${bucket}` }, admin);
  }
}

import { resolve } from 'node:path';
import type { FleetManifest } from '../../seaweedfs/manifest/index.js';
import { proofMetrics } from '../../seaweedfs/observability/index.js';
import { configurationProbe, dockerDriver, failoverProbe, filerProbe } from '../../seaweedfs/operations/index.js';
import {
  type FleetProof,
  openFleet,
  type ProbeContext,
  type ProveOptions,
  proveFleet,
  repeatsFor,
  tokenFrom,
  tokensOfDevelopmentIssuer,
} from '../../seaweedfs/proof/index.js';
import { EXIT, UsageError } from '../exit-codes.js';
import { readFleetManifest } from '../fleet-manifest.js';
import { readInputFile } from '../input-file.js';
import { untilInterrupted } from '../interrupt.js';
import { renderFleetProof } from '../render/fleet-proof.js';
import { createProgress } from '../render/progress.js';
import { unixTime, writeTextfile } from '../textfile.js';

export interface FleetObserveOptions {
  readonly manifest: string;
  readonly containers?: boolean;
  readonly filer?: string;
  readonly json?: boolean;
}

export interface FleetVerifyOptions extends FleetObserveOptions {
  readonly webIdentityTokenFile?: string;
  readonly developmentIssuer?: string;
  readonly confidence: number;
  readonly killOne?: boolean;
  readonly textfile?: string;
}

/** `fleet verify`: 0 when the fleet is as declared, 3 when it is not, 1 when it could not be probed. */
export async function fleetVerifyCommand(options: FleetVerifyOptions): Promise<number> {
  const manifest = readFleetManifest(options.manifest);
  const fleet = await openFleet({ manifest, manifestFile: options.manifest });
  try {
    const proof = await proveWithProgress(
      {
        ...fleet,
        tokens: tokensOf(options, manifest),
        repeats: repeatsFor(manifest.gateways.length, options.confidence),
        extra: extraProbes(options, manifest),
      },
      options.json === true,
    );
    if (options.textfile !== undefined) await writeTextfile(options.textfile, proofMetrics(proof, unixTime()));
    return fleetExitCode(proof.findings);
  } finally {
    fleet.close();
  }
}

/** 3 on a contradiction, 1 if all that is wrong is that nobody answered. */
export function fleetExitCode(findings: FleetProof['findings']): number {
  if (findings.some(({ probe }) => probe !== 'unreachable')) return EXIT.contradiction;
  return findings.length > 0 ? EXIT.error : EXIT.ok;
}

/** Runs the proof, shows it, and with `json` prints it as one document. */
export async function proveWithProgress(options: ProveOptions, json: boolean): Promise<FleetProof> {
  if (json) {
    const proof = await untilInterrupted((signal) => proveFleet({ ...options, signal }));
    console.log(JSON.stringify(proof));
    return proof;
  }
  const progress = createProgress(false);
  const proof = await progress.step(`probing fleet ${options.manifest.fleet}`, (update) =>
    untilInterrupted((signal) =>
      proveFleet({
        ...options,
        signal,
        onProgress: (requests, failed) => update(`${requests} requests, ${failed} not answered as expected`),
      }),
    ),
  );
  progress.line(renderFleetProof(proof));
  return proof;
}

/** Probes that need more than the fleet's addresses; those that were not asked for are named as such. */
export function extraProbes(
  { containers, filer, killOne }: FleetObserveOptions & { readonly killOne?: boolean | undefined },
  manifest: FleetManifest,
): ((context: ProbeContext) => Promise<void>)[] {
  const driver = containers || killOne ? dockerDriver(manifest, process.cwd()) : undefined;
  const skip = (what: string, reason: string) => async (context: ProbeContext) => context.skip(what, reason);
  return [
    containers && driver
      ? configurationProbe(driver, resolve(manifest.configFile))
      : skip('configuration of the containers', 'ask for it with --containers'),
    filer
      ? filerProbe(filer)
      : skip('policies left on the filer', 'name a filer that this machine reaches with --filer'),
    ...(killOne === undefined && driver === undefined
      ? [
          skip(
            'clients go on while a gateway is stopped',
            'ask for it with --kill-one: it stops a gateway for a moment',
          ),
        ]
      : []),
    ...(killOne && driver ? [failoverProbe(driver)] : []),
  ];
}

function tokensOf(
  { webIdentityTokenFile, developmentIssuer }: FleetVerifyOptions,
  { providers }: FleetManifest,
): ProbeContext['tokens'] {
  if (developmentIssuer !== undefined) {
    const issuer = developmentIssuer.replace(/\/$/, '');
    const provider = providers.find((one) => one.issuer === issuer);
    const [clientId] = provider?.clientIds ?? [];
    if (clientId !== undefined) return tokensOfDevelopmentIssuer(issuer, clientId);
    const known = providers.flatMap((one) => one.issuer ?? []).join(', ');
    throw new UsageError(`--development-issuer ${issuer} is no provider of the fleet; it has: ${known || 'none'}`);
  }
  const file = webIdentityTokenFile ?? process.env.AWS_WEB_IDENTITY_TOKEN_FILE;
  return file === undefined ? undefined : tokenFrom(readInputFile(file, { what: 'the token file' }), file);
}

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { sha256, stableJson } from '../config/template.js';
import { FLEET_MANIFEST_VERSION, type FleetManifest, fleetManifestSchema } from './schema.js';

/** A fleet manifest or its template can't be used; the message lists every problem. */
export class FleetManifestError extends Error {
  override readonly name = 'FleetManifestError';
}

/** The manifest as text, keys sorted. Its SHA-256 is what triggers the proof. */
export const serializeFleetManifest = (manifest: FleetManifest): string => stableJson(manifest);

/**
 * Reads a fleet manifest's text.
 *
 * @param source shown in messages, such as the file name
 * @throws {FleetManifestError} with every problem
 */
export function parseFleetManifest(text: string, source = 'fleet.json'): FleetManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new FleetManifestError(`${source} is not JSON: write it again with cdktf synth`, { cause });
  }
  const version = (json as { version?: unknown } | null)?.version;
  if (version !== FLEET_MANIFEST_VERSION) {
    throw new FleetManifestError(
      `${source} has version ${JSON.stringify(version) ?? 'none'}, but this cdktf-rustfs reads version ${FLEET_MANIFEST_VERSION}: ` +
        'synthesize and deploy with the same version of cdktf-rustfs',
    );
  }
  const parsed = fleetManifestSchema.safeParse(json);
  if (!parsed.success) {
    throw new FleetManifestError(`${source} is not a fleet manifest:\n${z.prettifyError(parsed.error)}`);
  }
  const problems = referenceProblems(parsed.data);
  if (problems.length > 0) {
    throw new FleetManifestError(`${source} is not a fleet manifest:\n${problems.map((one) => `✖ ${one}`).join('\n')}`);
  }
  return parsed.data;
}

function referenceProblems(manifest: FleetManifest): readonly string[] {
  const gateways = new Set(manifest.gateways.map(({ name }) => name));
  const roles = new Set(manifest.roles.map(({ name }) => name));
  const identities = new Set(manifest.identities.map(({ name }) => name));
  return [
    ...manifest.balancer.direct
      .filter(({ gateway }) => !gateways.has(gateway))
      .map(({ gateway }) => `the balancer has a listener for gateway ${gateway}, which is not declared`),
    ...manifest.probes
      .filter(({ role }) => !roles.has(role))
      .map(({ role }) => `a probe is for role ${role}, which is not declared`),
    ...(identities.has(manifest.probeIdentity)
      ? []
      : [`the proof signs as ${manifest.probeIdentity}, which is not a declared identity`]),
  ];
}

/**
 * The template that a manifest names, as JSON.
 *
 * @param manifestFile path of fleet.json; the template lies beside it
 * @throws {FleetManifestError} if it is not the one that the manifest was written with
 */
export function readTemplate(manifest: FleetManifest, manifestFile: string): unknown {
  const file = join(dirname(manifestFile), manifest.templateFile);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new FleetManifestError(`cannot read ${file} (${code ?? 'unknown error'}): write it again with cdktf synth`, {
      cause,
    });
  }
  if (sha256(text) !== manifest.templateSha256) {
    throw new FleetManifestError(
      `${file} is not the template that fleet.json was written with (its SHA-256 differs): run cdktf synth, and deploy both together`,
    );
  }
  return JSON.parse(text);
}

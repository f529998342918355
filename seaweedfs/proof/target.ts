import { resolve } from 'node:path';
import { ProvisioningError } from '../../provisioning/errors.js';
import { directorySecretStore } from '../../provisioning/secrets/directory-store.js';
import type { SecretStore } from '../../provisioning/secrets/secret-store.js';
import { type Credentials, createWire } from '../../provisioning/wire.js';
import { type FleetManifest, readTemplate } from '../manifest/index.js';
import { parseGoDuration } from '../stand-in/go-json.js';
import type { Place, ProbeContext } from './model.js';

export interface OpenFleet
  extends Pick<ProbeContext, 'manifest' | 'places' | 'admin' | 'identities' | 'tokenDurationMs'> {
  readonly store: SecretStore;
  /** As iam.config says it; `12h` without. */
  readonly maxSessionLength: string;
  close(): void;
}

export interface OpenFleetOptions {
  readonly manifest: FleetManifest;
  /** Its template lies beside it. */
  readonly manifestFile: string;
  /** Where relative paths of the manifest start. @default - the working directory */
  readonly projectDir?: string;
  /** For one request, in milliseconds. @default 15000 */
  readonly timeoutMs?: number;
}

/** Reads the keys of a fleet and opens connections to it. @throws ProvisioningError, SecretStoreError, FleetManifestError */
export async function openFleet(options: OpenFleetOptions): Promise<OpenFleet> {
  const { manifest, manifestFile, projectDir = process.cwd(), timeoutMs } = options;
  const { sts } = readTemplate(manifest, manifestFile) as {
    sts?: { tokenDuration?: string; maxSessionLength?: string };
  };
  const store = directorySecretStore(resolve(projectDir, manifest.secretsDir));
  const identities = new Map<string, Credentials>();
  for (const { name, secret } of manifest.identities) {
    const entry = await store.read(secret);
    if (entry) identities.set(name, entry.current);
  }
  const admin = identities.get(manifest.probeIdentity);
  if (admin === undefined) {
    throw new ProvisioningError(
      `${store.description} has no key of identity ${manifest.probeIdentity}, which the proof signs with: ` +
        'deploy the fleet, or make its secrets with fleet render',
    );
  }
  const open = (endpoint: string) => createWire({ endpoint, ...(timeoutMs !== undefined && { timeoutMs }) });
  const places: readonly Place[] = [
    ...manifest.gateways.map(({ name, endpoint }): Place => ({ name, kind: 'gateway', wire: open(endpoint) })),
    { name: 'balancer', kind: 'balancer', wire: open(manifest.balancer.endpoint) },
  ];
  return {
    manifest,
    places,
    admin,
    identities,
    tokenDurationMs: parseGoDuration(sts?.tokenDuration ?? '1h'),
    maxSessionLength: sts?.maxSessionLength ?? '12h',
    store,
    close: () => {
      for (const { wire } of places) wire.close();
    },
  };
}

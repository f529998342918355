import type { SecretStore } from '../../provisioning/secrets/secret-store.js';
import { generateSigningKey } from '../config/signing-key.js';
import { SIGNING_KEY_ID } from '../deploy/index.js';
import type { FleetManifest } from '../manifest/index.js';
import { FleetOperationError } from './driver.js';
import type { Journal } from './journal.js';

/** What a rotation ends, for people who have to approve it. */
export function rotationNotice({ fleet, gateways }: FleetManifest, maxSessionLength: string): string {
  return [
    `Rotating the signing key of fleet ${fleet} ends every session that exists, on all ${gateways.length} gateways:`,
    `  - each gateway has one key, so sessions of the old key fail with InvalidAccessKeyId as soon as the gateway that they meet has restarted;`,
    '  - until the last gateway has restarted, old and new sessions both fail now and then: clients have to assume their role again',
    `    on InvalidAccessKeyId, and once more if that hits the other kind of gateway;`,
    `  - sessions would have lived up to ${maxSessionLength}, those of static keys up to 12h. Static keys go on without a failed request.`,
  ].join('\n');
}

/**
 * Puts a new signing key into the secret store, the old one beside it as `previous`. After an interruption the key that was
 * written is kept, so that a rotation which is completed ends sessions once.
 *
 * @returns whether a key was made
 */
export async function replaceSigningKey(
  manifest: FleetManifest,
  store: SecretStore,
  journal: Journal,
): Promise<boolean> {
  const name = manifest.signingKey.secret;
  const state = await journal.read();
  const entry = await store.read(name);
  if (entry === undefined) {
    throw new FleetOperationError(
      `${store.description} has no entry ${name}: deploy the fleet first, or run fleet render`,
    );
  }
  const unfinished = state?.operation === 'rotate-signing-key' && state.fingerprint !== '';
  if (unfinished) return false;
  await journal.write({ operation: 'rotate-signing-key', fingerprint: '', done: [] });
  const current = {
    accessKeyId: SIGNING_KEY_ID,
    secretAccessKey: generateSigningKey(),
    createdAt: new Date().toISOString(),
    state: 'active' as const,
  };
  const connection = { endpoint: manifest.balancer.endpoint, region: 'us-east-1' };
  await store.write(name, { current, previous: entry.current }, connection);
  return true;
}

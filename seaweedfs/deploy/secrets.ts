import { generateKeyPair } from '../../provisioning/secrets/generate-key.js';
import { type SecretStore, SecretStoreError, type StoredKey } from '../../provisioning/secrets/secret-store.js';
import type { SecretPlaceholder } from '../config/model.js';
import { placeholders } from '../config/render.js';
import { generateSigningKey, signingKeyProblem } from '../config/signing-key.js';
import type { FleetManifest } from '../manifest/index.js';

/** A signing key has no access key id; the store wants one. */
export const SIGNING_KEY_ID = 'signing-key';

export interface FleetSecrets {
  value(placeholder: SecretPlaceholder): string;
  readonly signingKey: string;
  /** Entries that did not exist and were made. */
  readonly created: readonly string[];
}

/**
 * The secrets of a fleet, from its store. The signing key and the keys of identities are made if they are missing; a
 * password of a directory can't be.
 *
 * @throws {SecretStoreError} with every entry that is missing or can't be used
 */
export async function fleetSecrets(
  manifest: FleetManifest,
  template: unknown,
  store: SecretStore,
): Promise<FleetSecrets> {
  const connection = { endpoint: manifest.balancer.endpoint, region: 'us-east-1' };
  const signingEntry = manifest.signingKey.secret;
  const generated = new Set([signingEntry, ...manifest.identities.map(({ secret }) => secret)]);
  const wanted = [...new Set(placeholders(template).map(({ $secret }) => $secret))].sort();
  const values = new Map<string, StoredKey>();
  const created: string[] = [];
  const problems: string[] = [];
  for (const name of wanted) {
    const entry = await store.read(name);
    if (entry !== undefined) values.set(name, entry.current);
    else if (generated.has(name)) created.push(name);
    else problems.push(`${store.description} has no entry ${name}: write the password into it as secretAccessKey`);
  }
  const signing = values.get(signingEntry);
  const problem = signing && signingKeyProblem(signing.secretAccessKey);
  if (problem?.severity === 'error')
    problems.push(`entry ${signingEntry} of ${store.description}: the key ${problem.rule}`);
  if (problems.length > 0) throw new SecretStoreError(problems.join('\n'));
  for (const name of created) {
    const pair =
      name === signingEntry
        ? { accessKeyId: SIGNING_KEY_ID, secretAccessKey: generateSigningKey() }
        : generateKeyPair();
    const current: StoredKey = { ...pair, createdAt: new Date().toISOString(), state: 'active' };
    await store.write(name, { current }, connection);
    values.set(name, current);
  }
  return {
    value: ({ $secret, field }) => values.get($secret)?.[field] ?? '',
    signingKey: values.get(signingEntry)?.secretAccessKey ?? '',
    created,
  };
}

import { createAdminClient } from '../client/admin.js';
import { ProvisioningError } from '../errors.js';
import { PROVISIONING_PROFILES } from '../profile.js';
import { generateKeyPair } from '../secrets/generate-key.js';
import type { SecretStore } from '../secrets/secret-store.js';
import type { Session } from '../session.js';

/** Gives a user of the manifest another secret. @throws ProvisioningError if there is no such user, or it is switched off */
async function setSecret({ manifest, wire, root }: Session, name: string, secret: string): Promise<void> {
  const user = manifest.users.find((one) => one.name === name);
  if (!user)
    throw new ProvisioningError(
      `user ${name} is not in the manifest: it declares ${manifest.users.map((one) => one.name).join(', ') || 'none'}`,
    );
  const { setUserSecretKey } = PROVISIONING_PROFILES[manifest.server.rustfsVersion];
  const admin = createAdminClient(wire, root);
  const known = (await admin.listUsers())[name];
  if (!known) throw new ProvisioningError(`user ${name} is not on the server yet: run apply`);
  if (known.status !== 'enabled')
    throw new ProvisioningError(
      `user ${name} is switched off on the server: switch it on in the manifest and run apply`,
    );
  // beta.7 has no call for it: writing the user again changes the secret and keeps policies and memberships.
  await (setUserSecretKey ? admin.setUserSecret(name, secret) : admin.createUser(name, secret));
}

/**
 * Gives a user a secret of its own and keeps it in the store, so that sessions can be had for it (AssumeRole). A second call
 * replaces the secret; on 1.0.1 that ends the sessions that are open. Access keys stay as they are.
 */
export async function enrolUser(session: Session, users: SecretStore, name: string): Promise<void> {
  const { wire } = session;
  const { secretAccessKey } = generateKeyPair();
  const key = { accessKeyId: name, secretAccessKey, createdAt: new Date().toISOString() };
  const { connection } = wire;
  // Written first: whoever is interrupted in between finds a pending entry and enrols again.
  await users.write(name, { current: { ...key, state: 'pending' } }, connection);
  await setSecret(session, name, secretAccessKey);
  await users.write(name, { current: { ...key, state: 'active' } }, connection);
}

/** Takes the secret away again: nobody can sign in as the user until it is enrolled anew. */
export async function withdrawUser(session: Session, users: SecretStore, name: string): Promise<void> {
  await setSecret(session, name, generateKeyPair().secretAccessKey);
  await users.remove(name);
}

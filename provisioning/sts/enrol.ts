import { createAdminClient } from '../client/admin.js';
import { ProvisioningError, RustFsError } from '../errors.js';
import { PROVISIONING_PROFILES } from '../profile.js';
import { generateKeyPair } from '../secrets/generate-key.js';
import type { SecretStore } from '../secrets/secret-store.js';
import type { Session } from '../session.js';
import { assumeRole } from './sign-in.js';

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

/** Does the server give sessions for the secret that is kept? */
async function isEnrolled({ wire }: Session, users: SecretStore, name: string): Promise<boolean> {
  const key = (await users.read(name))?.current;
  if (key?.state !== 'active') return false;
  return assumeRole(wire, key).then(
    () => true,
    (error: unknown) => {
      if (error instanceof RustFsError && /^(InvalidAccessKeyId|SignatureDoesNotMatch)$/.test(error.code)) return false;
      throw error;
    },
  );
}

/**
 * Enrols every user that the manifest declares sessions for and that cannot sign in yet. Others are left alone, so that open
 * sessions go on.
 * @returns names of those that were enrolled
 */
export async function enrolDeclared(session: Session, users: SecretStore): Promise<readonly string[]> {
  const enrolled: string[] = [];
  for (const { user } of session.manifest.sessions ?? []) {
    if (await isEnrolled(session, users, user)) continue;
    await enrolUser(session, users, user);
    enrolled.push(user);
  }
  return enrolled;
}

/**
 * Gives a user the secret that somebody else keeps, such as a gateway that hands its sessions out. On 1.0.1 a secret that changes
 * ends the sessions that are open.
 * @throws ProvisioningError if RustFS could not take it
 */
export async function enrolWithSecret(session: Session, name: string, secret: string): Promise<void> {
  if (!/^[\x21-\x7e]{8,40}$/.test(secret))
    throw new ProvisioningError(
      `the secret for ${name} has ${secret.length} characters: RustFS takes 8 to 40 without blanks`,
    );
  await setSecret(session, name, secret);
}

/** Takes the secret away again: nobody can sign in as the user until it is enrolled anew. */
export async function withdrawUser(session: Session, users: SecretStore, name: string): Promise<void> {
  await setSecret(session, name, generateKeyPair().secretAccessKey);
  await users.remove(name);
}

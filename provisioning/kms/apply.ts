import { randomBytes } from 'node:crypto';
import type { Manifest, ManifestKms } from '../../manifest/index.js';
import type { ApplyContext } from '../apply/context.js';
import { refusal } from '../client/response.js';
import { ProvisioningError } from '../errors.js';
import type { Change } from '../plan/model.js';
import type { WireRequest, WireResponse } from '../wire.js';
import { configurationOf } from './backend.js';
import { currentKey } from './generations.js';
import { PROBE_BUCKET, removeProbeBucket, undisturbed } from './probe-bucket.js';
import { backendSecret } from './secret.js';

function declaredKms({ kms }: Manifest): ManifestKms {
  if (kms === undefined) throw new Error('the plan changes a KMS, which the manifest does not have');
  return kms;
}

/** Configures, starts, and then asks: RustFS also says yes to what does not work (recorded: 10-kms). */
export async function applyKms(
  context: Pick<ApplyContext, 'kms' | 'manifest' | 'store' | 'connection' | 'profile'>,
): Promise<void> {
  const { kms: client, manifest, store, connection, profile } = context;
  const kms = declaredKms(manifest);
  const before = await client.state();
  const secret = await backendSecret(kms, before, { store, connection, masterKeyOnce: profile.kmsMasterKeyOnce });
  const body = {
    ...configurationOf(kms.backend, secret),
    default_key_id: currentKey(kms.defaultKey, before.keys, before.defaultKey),
  };
  if (before.status === 'Running') {
    await client.reconfigure(body);
  } else {
    await client.configure(body);
    await client.start();
  }
  const { status, healthy, error = '' } = await client.state();
  if (status === 'Running' && healthy) return;
  const seen = healthy === false ? 'its backend does not answer' : `its status is ${status} ${error}`.trim();
  throw new ProvisioningError(`the KMS was started, but ${seen}: ${remedy(kms)}; then run apply again`);
}

function remedy({ backend }: ManifestKms): string {
  if (backend.type === 'local') return `see that RustFS may write to ${backend.keyDirectory}, and look at its log`;
  const engine =
    backend.type === 'vault-transit'
      ? `that its transit engine is enabled at ${backend.mount}`
      : `that its KV version 2 engine is enabled at ${backend.kvMount}`;
  return `see that Vault at ${backend.address} can be reached from the server, ${engine}, and that the ${backend.auth.method === 'token' ? 'token' : 'AppRole'} may use it`;
}

/** Never creates a key that exists, which on beta.7 replaces it and with it loses every object (recorded: 12-kms-first). */
export async function applyKmsKey({ kms: client }: ApplyContext, { action, name, reason }: Change): Promise<void> {
  if (action === 'create') {
    if (!(await client.hasKey(name))) await client.createKey(name);
  } else if (reason === 'it is disabled') await client.enableKey(name);
  else await client.cancelDeletion(name);
}

/** Writes an object encrypted with the default key, reads it back, and removes it with its bucket. */
export async function applyKmsProbe({ wire, root, kms: client, buckets, manifest }: ApplyContext): Promise<void> {
  const kms = declaredKms(manifest);
  const { keys } = await client.state();
  const key = currentKey(kms.defaultKey, keys);
  const content = randomBytes(16).toString('hex');
  const path = `/${PROBE_BUCKET}/probe-${randomBytes(6).toString('hex')}`;
  const headers = { 'x-amz-server-side-encryption': 'aws:kms', 'x-amz-server-side-encryption-aws-kms-key-id': key };
  const put: WireRequest = { method: 'PUT', path, headers, body: content };
  const read = await undisturbed(async () => {
    await buckets.create(PROBE_BUCKET, false);
    const written = await wire.send(put, root);
    if (written.status === 404) return { result: written, gone: true };
    if (written.status !== 200) throw refusal(put, written);
    const result = await wire.send({ method: 'GET', path }, root, { retry: false });
    await removeProbeBucket({ wire, root });
    return { result, gone: result.status === 404 };
  });
  if (read.status === 200 && read.body.toString('utf8') === content) return;
  throw unreadable(manifest, key, read);
}

function unreadable({ server, stack }: Manifest, key: string, { status, body }: WireResponse): ProvisioningError {
  const said = /<Message>([^<]*)/.exec(body.toString('utf8'))?.[1];
  const answer = status === 200 ? 'other content' : `HTTP ${status}${said ? ` ${said}` : ''}`;
  const what = `an object that was encrypted with KMS key ${key} cannot be read back (${answer})`;
  if (server.rustfsVersion === '1.0.1') return new ProvisioningError(`${what}: look at the log of RustFS`);
  const how = server.target === 'docker' ? ` (docker restart ${stack}-${server.id})` : '';
  return new ProvisioningError(
    `${what}: something was encrypted before the KMS ran, and RustFS ${server.rustfsVersion} then keeps to its own key until it is restarted; restart RustFS${how}, then run apply again, which continues here`,
  );
}

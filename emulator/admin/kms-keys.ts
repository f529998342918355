import type { EmulatorResponse } from '../context.js';
import { notImplemented } from '../errors.js';
import type { Kms, KmsKey } from '../kms/service.js';
import { defaultEncryptionOf } from '../s3/bucket-config/settings.js';
import { requireAny } from './authorize.js';
import type { AdminCall, AdminHandler } from './call.js';

function json(status: number, value: object): EmulatorResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

const refused = (status: number, message: string, rest: object) => json(status, { success: false, message, ...rest });

/** Times as RustFS prints them: with their time zone. */
const zoned = (iso: string) => iso.replace(/\.(\d{3})Z$/, '.$1000000+00:00[Etc/UTC]');

function describe({ id, state, description, created, deletion, tags }: KmsKey, origin = 'KMS'): object {
  return {
    key_id: id,
    key_state: state,
    key_usage: 'EncryptDecrypt',
    description,
    creation_date: zoned(created),
    deletion_date: deletion === undefined ? null : zoned(deletion),
    origin,
    key_manager: 'CUSTOMER',
    tags,
  };
}

interface Fields {
  readonly key_id?: string;
  readonly description?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly pending_window_in_days?: number;
  readonly force_immediate?: boolean;
}

function fieldsOf({ body }: AdminCall): Fields {
  try {
    return JSON.parse(body.toString('utf8')) as Fields;
  } catch {
    throw notImplemented('the answer to a body that is not JSON is not emulated');
  }
}

const NO_KEY = { key_id: '', key_metadata: null };
const DAY_MS = 86_400_000;

export const createKey: AdminHandler = async (call) => {
  const { kms } = call.context;
  requireAny(call, kms.profile.actions.create);
  if (!kms.running) return refused(503, kms.profile.words.notRunning, NO_KEY);
  const { description = null, tags = {} } = fieldsOf(call);
  const { name } = tags;
  if (name === undefined) throw notImplemented('keys without tags.name are not emulated');
  const failure = 'failed to create key';
  if (kms.profile.checksConfiguration) {
    if (name.trim() === '') {
      return refused(400, `${failure}: Validation error: key name must not be empty or whitespace`, NO_KEY);
    }
    if (/[/\\\0]/.test(name)) {
      const why = `Invalid key: key identifier must not contain path separators or NUL: ${JSON.stringify(name)}`;
      return refused(400, `${failure}: ${why}`, NO_KEY);
    }
  }
  if (kms.key(name) && !kms.profile.overwritesKeys) {
    return refused(409, `${failure}: Key already exists: ${name}`, NO_KEY);
  }
  const key = await kms.create(name, description, tags);
  return json(200, {
    success: true,
    message: kms.profile.words.created,
    key_id: name,
    key_metadata: describe(key),
  });
};

const LIST_STATES = { Enabled: 'Active', Disabled: 'Disabled', PendingDeletion: 'PendingDeletion' } as const;

export const listKeys: AdminHandler = (call) => {
  const { kms } = call.context;
  requireAny(call, kms.profile.actions.list);
  const end = { truncated: false, next_marker: null };
  if (!kms.running) return refused(503, kms.profile.words.notRunning, { keys: [], ...end });
  if (call.request.query.has('marker')) throw notImplemented('pages of keys are not emulated');
  const tagged = kms.profile.tellsImpact;
  const keys = kms.keys().map(({ id, description, state, created, tags }) => ({
    key_id: id,
    description,
    algorithm: 'AES_256',
    usage: 'EncryptDecrypt',
    status: LIST_STATES[state],
    version: 1,
    metadata: tagged ? tags : {},
    tags: tagged ? tags : {},
    created_at: zoned(created),
    rotated_at: null,
    created_by: 'local-kms',
    ...(tagged && { rotation_due: false, rotation_due_reason: 'unsupported' }),
  }));
  return json(200, { success: true, message: kms.profile.words.listed, keys, ...end });
};

export const describeKey: AdminHandler = (call) => {
  const { kms } = call.context;
  requireAny(call, kms.profile.actions.describe);
  const id = call.params.key ?? '';
  const impact = kms.profile.tellsImpact && { impact: null };
  if (!kms.running) return refused(503, kms.profile.words.notRunning, { key_metadata: null, ...impact });
  const key = kms.key(id);
  if (key === undefined) {
    return refused(404, `Failed to describe key: Key not found: ${id}`, { key_metadata: null, ...impact });
  }
  return json(200, {
    success: true,
    message: 'Key described successfully',
    key_metadata: describe(key),
    ...impact,
  });
};

export const deleteKey: AdminHandler = async (call) => {
  const { kms } = call.context;
  requireAny(call, kms.profile.actions.delete);
  const { key_id: id = '', pending_window_in_days: days = 30, force_immediate: immediate } = fieldsOf(call);
  const unknownImpact = kms.profile.tellsImpact && { impact: null };
  if (!kms.running) {
    return refused(503, kms.profile.words.notRunning, { key_id: id, deletion_date: null, ...unknownImpact });
  }
  if (immediate) throw notImplemented('immediate deletion of keys is not emulated');
  const key = kms.key(id);
  const impact = kms.profile.tellsImpact && { impact: impactOf(call, id) };
  if (key === undefined) {
    const message = `Failed to delete key: Key not found: Key ${id} not found`;
    return refused(404, message, { key_id: id, deletion_date: null, ...impact });
  }
  const deletion = new Date(call.request.time.getTime() + days * DAY_MS).toISOString();
  await kms.put({ ...key, state: 'PendingDeletion', deletion });
  const message = kms.profile.words.deleted;
  return json(200, { success: true, message, key_id: id, deletion_date: zoned(deletion), ...impact });
};

/** What uses a key, as a running 1.0.1 tells it of a default key. */
function impactOf({ context: { buckets, kms } }: AdminCall, id: string): object {
  if ([...buckets.values()].some((bucket) => defaultEncryptionOf(bucket)?.kmsKeyId === id)) {
    throw notImplemented('the deletion of a key that a bucket uses is not emulated');
  }
  const detail = 'the KMS service is configured to use this key as its default key';
  return {
    key_id: id,
    completeness: 'exact',
    coverage: {
      scanned: ['bucket-default-encryption', 'service-default-key'],
      not_scanned: ['object-envelopes', 'in-progress-multipart-uploads'],
    },
    references: kms.config?.defaultKeyId === id ? [{ kind: 'service-default-key', id, detail }] : [],
  };
}

export const cancelDeletion: AdminHandler = async (call) => {
  const { kms } = call.context;
  requireAny(call, kms.profile.actions.delete);
  const { key_id: id = '' } = fieldsOf(call);
  const nothing = { key_id: id, key_metadata: null };
  if (!kms.running) return refused(503, kms.profile.words.notRunning, nothing);
  const key = kms.key(id);
  if (key?.state !== 'PendingDeletion') {
    const why = `Invalid operation: Key ${id} is not pending deletion`;
    return refused(500, `Failed to cancel key deletion: ${why}`, nothing);
  }
  const { deletion: _, ...kept } = key;
  const restored: KmsKey = { ...kept, state: 'Enabled' };
  await kms.put(restored);
  const shown = kms.profile.tellsImpact ? restored : { ...restored, tags: {} };
  return json(200, {
    success: true,
    message: kms.profile.words.cancelled,
    key_id: id,
    key_metadata: describe(shown, 'AWS_KMS'),
  });
};

export const enableKey: AdminHandler = (call) => switchKey(call, 'Enabled');
export const disableKey: AdminHandler = (call) => switchKey(call, 'Disabled');

async function switchKey(call: AdminCall, state: 'Enabled' | 'Disabled'): Promise<EmulatorResponse> {
  const kms: Kms = call.context.kms;
  if (!kms.profile.keySwitches) throw notImplemented();
  const [action, word] = state === 'Enabled' ? ['kms:EnableKey', 'enabled'] : ['kms:DisableKey', 'disabled'];
  requireAny(call, action);
  const key = kms.key(fieldsOf(call).key_id ?? '');
  if (!kms.running || key === undefined) throw notImplemented('switching keys that are not there is not emulated');
  const switched: KmsKey = { ...key, state };
  await kms.put(switched);
  const message = `key ${word} successfully`;
  return json(200, { success: true, message, key_id: key.id, key_metadata: describe(switched) });
}

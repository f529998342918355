import { isTimestamp } from './entry-rules.js';
import { SecretStoreError, type StoredKey, type StoreEntry, UNKNOWN_CREATION } from './secret-store.js';

/**
 * Entries as flat variables, `<component>_s3_access_key` and `<component>_s3_secret_key`, for stores that keep many in
 * one file (SOPS) or environment. "-" in a name becomes "_". Besides these two there may be, per entry:
 *
 * - `<component>_s3_key_created_at`: ISO 8601;
 * - `<component>_s3_next_access_key`, `…_next_secret_key`, `…_next_key_created_at`: a key that isn't published yet;
 * - `<component>_s3_previous_access_key` …: the key that drains after a rotation;
 * - `<component>_s3_key_name`: the entry's name, only if it can't be told from the variable (it has "_" or capitals).
 */
const SLOTS = { current: '', next: 'next_', previous: 'previous_' } as const;
type Slot = keyof typeof SLOTS;
const SLOT_NAMES = ['current', 'next', 'previous'] as const;

export interface VariableReader {
  /** Decrypted value; `undefined` if there is no such variable. */
  readonly get: (variable: string) => string | undefined;
  /** For messages: `cluster.yaml`. */
  readonly source: string;
}

function prefixOf(name: string): string {
  return name.replaceAll('-', '_');
}

/** The name that a variable stands for if `…_s3_key_name` doesn't say otherwise. */
function defaultName(prefix: string): string {
  return prefix.toLowerCase().replaceAll('_', '-');
}

function slotVariables(name: string, slot: Slot): { id: string; secret: string; createdAt: string } {
  const start = `${prefixOf(name)}_s3_${SLOTS[slot]}`;
  return { id: `${start}access_key`, secret: `${start}secret_key`, createdAt: `${start}key_created_at` };
}

function nameVariable(name: string): string {
  return `${prefixOf(name)}_s3_key_name`;
}

/** Every variable that {@link entryToVariables} may ever set for this entry. */
export function variablesOf(name: string): string[] {
  return [...SLOT_NAMES.flatMap((slot) => Object.values(slotVariables(name, slot))), nameVariable(name)];
}

/** Those of {@link variablesOf} that must never be readable. */
export function secretVariablesOf(name: string): string[] {
  return SLOT_NAMES.map((slot) => slotVariables(name, slot).secret);
}

/** The variables of an entry. A pending first key is only `next`: nothing is published. */
export function entryToVariables(name: string, entry: StoreEntry): Map<string, string> {
  const variables = new Map<string, string>();
  const set = (slot: Slot, key: StoredKey | undefined) => {
    if (key === undefined) return;
    const { id, secret, createdAt } = slotVariables(name, slot);
    variables.set(id, key.accessKeyId).set(secret, key.secretAccessKey).set(createdAt, key.createdAt);
  };
  set(entry.current.state === 'pending' ? 'next' : 'current', entry.current);
  set('next', entry.next);
  set('previous', entry.previous);
  if (defaultName(prefixOf(name)) !== name) variables.set(nameVariable(name), name);
  return variables;
}

/**
 * @throws {SecretStoreError} if the variables are no whole entry, or belong to an entry of another name that is written
 * alike (`a-b` and `a_b`).
 */
export function entryFromVariables(name: string, variables: VariableReader): StoreEntry | undefined {
  const current = readSlot(name, 'current', variables);
  const next = readSlot(name, 'next', variables);
  const previous = readSlot(name, 'previous', variables);
  if (current === undefined && previous !== undefined) {
    const { id, secret } = slotVariables(name, 'current');
    throw new SecretStoreError(
      `${variables.source}: ${name} has a previous key but no current one: restore ${id} and ${secret}`,
    );
  }
  const first = current ?? next;
  if (first === undefined) return undefined;
  checkOwner(name, variables, first);
  return { current: first, ...(current && next && { next }), ...(previous && { previous }) };
}

function readSlot(name: string, slot: Slot, { get, source }: VariableReader): StoredKey | undefined {
  const { id, secret, createdAt } = slotVariables(name, slot);
  const accessKeyId = get(id);
  const secretAccessKey = get(secret);
  if (!accessKeyId && !secretAccessKey) return undefined;
  if (!accessKeyId || !secretAccessKey) {
    throw new SecretStoreError(
      `${source} has ${accessKeyId ? id : secret} but no ${accessKeyId ? secret : id}: it is half-written; add the missing one, or delete both to have the key replaced`,
    );
  }
  const created = get(createdAt) ?? UNKNOWN_CREATION;
  if (!isTimestamp(created)) {
    throw new SecretStoreError(
      `${source}: ${createdAt} is not ISO 8601 in UTC, such as 2026-01-14T10:00:00.000Z: correct it, or delete it if the date is unknown`,
    );
  }
  return { accessKeyId, secretAccessKey, createdAt: created, state: slot === 'next' ? 'pending' : 'active' };
}

function checkOwner(name: string, { get, source }: VariableReader, key: StoredKey): void {
  const writtenByHand = key.createdAt === UNKNOWN_CREATION;
  const owner = get(nameVariable(name)) ?? (writtenByHand ? name : defaultName(prefixOf(name)));
  if (owner === name) return;
  throw new SecretStoreError(
    `${source}: ${slotVariables(name, 'current').id} belongs to ${owner}, and ${name} would be written alike: rename one of them`,
  );
}

/** Names of the entries among these variables (`langfuse_s3_access_key` or `LANGFUSE_S3_ACCESS_KEY`), sorted. */
export function namesAmong(variables: Iterable<string>, get: VariableReader['get']): string[] {
  const names = new Set<string>();
  for (const variable of variables) {
    const match = /^([A-Za-z]\w*)(?:_s3_(?:next_)?access_key|_S3_(?:NEXT_)?ACCESS_KEY)$/.exec(variable);
    if (match?.[1] !== undefined) names.add(get(`${match[1]}_s3_key_name`) ?? defaultName(match[1]));
  }
  return [...names].sort();
}

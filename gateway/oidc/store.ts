import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider';
import { readState, writeState } from './state-file.js';

interface StoredRecord {
  readonly model: string;
  readonly id: string;
  payload: AdapterPayload;
  /** Unix time in seconds. @default never */
  readonly expiresAt?: number;
}

/** Most records of a kind: who is not signed in can have them made, so the oldest give way. */
const MOST = 20_000;

/** What the provider remembers: in memory, and in a file for each record so that it outlives the process. */
export interface OidcStore {
  readonly adapter: AdapterFactory;
}

/**
 * @param directory without one, everything ends with the process
 * @throws GatewayConfigError if the directory cannot be read
 */
export function createStore(directory: string | undefined, now: () => number): OidcStore {
  const models = new Map<string, Map<string, StoredRecord>>();
  const recordsOf = (model: string) => {
    const known = models.get(model) ?? new Map<string, StoredRecord>();
    models.set(model, known);
    return known;
  };
  const pathOf = ({ model, id }: Pick<StoredRecord, 'model' | 'id'>) =>
    join(directory ?? '', `${createHash('sha256').update(`${model}\0${id}`).digest('hex')}.json`);
  const isOver = ({ expiresAt }: StoredRecord) => expiresAt !== undefined && expiresAt <= now();
  const forget = (record: StoredRecord) => {
    recordsOf(record.model).delete(record.id);
    if (directory !== undefined) rmSync(pathOf(record), { force: true });
  };
  const keep = (record: StoredRecord) => {
    const records = recordsOf(record.model);
    records.delete(record.id); // a Map keeps the order of insertion: the first is the oldest
    records.set(record.id, record);
    if (directory !== undefined) writeState(pathOf(record), record);
    for (const oldest of records.values()) {
      if (records.size <= MOST && !isOver(oldest)) break;
      forget(oldest);
    }
  };

  if (directory !== undefined) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(directory)) {
      const record = name.endsWith('.json') ? readState<StoredRecord>(join(directory, name)) : undefined;
      if (record === undefined || isOver(record)) rmSync(join(directory, name), { force: true });
      else recordsOf(record.model).set(record.id, record);
    }
  }

  const adapter = (model: string): Adapter => {
    const find = (id: string) => {
      const record = recordsOf(model).get(id);
      if (record === undefined || !isOver(record)) return record;
      forget(record);
      return undefined;
    };
    const search = (matches: (payload: AdapterPayload) => boolean) =>
      [...recordsOf(model).values()].find((record) => matches(record.payload) && !isOver(record))?.payload;
    return {
      async upsert(id, payload, expiresIn) {
        keep({ model, id, payload, ...(expiresIn === undefined ? {} : { expiresAt: now() + expiresIn }) });
      },
      find: async (id) => find(id)?.payload,
      findByUid: async (uid) => search((payload) => payload.uid === uid),
      findByUserCode: async (userCode) => search((payload) => payload.userCode === userCode),
      async consume(id) {
        const record = find(id);
        if (record) keep({ ...record, payload: { ...record.payload, consumed: now() } });
      },
      async destroy(id) {
        const record = find(id);
        if (record) forget(record);
      },
      async revokeByGrantId(grantId) {
        for (const record of [...recordsOf(model).values()]) if (record.payload.grantId === grantId) forget(record);
      },
    };
  };
  return { adapter };
}

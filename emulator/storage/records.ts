/** Values by kind and key. */
export interface Records {
  of(kind: string): ReadonlyMap<string, unknown>;
  /** Stores a JSON value, or forgets it when `undefined`; resolves once the change is durable. */
  put(kind: string, key: string, value: unknown): Promise<void>;
  close(): Promise<void>;
}

/** Values by kind in memory. */
export class RecordMap {
  private readonly kinds = new Map<string, Map<string, unknown>>();

  of(kind: string): ReadonlyMap<string, unknown> {
    return this.kinds.get(kind) ?? new Map();
  }

  set(kind: string, key: string, value: unknown): void {
    const records = this.kinds.get(kind);
    if (value === undefined) records?.delete(key);
    else if (records === undefined) this.kinds.set(kind, new Map([[key, value]]));
    else records.set(key, value);
  }

  *entries(): Generator<readonly [kind: string, key: string, value: unknown]> {
    for (const [kind, records] of this.kinds) for (const [key, value] of records) yield [kind, key, value];
  }
}

/** Records that end with the process. */
export function memoryRecords(): Records {
  const map = new RecordMap();
  return {
    of: (kind) => map.of(kind),
    put: (kind, key, value) => {
      map.set(kind, key, value);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

import type { Manifest } from '../../manifest/index.js';
import type { SecretStore, StoredKey } from '../../provisioning/index.js';
import type { ReportKey } from '../../report/index.js';

/** As `UNKNOWN_CREATION` of the secret stores: nobody recorded it. */
const EPOCH = 0;

function dated({ createdAt }: StoredKey): Pick<ReportKey, 'createdAt'> {
  const time = Date.parse(createdAt);
  return Number.isNaN(time) || time === EPOCH ? {} : { createdAt: new Date(time).toISOString() };
}

/** What the secret store knows about the age of each declared key; the secrets stay where they are. */
export async function keyAges(manifest: Manifest, store: SecretStore): Promise<readonly Omit<ReportKey, 'ageDays'>[]> {
  const entries = await Promise.all(
    manifest.accessKeys.map(async ({ name, user }) => ({ name, user, entry: await store.read(name) })),
  );
  return entries.flatMap(({ name, user, entry }): Omit<ReportKey, 'ageDays'>[] => {
    if (!entry) return [{ name, user, state: 'not-stored' }];
    const { current, next, previous } = entry;
    return [
      { name, user, state: current.state, ...dated(current) },
      ...(previous ? [{ name, user, state: 'draining' as const, ...dated(previous) }] : []),
      ...(next ? [{ name, user, state: 'pending' as const, ...dated(next) }] : []),
    ];
  });
}

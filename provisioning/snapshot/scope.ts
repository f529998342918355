import type { Manifest } from '../../manifest/index.js';
import type { Change, Plan } from '../plan/model.js';
import type { Contents } from './contents.js';

/** The object that a change is about, as `kind name`. */
function subjectOf({ kind, name }: Pick<Change, 'kind' | 'name'>): string {
  if (kind === 'membership') return `group ${name.slice(0, name.lastIndexOf('/'))}`;
  return `${kind.startsWith('bucket') || kind === 'access-key' ? kind : kind.split('-')[0]} ${name}`;
}

/**
 * Of a restore, only what an apply had changed: whatever others changed meanwhile stays. Access keys are matched by parent
 * and name, as the plan knows them, the restore by their ids.
 */
export function withinApplied(restore: Plan, applied: Plan, manifest: Manifest, now: Contents, past: Contents): Plan {
  const subjects = new Set(applied.changes.map(subjectOf));
  const keys = manifest.accessKeys.filter(({ name }) => subjects.has(`access-key ${name}`));
  const isOurs = (id: string) =>
    [now, past].some(({ iam }) => {
      const key = iam.accessKeys[id];
      return key !== undefined && keys.some(({ name, user }) => key.name === name && key.parent === user);
    });
  const concerns = ({ kind, name }: Pick<Change, 'kind' | 'name'>) => {
    if (kind === 'access-key') return isOurs(name);
    // A bucket that apply created brings all its settings.
    if (kind === 'bucket-config' && subjects.has(`bucket ${name.split('/')[0]}`)) return true;
    return subjects.has(subjectOf({ kind, name }));
  };
  return { changes: restore.changes.filter(concerns), blocked: restore.blocked.filter(concerns), unmanaged: [] };
}

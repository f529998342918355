import { EVENT_TARGET_FIELDS, eventTargetName, type Manifest, type ManifestEventTarget } from '../../manifest/index.js';
import type { EventPurpose } from '../client/event-targets.js';
import type { ObservedEvents, ObservedEventTarget } from '../events/observe.js';
import type { Blocked, Change, Unmanaged } from './model.js';

interface Result {
  readonly changes: Change[];
  readonly blocked: Blocked[];
  readonly unmanaged: Unmanaged[];
}

const PURPOSES: readonly EventPurpose[] = ['notify', 'audit'];

/** Never shown, never compared. */
const HIDDEN = '(secret)';

/** What the target should be stored as, secrets by their presence alone. */
function wantedSettings({ settings, secrets }: ManifestEventTarget): Readonly<Record<string, string>> {
  return { ...settings, ...Object.fromEntries(Object.keys(secrets).map((field) => [field, HIDDEN])) };
}

function actualSettings({ type }: ManifestEventTarget, stored: Readonly<Record<string, string>>) {
  const { secret } = EVENT_TARGET_FIELDS[type];
  const shown = Object.entries(stored).filter(
    ([key, value]) => key !== 'enable' && key !== 'comment' && !(secret.includes(key) && value === ''),
  );
  return Object.fromEntries(shown.map(([key, value]) => [key, secret.includes(key) ? HIDDEN : value]));
}

function differences(wanted: Readonly<Record<string, string>>, actual: Readonly<Record<string, string>>): string[] {
  const keys = [...new Set([...Object.keys(wanted), ...Object.keys(actual)])].sort();
  return keys
    .filter((key) => wanted[key] !== actual[key])
    .flatMap((key) => [
      ...(actual[key] === undefined ? [] : [`- ${key}=${actual[key]}`]),
      ...(wanted[key] === undefined ? [] : [`+ ${key}=${wanted[key]}`]),
    ]);
}

function planManaged(
  target: ManifestEventTarget,
  observed: ObservedEventTarget | undefined,
  resendSecrets: boolean,
): Change | Blocked | undefined {
  const name = eventTargetName(target);
  if (observed?.fromEnvironment)
    return {
      kind: 'event-target',
      name,
      reason: "the server's environment sets it, and RustFS refuses to change that through its API",
      wayOut: "declare it with managedBy: 'environment', or take its variables away and restart the server",
    };
  const wanted = wantedSettings(target);
  if (observed === undefined)
    return {
      action: 'create',
      kind: 'event-target',
      name,
      reason: 'it does not exist',
      details: differences(wanted, {}),
    };
  const details = observed.settings === undefined ? [] : differences(wanted, actualSettings(target, observed.settings));
  if (details.length > 0) return { action: 'update', kind: 'event-target', name, reason: 'it differs', details };
  if (!resendSecrets || Object.keys(target.secrets).length === 0) return undefined;
  const reason = 'the server does not show its secrets, so they are sent again';
  return { action: 'update', kind: 'event-target', name, reason, details: [] };
}

/** A target that whoever starts the server has to set. */
function planForeign(target: ManifestEventTarget, { targets, unreadable }: ObservedEvents): Blocked | undefined {
  const name = eventTargetName(target);
  if (unreadable[target.purpose] !== undefined || targets.has(name)) return undefined;
  const variable = `RUSTFS_${target.purpose}_${target.type}_ENABLE_${target.id}`.toUpperCase();
  return {
    kind: 'event-target',
    name,
    reason: 'the server does not have it, although its environment should set it',
    wayOut: `start the server with ${variable}=on and the settings of the target`,
  };
}

/** Targets and switches; `undefined` observed: the manifest has nothing to do with events, so the server was not asked. */
export function planEventTargets(
  { eventTargets = [] }: Manifest,
  events: ObservedEvents | undefined,
  resendSecrets: boolean,
): Result {
  const result: Result = { changes: [], blocked: [], unmanaged: [] };
  if (events === undefined) return result;
  for (const purpose of PURPOSES) {
    if (!eventTargets.some((target) => target.purpose === purpose)) continue;
    const { enabled, source } = events.modules[purpose];
    if (enabled) continue;
    const name = purpose;
    const managed = eventTargets.some((target) => target.purpose === purpose && target.managedBy === 'api');
    if (source === 'env' || !managed)
      result.blocked.push({
        kind: 'event-module',
        name,
        reason: `the server's environment ${source === 'env' ? 'switches it off' : 'does not switch it on'}`,
        wayOut: `start the server with RUSTFS_${purpose.toUpperCase()}_ENABLE=true`,
      });
    else
      result.changes.push({ action: 'update', kind: 'event-module', name, reason: 'it is switched off', details: [] });
  }
  for (const target of eventTargets) {
    const found =
      target.managedBy === 'api'
        ? planManaged(target, events.targets.get(eventTargetName(target)), resendSecrets)
        : planForeign(target, events);
    if (found === undefined) continue;
    if ('wayOut' in found) result.blocked.push(found);
    else result.changes.push(found);
  }
  const declared = new Set(eventTargets.map(eventTargetName));
  for (const name of events.targets.keys())
    if (!declared.has(name)) result.unmanaged.push({ kind: 'event-target', name });
  return result;
}

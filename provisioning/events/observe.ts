import { eventTargetName, type Manifest } from '../../manifest/index.js';
import type { EventPurpose, EventTargetClient, ListedTarget, ModuleState } from '../client/event-targets.js';
import { RustFsError } from '../errors.js';

export interface ObservedEventTarget {
  /** Set by the server's environment, which the API cannot change. */
  readonly fromEnvironment: boolean;
  /** `online` or `offline`; absent if the server does not say. */
  readonly status?: string;
  readonly reason?: string;
  /** As stored, secrets as `*redacted*`; absent if the server does not show them. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** What the server says about where it sends events. */
export interface ObservedEvents {
  readonly modules: Readonly<Record<EventPurpose, ModuleState>>;
  /** By {@link eventTargetName}. */
  readonly targets: ReadonlyMap<string, ObservedEventTarget>;
  /** Why a list could not be had: RustFS 1.0.1 shows none while one of its targets does not start. */
  readonly unreadable: Readonly<Partial<Record<EventPurpose, string>>>;
}

const PURPOSES: readonly EventPurpose[] = ['notify', 'audit'];
const PAIR = /([a-z_]+)="((?:[^"\\]|\\.)*)"/g;

/** Targets in a configuration text, by id, and ids that the environment sets. */
export function parseTargetConfig(subsystem: string, text: string) {
  const stored = new Map<string, Readonly<Record<string, string>>>();
  const fromEnvironment = new Set<string>();
  const variable = new RegExp(`^# RUSTFS_${subsystem.toUpperCase()}_ENABLE_([^=]+)=`);
  for (const line of text.split('\n')) {
    const [, instance] = variable.exec(line) ?? [];
    if (instance !== undefined) fromEnvironment.add(instance.toLowerCase());
    const [head = ''] = line.split(' ');
    const [name, id] = head.split(':');
    if (name !== subsystem || id === undefined) continue;
    const pairs = [...line.matchAll(PAIR)].map(([, key = '', value = '']) => [key, value.replace(/\\(.)/g, '$1')]);
    stored.set(id, Object.fromEntries(pairs) as Record<string, string>);
  }
  return { stored, fromEnvironment };
}

async function listOf(client: EventTargetClient, purpose: EventPurpose): Promise<readonly ListedTarget[] | string> {
  try {
    return await client.list(purpose);
  } catch (error) {
    if (error instanceof RustFsError && error.status === 500) return error.message;
    throw error;
  }
}

/** The stored configuration; undefined where the server does not show it for the kind. */
async function configOf(client: EventTargetClient, purpose: EventPurpose, type: string) {
  try {
    return parseTargetConfig(`${purpose}_${type}`, await client.config(purpose, type));
  } catch (error) {
    if (error instanceof RustFsError && (error.status === 400 || error.status === 501)) return undefined;
    throw error;
  }
}

/** Reads switches, targets with their state, and the configuration of the declared kinds. */
export async function observeEvents(
  { eventTargets = [] }: Pick<Manifest, 'eventTargets'>,
  client: EventTargetClient,
): Promise<ObservedEvents> {
  const kinds = new Set(
    eventTargets.filter(({ managedBy }) => managedBy === 'api').map(({ purpose, type }) => `${purpose}_${type}`),
  );
  const [modules, lists, configs] = await Promise.all([
    client.modules(),
    Promise.all(PURPOSES.map(async (purpose) => [purpose, await listOf(client, purpose)] as const)),
    Promise.all(
      [...kinds].map(async (kind) => {
        const [purpose, type = ''] = kind.split('_') as [EventPurpose, string];
        return { purpose, type, config: await configOf(client, purpose, type) };
      }),
    ),
  ]);
  const targets = new Map<string, ObservedEventTarget>();
  const unreadable: Partial<Record<EventPurpose, string>> = {};
  for (const { purpose, type, config } of configs) {
    for (const [id, settings] of config?.stored ?? [])
      targets.set(eventTargetName({ purpose, type: type as never, id }), {
        fromEnvironment: config?.fromEnvironment.has(id) ?? false,
        settings,
      });
  }
  for (const [purpose, list] of lists) {
    if (typeof list === 'string') {
      unreadable[purpose] = list;
      continue;
    }
    for (const { account_id: id, service, status, health_reason: reason, source } of list) {
      const name = eventTargetName({ purpose, type: service as never, id });
      const { settings } = targets.get(name) ?? {};
      targets.set(name, {
        fromEnvironment: source === 'env' || source === 'mixed',
        status,
        ...(reason === undefined ? {} : { reason }),
        ...(settings === undefined ? {} : { settings }),
      });
    }
  }
  return { modules, targets, unreadable };
}

import type { EventPurpose, EventSettings, EventTargetConfig } from './config.js';
import { type Health, type Webhook, webhook } from './webhook.js';

/** A target that the server knows. */
export interface KnownTarget {
  readonly config: EventTargetConfig;
  readonly source: 'env' | 'config';
  /** Absent for kinds that the emulator does not send to. */
  readonly webhook?: Webhook;
  /** It answered since it was set. */
  started: boolean;
}

/** Only webhooks are emulated: anything else would be a made-up success. */
export const NOT_EMULATED: Health = { online: false, state: 'offline', reason: 'not_emulated' };

export const targetKey = ({ purpose, type, id }: Pick<EventTargetConfig, 'purpose' | 'type' | 'id'>): string =>
  `${purpose}_${type}/${id}`;

/** The targets of a server. What is set through the admin API replaces what was stored before. */
export class EventRuntime {
  readonly #targets = new Map<string, KnownTarget>();

  constructor(
    readonly settings: EventSettings,
    stored: Iterable<EventTargetConfig>,
  ) {
    for (const config of stored) this.#add(config, 'config');
    for (const config of settings.targets) this.#add(config, 'env');
  }

  #add(config: EventTargetConfig, source: KnownTarget['source']): KnownTarget {
    const target: KnownTarget = {
      config,
      source,
      ...(config.type === 'webhook' ? { webhook: webhook(config) } : {}),
      started: false,
    };
    this.#targets.set(targetKey(config), target);
    return target;
  }

  find(purpose: EventPurpose, type: string, id: string): KnownTarget | undefined {
    return this.#targets.get(targetKey({ purpose, type, id }));
  }

  /** By id, as RustFS lists them. */
  list(purpose: EventPurpose): readonly KnownTarget[] {
    const own = [...this.#targets.values()].filter(({ config }) => config.purpose === purpose);
    return own.sort((a, b) => (a.config.id < b.config.id ? -1 : 1));
  }

  async set(config: EventTargetConfig): Promise<KnownTarget> {
    await this.remove(config);
    return this.#add(config, 'config');
  }

  async remove(config: Pick<EventTargetConfig, 'purpose' | 'type' | 'id'>): Promise<void> {
    await this.#targets.get(targetKey(config))?.webhook?.close();
    this.#targets.delete(targetKey(config));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#targets.values()].map(({ webhook }) => webhook?.close()));
  }
}

/** Whether a target is reachable; one that is counts as started from then on. */
export async function healthOf(target: KnownTarget): Promise<Health> {
  const health = (await target.webhook?.health()) ?? NOT_EMULATED;
  if (health.online) target.started = true;
  return health;
}

/** Targets that never answered: RustFS 1.0.1 lists and changes nothing while there is one (tried on a running 1.0.1). */
export async function notStarted(targets: readonly KnownTarget[]): Promise<readonly KnownTarget[]> {
  const emulated = targets.filter(({ webhook }) => webhook !== undefined);
  await Promise.all(emulated.filter(({ started }) => !started).map(healthOf));
  return emulated.filter(({ started }) => !started);
}

/** A target as the environment or the admin API describes it, in RustFS' own keys. */
export interface EventTargetConfig {
  readonly purpose: EventPurpose;
  /** `webhook`, `kafka`, … */
  readonly type: string;
  readonly id: string;
  readonly settings: Readonly<Record<string, string>>;
}

export type EventPurpose = 'notify' | 'audit';

/** What the environment says about events; absent switches leave the choice to the admin API. */
export interface EventSettings {
  readonly notify?: boolean;
  readonly audit?: boolean;
  readonly targets: readonly EventTargetConfig[];
  /** RUSTFS_OUTBOUND_ALLOW_ORIGINS */
  readonly allowOrigins: readonly string[];
}

export const NO_EVENTS: EventSettings = { targets: [], allowOrigins: [] };

const INSTANCE = /^RUSTFS_(NOTIFY|AUDIT)_([A-Z]+)_ENABLE_(.+)$/;
const isOn = (text: string | undefined) => /^(on|true|1|yes|enabled)$/i.test(text ?? '');

/** Reads switches and targets from the variables that RustFS reads them from: only what has `…_ENABLE_<INSTANCE>` is a target. */
export function eventsFromEnvironment(env: Readonly<Record<string, string | undefined>>): EventSettings {
  const targets = Object.keys(env).flatMap((variable): EventTargetConfig[] => {
    const [, module = '', type = '', instance = ''] = INSTANCE.exec(variable) ?? [];
    if (!isOn(env[variable]) || module === '') return [];
    const prefix = `RUSTFS_${module}_${type}_`;
    const settings = Object.entries(env).flatMap(([name, value]) =>
      name.startsWith(prefix) && name.endsWith(`_${instance}`) && name !== variable && value !== undefined
        ? [[name.slice(prefix.length, -instance.length - 1).toLowerCase(), value] as const]
        : [],
    );
    return [
      {
        purpose: module === 'NOTIFY' ? 'notify' : 'audit',
        type: type.toLowerCase(),
        id: instance.toLowerCase(),
        settings: Object.fromEntries(settings),
      },
    ];
  });
  const { RUSTFS_NOTIFY_ENABLE: notify, RUSTFS_AUDIT_ENABLE: audit, RUSTFS_OUTBOUND_ALLOW_ORIGINS: origins = '' } = env;
  return {
    ...(notify === undefined ? {} : { notify: isOn(notify) }),
    ...(audit === undefined ? {} : { audit: isOn(audit) }),
    targets,
    allowOrigins: origins
      .split(',')
      .map((origin) => origin.trim())
      .filter((origin) => origin !== ''),
  };
}

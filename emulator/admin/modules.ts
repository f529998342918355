import type { EmulatorContext } from '../context.js';
import { s3Error } from '../errors.js';
import { requireAny } from './authorize.js';
import { type AdminHandler, json, requestBody } from './call.js';
import { discoveryLinks } from './server-info.js';

/** Whether event notification and audit are switched on. */
export interface ModuleSwitches {
  readonly notify: boolean;
  readonly audit: boolean;
}

const KIND = 'module-switches';
const KEY = 'switches';

/** Switches as written through the API; `undefined` if they never were. */
function stored({ records }: EmulatorContext): ModuleSwitches | undefined {
  return records(KIND).get(KEY) as ModuleSwitches | undefined;
}

/** The environment wins over what was written through the API. */
export function isModuleEnabled(context: EmulatorContext, module: keyof ModuleSwitches): boolean {
  return context.events.settings[module] ?? stored(context)?.[module] ?? false;
}

export const getSwitches: AdminHandler = (call) => {
  requireAny(call, 'admin:ServerInfo');
  return json(describe(call.context));
};

const SWITCHES_BODY = {
  name: 'UpdateModuleSwitchesRequest',
  fields: { notify_enabled: { type: 'boolean' }, audit_enabled: { type: 'boolean' } },
} as const;

export const putSwitches: AdminHandler = async (call) => {
  requireAny(call, 'admin:ConfigUpdate');
  if (call.body.length === 0) throw s3Error('InvalidRequest', 'request body is required');
  const body = requestBody(call, SWITCHES_BODY, 'invalid JSON: %');
  const switches: ModuleSwitches = { notify: body.notify_enabled === true, audit: body.audit_enabled === true };
  for (const module of ['notify', 'audit'] as const) {
    const fixed = call.context.events.settings[module];
    if (fixed === undefined || fixed === switches[module]) continue;
    throw s3Error(
      'InvalidRequest',
      `${module} module is managed by environment variable RUSTFS_${module.toUpperCase()}_ENABLE=${fixed}; ` +
        'update the environment value first, then use the console to refresh the module switch state',
    );
  }
  await call.context.persist(KIND, KEY, switches);
  return json(describe(call.context));
};

function describe(context: EmulatorContext): object {
  const switches = stored(context);
  const sourceOf = (module: keyof ModuleSwitches) => {
    if (context.events.settings[module] !== undefined) return 'env';
    return switches === undefined ? 'default' : 'console';
  };
  return {
    notify_enabled: isModuleEnabled(context, 'notify'),
    audit_enabled: isModuleEnabled(context, 'audit'),
    persisted_notify_enabled: switches?.notify ?? false,
    persisted_audit_enabled: switches?.audit ?? false,
    notify_source: sourceOf('notify'),
    audit_source: sourceOf('audit'),
    ...discoveryLinks(context),
  };
}

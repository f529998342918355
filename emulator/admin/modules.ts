import type { EmulatorContext } from '../context.js';
import { s3Error } from '../errors.js';
import { requireAny } from './authorize.js';
import { type AdminHandler, json, requestBody } from './call.js';
import { discoveryLinks } from './server-info.js';

/** Whether event notification and audit are switched on. The emulator keeps the switches; it sends no events. */
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

export function isNotifyEnabled(context: EmulatorContext): boolean {
  return stored(context)?.notify ?? false;
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
  await call.context.persist(KIND, KEY, switches);
  return json(describe(call.context));
};

function describe(context: EmulatorContext): object {
  const switches = stored(context);
  const source = switches === undefined ? 'default' : 'console';
  const { notify, audit } = switches ?? { notify: false, audit: false };
  return {
    notify_enabled: notify,
    audit_enabled: audit,
    persisted_notify_enabled: notify,
    persisted_audit_enabled: audit,
    notify_source: source,
    audit_source: source,
    ...discoveryLinks(context),
  };
}

/** `GET target/list`: notification targets; the emulator has none. */
export const listTargets: AdminHandler = (call) => {
  requireAny(call, 'admin:GetBucketTarget');
  const { context } = call;
  return json({
    ...(context.profile.admin.notifyState && { notify_enabled: isNotifyEnabled(context) }),
    notification_endpoints: [],
  });
};

export const listTargetArns: AdminHandler = (call) => {
  requireAny(call, 'admin:GetBucketTarget');
  if (!isNotifyEnabled(call.context)) {
    throw s3Error(
      'InvalidRequest',
      'notify module is disabled; enable the notify module first in the console or set RUSTFS_NOTIFY_ENABLE=true ' +
        'before querying notification target ARNs for bucket associations from the console',
    );
  }
  return json([]);
};

/** `GET audit/target/list`: audit targets; the emulator has none. */
export const listAuditTargets: AdminHandler = (call) => {
  requireAny(call, 'admin:GetBucketTarget');
  return json({ audit_endpoints: [] });
};

import type { EmulatorContext } from '../context.js';
import { notImplemented, s3Error } from '../errors.js';
import type { EventPurpose, EventTargetConfig } from '../events/config.js';
import { healthOf, type KnownTarget, NOT_EMULATED, notStarted, targetKey } from '../events/runtime.js';
import { outboundProblem } from '../oidc/outbound.js';
import { readConfig } from '../s3/bucket-config/store.js';
import type { XmlObject } from '../s3/bucket-config/xml-codec.js';
import { requireAny } from './authorize.js';
import { type AdminCall, type AdminHandler, empty, json, requestBody } from './call.js';
import { isModuleEnabled } from './modules.js';

const KIND = 'event-target';

/** Targets that were set through the API. */
export function storedEventTargets(records: ReadonlyMap<string, unknown>): readonly EventTargetConfig[] {
  return [...records.values()] as EventTargetConfig[];
}

export const recordKind = KIND;

const TYPES = ['webhook', 'kafka', 'amqp', 'mqtt', 'nats', 'redis', 'postgres', 'mysql', 'pulsar'];

const arnOf = ({ region }: EmulatorContext, { id, type }: EventTargetConfig) =>
  `arn:rustfs:sqs:${region}:${id}:${type}`;

const faultOf = ({ config: { id, type } }: KnownTarget) => `${id}:${type}: initialization failed`;

/** @throws EmulatorError if a target never answered, where the version then does nothing at all */
async function requireConverged(context: EmulatorContext, purpose: EventPurpose): Promise<void> {
  if (!context.profile.admin.targetsConverge || !isModuleEnabled(context, purpose)) return;
  const failed = await notStarted(context.events.list(purpose));
  if (failed.length === 0) return;
  throw s3Error(
    'InternalError',
    'failed to reconcile notification runtime: System initialization error: one or more notification targets failed to activate: ' +
      failed.map(faultOf).join('; '),
  );
}

async function describe(context: EmulatorContext, target: KnownTarget): Promise<object> {
  const { config, source } = target;
  const loaded = isModuleEnabled(context, config.purpose);
  const health = loaded ? await healthOf(target) : { ...NOT_EMULATED, reason: 'not_loaded_in_runtime' };
  return {
    account_id: config.id,
    service: config.type,
    status: health.online ? 'online' : 'offline',
    ...(context.profile.admin.notifyState && { health_state: health.state, health_reason: health.reason }),
    source,
  };
}

function listOf(purpose: EventPurpose): AdminHandler {
  return async (call) => {
    requireAny(call, 'admin:GetBucketTarget');
    const { context } = call;
    await requireConverged(context, purpose);
    const endpoints = await Promise.all(context.events.list(purpose).map((target) => describe(context, target)));
    if (purpose === 'audit') return json({ audit_endpoints: endpoints });
    return json({
      ...(context.profile.admin.notifyState && { notify_enabled: isModuleEnabled(context, 'notify') }),
      notification_endpoints: endpoints,
    });
  };
}

export const listTargets = listOf('notify');
export const listAuditTargets = listOf('audit');

/** `GET target/arns`: the targets that are online. */
export const listTargetArns: AdminHandler = async (call) => {
  requireAny(call, 'admin:GetBucketTarget');
  const { context } = call;
  if (!isModuleEnabled(context, 'notify')) {
    throw s3Error(
      'InvalidRequest',
      'notify module is disabled; enable the notify module first in the console or set RUSTFS_NOTIFY_ENABLE=true ' +
        'before querying notification target ARNs for bucket associations from the console',
    );
  }
  await requireConverged(context, 'notify');
  const targets = context.events.list('notify');
  const healths = await Promise.all(targets.map(healthOf));
  return json(targets.filter((_, index) => healths[index]?.online).map(({ config }) => arnOf(context, config)));
};

const TARGET_BODY = { name: 'TargetConfig', fields: { key_values: { type: 'any' } } } as const;
const WEBHOOK_KEYS = new Set([
  ...['enable', 'endpoint', 'auth_token', 'queue_limit', 'queue_dir', 'client_cert', 'client_key', 'comment'],
  ...['client_ca', 'skip_tls_verify'],
]);

/** What the path names. @throws EmulatorError */
function addressed({ context, params }: AdminCall, purpose: EventPurpose) {
  const { kind = '', id = '' } = params;
  const type = kind.slice(purpose.length + 1);
  if (!kind.startsWith(`${purpose}_`) || !TYPES.includes(type)) {
    const domain = purpose === 'notify' ? 'notification' : 'audit';
    throw s3Error('InvalidArgument', `unsupported ${domain} target type: '${kind}'`);
  }
  if (!isModuleEnabled(context, purpose)) {
    const domain = purpose === 'notify' ? 'notification' : 'audit';
    throw s3Error(
      'InvalidRequest',
      `${purpose} module is disabled; enable the ${purpose} module first in the console or set ` +
        `RUSTFS_${purpose.toUpperCase()}_ENABLE=true before managing ${domain} targets from the console`,
    );
  }
  const address = { purpose, type, id: id.toLowerCase() };
  if (context.events.find(purpose, type, address.id)?.source === 'env') {
    throw s3Error(
      'InvalidRequest',
      `target '${id}' is managed by environment variables and cannot be modified from the console`,
    );
  }
  return address;
}

/** @throws EmulatorError in the words of RustFS 1.0.1 */
async function checkWebhook({ context }: AdminCall, settings: Readonly<Record<string, string>>): Promise<void> {
  const unknown = Object.keys(settings).find((key) => !WEBHOOK_KEYS.has(key));
  if (unknown) throw s3Error('InvalidArgument', `key '${unknown}' is not allowed for target type 'notify_webhook'`);
  const { endpoint = '' } = settings;
  if (endpoint === '') throw s3Error('InvalidArgument', 'endpoint is required');
  if (!context.profile.oidc.outboundChecked) return;
  const url = new URL(endpoint);
  const problem = await outboundProblem(url, context.events.settings.allowOrigins);
  if (problem === undefined) return;
  throw s3Error(
    'InvalidArgument',
    `endpoint is not allowed: ${problem}; add ${url.origin} to RUSTFS_OUTBOUND_ALLOW_ORIGINS (comma-separated) and restart RustFS to allow this operator-owned endpoint (origin only, no path)`,
  );
}

const notConverged = () => s3Error('InternalError', 'local notification runtime failed to converge');

function putOf(purpose: EventPurpose): AdminHandler {
  return async (call) => {
    requireAny(call, 'admin:SetBucketTarget');
    const { context } = call;
    const address = addressed(call, purpose);
    const { key_values: pairs } = requestBody(call, TARGET_BODY, 'invalid JSON: %');
    const settings = Object.fromEntries(
      ((pairs ?? []) as unknown as readonly { readonly key: string; readonly value: string }[]).map(
        ({ key, value }) => [key, value],
      ),
    );
    if (address.type !== 'webhook') throw notImplemented('the emulator sends events to webhooks alone');
    await checkWebhook(call, settings);
    await requireConverged(context, purpose);
    const config = { ...address, settings };
    const target = await context.events.set(config);
    await context.persist(KIND, targetKey(config), config);
    const { online } = await healthOf(target);
    if (!online && context.profile.admin.targetsConverge) throw notConverged();
    return empty();
  };
}

export const putTarget = putOf('notify');
export const putAuditTarget = putOf('audit');

function isReferenced(context: EmulatorContext, arn: string): boolean {
  return [...context.buckets.values()].some((bucket) => {
    const entries = (readConfig(bucket, 'notification')?.QueueConfiguration ?? []) as readonly XmlObject[];
    return entries.some(({ Queue }) => Queue === arn);
  });
}

function removeOf(purpose: EventPurpose): AdminHandler {
  return async (call) => {
    requireAny(call, 'admin:SetBucketTarget');
    const { context } = call;
    const address = addressed(call, purpose);
    await requireConverged(context, purpose);
    const arn = arnOf(context, { ...address, settings: {} });
    if (purpose === 'notify' && context.profile.admin.targetsConverge && isReferenced(context, arn))
      throw notConverged();
    await forget(context, address);
    return empty();
  };
}

async function forget(context: EmulatorContext, address: Omit<EventTargetConfig, 'settings'>): Promise<void> {
  await context.events.remove(address);
  await context.persist(KIND, targetKey(address), undefined);
}

export const removeTarget = removeOf('notify');
export const removeAuditTarget = removeOf('audit');

const SECRET = /^(auth_token|client_cert|client_key)$/;

/** A target as configuration text. */
function configLine({ purpose, type, id, settings }: EventTargetConfig): string {
  const pairs = Object.entries(settings)
    .filter(([key]) => key !== 'enable' && key !== 'comment')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([key, value]) => `${key}="${SECRET.test(key) && value !== '' ? '*redacted*' : value.replaceAll('"', '\\"')}"`,
    );
  return [`${purpose}_${type}:${id}`, ...pairs].join(' ');
}

const SUBSYSTEM = /^(notify|audit)_webhook$/;

/** `GET get-config-kv`, for webhooks alone: 501 for the rest. */
export const getConfig: AdminHandler = (call) => {
  requireAny(call, 'admin:ConfigUpdate');
  const key = call.request.query.get('key') ?? '';
  const [, purpose] = SUBSYSTEM.exec(key) ?? [];
  if (purpose === undefined) throw notImplemented('the emulator keeps the configuration of webhooks alone');
  const targets = call.context.events.list(purpose as EventPurpose).filter(({ config }) => config.type === 'webhook');
  const variables = targets.flatMap(({ config, source }) =>
    source === 'env' ? [`# RUSTFS_${purpose}_WEBHOOK_ENABLE_${config.id}`.toUpperCase().concat('=on')] : [],
  );
  const lines = targets.filter(({ source }) => source === 'config').map(({ config }) => configLine(config));
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: [key, ...variables, ...lines].join('\n') };
};

/** `DELETE del-config-kv`: takes a webhook away even while targets do not start (tried on a running 1.0.1). */
export const deleteConfig: AdminHandler = async (call) => {
  requireAny(call, 'admin:ConfigUpdate');
  const text = call.body.toString('utf8').trim();
  if (text === '') throw s3Error('InvalidRequest', 'config delete body is empty');
  const [, purpose, id] = /^(notify|audit)_webhook:(\S+)$/.exec(text) ?? [];
  if (purpose === undefined || id === undefined)
    throw notImplemented('the emulator keeps the configuration of webhooks alone');
  await forget(call.context, { purpose: purpose as EventPurpose, type: 'webhook', id });
  return { status: 200 };
};

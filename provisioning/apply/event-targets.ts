import { setTimeout as sleep } from 'node:timers/promises';
import { eventTargetArn, eventTargetName, type ManifestEventTarget } from '../../manifest/index.js';
import { ProvisioningError, RustFsError } from '../errors.js';
import { targetSecrets } from '../events/secrets.js';
import type { Change } from '../plan/model.js';
import type { ApplyContext } from './context.js';

const POLL_MS = 500;

/** How long a target may take to come online, in milliseconds. */
export const TARGET_WAIT_MS = 30_000;

/** RustFS 1.0.1 stored the target, but could not start it (tried on a running 1.0.1). */
const NOT_STARTED = /failed to converge/;
/** Nothing was done, because another target, or an earlier form of this one, does not start. */
const NOTHING_DONE = /failed to reconcile/;

const is500 = (error: unknown, words: RegExp): error is RustFsError =>
  error instanceof RustFsError && error.status === 500 && words.test(error.message);

/** Whether the server says of this target that it does not start. */
const names = ({ type, id }: ManifestEventTarget, { message }: Error) =>
  message.includes(` ${id}:${type}:`) || message.includes(` ${type}/${id}:`);

/** Why a target is not online, undefined if it is. */
async function whyOffline({ targets }: ApplyContext, target: ManifestEventTarget): Promise<string | undefined> {
  try {
    const listed = await targets.list(target.purpose);
    const found = listed.find(({ account_id, service }) => account_id === target.id && service === target.type);
    if (found?.status === 'online') return undefined;
    return found === undefined ? 'the server does not list it' : (found.health_reason ?? found.status);
  } catch (error) {
    if (is500(error, NOTHING_DONE)) return error.message;
    throw error;
  }
}

const place = ({ settings }: ManifestEventTarget) =>
  settings.endpoint ?? settings.brokers ?? settings.broker ?? settings.url ?? settings.address ?? 'its database';

/** Switches the modules on that have declared targets; the others stay as they are. */
export async function switchModule({ targets }: ApplyContext, { name }: Change): Promise<void> {
  const now = await targets.modules();
  await targets.setModules({
    notify: now.notify.enabled || name === 'notify',
    audit: now.audit.enabled || name === 'audit',
  });
}

/**
 * Writes a target and waits until it is online. One that was not there before and does not come online is taken away again, because
 * RustFS 1.0.1 lists and changes no target at all while one does not start.
 */
export async function applyEventTarget(context: ApplyContext, { name, action }: Change): Promise<void> {
  const target = (context.manifest.eventTargets ?? []).find((one) => eventTargetName(one) === name);
  if (target === undefined) throw new Error(`the plan names ${name}, which the manifest does not have`);
  const settings = { ...target.settings, ...(await targetSecrets(target, context.store)) };
  const deadline = performance.now() + context.targetWaitMs;
  for (let written = false; ; ) {
    let reason: string | undefined;
    if (!written) {
      const failure = await context.targets.put(target, settings).catch((error: unknown) => error);
      written = failure === undefined || is500(failure, NOT_STARTED);
      if (!written) {
        if (!is500(failure, NOTHING_DONE)) throw failure;
        reason = failure.message;
        // It stands in its own way, as an earlier run or somebody else left it.
        if (names(target, failure)) await context.targets.withdraw(target);
      }
    }
    reason ??= await whyOffline(context, target);
    if (reason === undefined) return;
    if (performance.now() >= deadline) {
      const withdrawn = action === 'create' && written;
      if (withdrawn) await context.targets.withdraw(target);
      throw new ProvisioningError(
        `event target ${name} was not online within ${context.targetWaitMs / 1000} s: ${reason}; start what listens at ${place(target)}, see that the server reaches it, and run apply again` +
          (withdrawn
            ? ' (the target was taken away again, because RustFS changes no other while one does not start)'
            : ''),
      );
    }
    context.onWait?.(`event target ${name}: ${reason}`);
    await sleep(POLL_MS);
  }
}

/** ARNs of online targets; none while RustFS does not start one. */
async function onlineArns({ admin }: ApplyContext): Promise<readonly string[]> {
  try {
    return await admin.targetArns();
  } catch (error) {
    if (is500(error, NOTHING_DONE)) return [];
    throw error;
  }
}

/**
 * Before notifications are written, because RustFS stores them for targets that it does not know, and beta.7 then sends nothing
 * (recorded: 14-notify, 07-buckets). Declared targets are waited for.
 */
export async function requireTargets(context: ApplyContext, changes: readonly Change[]): Promise<void> {
  const { manifest, targetWaitMs } = context;
  const names = changes.map(({ name }) => name.split('/')[0]);
  const buckets = manifest.buckets.filter(({ name }) => names.includes(name));
  const wanted = [
    ...new Set(buckets.flatMap(({ notifications = [] }) => notifications.map(({ targetArn }) => targetArn))),
  ];
  if (wanted.length === 0) return;
  const declared = new Set(
    (manifest.eventTargets ?? [])
      .filter(({ purpose }) => purpose === 'notify')
      .map((target) => eventTargetArn(manifest.server.region, target)),
  );
  const deadline = performance.now() + targetWaitMs;
  for (;;) {
    const online = await onlineArns(context);
    const missing = wanted.filter((arn) => !online.includes(arn));
    if (missing.length === 0) return;
    const waiting = missing.every((arn) => declared.has(arn)) && performance.now() < deadline;
    if (!waiting) {
      const [bucket] = buckets.filter(({ notifications = [] }) =>
        notifications.some(({ targetArn }) => missing.includes(targetArn)),
      );
      throw new ProvisioningError(
        `bucket ${bucket?.name}: no notification target ${missing.join(', ')} is online; ` +
          `the server has ${online.length > 0 ? online.join(', ') : 'none'}; configure the target and start its receiver first`,
      );
    }
    context.onWait?.(`notification target ${missing.join(', ')} is not online`);
    await sleep(POLL_MS);
  }
}

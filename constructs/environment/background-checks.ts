import type { RustFsSettings } from '../rustfs-settings.js';

const DEFAULTS = { rescanWalks: 16, checkWalks: 1024, maxTransitionWorkers: 32, danglingGraceSeconds: 3600 };

/** Settings of the work in the background that another one makes idle. */
export function backgroundProblems({ heal = {}, lifecycle = {} }: RustFsSettings): string[] {
  const { transitionWorkers = 1, maxTransitionWorkers = DEFAULTS.maxTransitionWorkers } = lifecycle;
  const idle = (names: readonly (keyof typeof heal)[], of: keyof typeof heal) =>
    heal[of] === false
      ? names
          .filter((name) => heal[name] !== undefined)
          .map((name) => `settings.heal.${name} has no effect while settings.heal.${of} is false`)
      : [];
  return [
    ...idle(['concurrencyPerSet'], 'limitPerSet'),
    ...idle(['objectConcurrency'], 'parallel'),
    ...idle(['busyReadPercent', 'busyWritePercent', 'busyRecheckMilliseconds'], 'yieldToRequests'),
    ...(transitionWorkers > maxTransitionWorkers
      ? [
          `settings.lifecycle.transitionWorkers (value: ${transitionWorkers}): RustFS starts no more than settings.lifecycle.maxTransitionWorkers (${maxTransitionWorkers})`,
        ]
      : []),
  ];
}

export function backgroundWarnings({ heal = {}, usage = {}, replication = {} }: RustFsSettings): string[] {
  const { danglingGraceSeconds = DEFAULTS.danglingGraceSeconds, checkWalks = DEFAULTS.checkWalks } = heal;
  const { rescanWalks = DEFAULTS.rescanWalks } = usage;
  return [
    ...(danglingGraceSeconds < DEFAULTS.danglingGraceSeconds
      ? [
          `settings.heal.danglingGraceSeconds is ${danglingGraceSeconds}: what is left of a new object can be deleted while drives with its other parts are away`,
        ]
      : []),
    ...(checkWalks < rescanWalks
      ? [
          `settings.heal.checkWalks is ${checkWalks}, less than settings.usage.rescanWalks (${rescanWalks}): the scanner does not look for damage in folders of which only the sum is kept`,
        ]
      : []),
    ...(replication.streamingChecksums
      ? [
          'settings.replication.streamingChecksums: a target that does not decode aws-chunked stores other bytes than it was sent',
        ]
      : []),
  ];
}

import { describe, expect, test } from 'vitest';
import { settingsProblems, settingsWarnings } from '../../../constructs/environment/checks.js';
import { renderSettings } from '../../../constructs/environment/render.js';
import { type RustFsSettings, RustFsStorage } from '../../../constructs/index.js';

const environment = (settings: RustFsSettings) => renderSettings(settings, '1.0.1').part.environment;

describe('settings of the work in the background', () => {
  const shape = { storage: RustFsStorage.single(), tls: false };

  test('are refused where another one leaves them without effect', () => {
    expect(
      settingsProblems(
        {
          heal: {
            limitPerSet: false,
            concurrencyPerSet: 2,
            parallel: false,
            objectConcurrency: 4,
            yieldToRequests: false,
            busyWritePercent: 90,
          },
          lifecycle: { transitionWorkers: 40 },
        },
        shape,
      ),
    ).toEqual([
      'settings.heal.concurrencyPerSet has no effect while settings.heal.limitPerSet is false',
      'settings.heal.objectConcurrency has no effect while settings.heal.parallel is false',
      'settings.heal.busyWritePercent has no effect while settings.heal.yieldToRequests is false',
      'settings.lifecycle.transitionWorkers (value: 40): RustFS starts no more than settings.lifecycle.maxTransitionWorkers (32)',
    ]);
    const fits = { heal: { concurrencyPerSet: 2 }, lifecycle: { transitionWorkers: 40, maxTransitionWorkers: 40 } };
    expect(settingsProblems(fits, shape)).toEqual([]);
  });

  test('warn where they can cost objects', () => {
    expect(
      settingsWarnings({
        heal: { danglingGraceSeconds: 0, checkWalks: 8 },
        replication: { streamingChecksums: true },
      }),
    ).toEqual([
      'settings.heal.danglingGraceSeconds is 0: what is left of a new object can be deleted while drives with its other parts are away',
      'settings.heal.checkWalks is 8, less than settings.usage.rescanWalks (16): the scanner does not look for damage in folders of which only the sum is kept',
      'settings.replication.streamingChecksums: a target that does not decode aws-chunked stores other bytes than it was sent',
    ]);
    expect(settingsWarnings({ heal: { checkWalks: 8 }, usage: { rescanWalks: 8 } })).toEqual([]);
  });

  test('that the fleet has to confirm are confirmed with them', () => {
    expect(environment({ tiers: { anyVersionId: true } })).toEqual({
      RUSTFS_TIER_REMOTE_VERSION_STATE_WRITE: 'true',
      RUSTFS_TIER_REMOTE_VERSION_STATE_FLEET_CONFIRMED: 'true',
    });
  });
});

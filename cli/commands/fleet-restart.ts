import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { renderFleetFiles } from '../../seaweedfs/deploy/index.js';
import {
  dockerDriver,
  type FleetDriver,
  fileJournal,
  type RestartOptions,
  replaceSigningKey,
  rollingRestart,
  rotationNotice,
} from '../../seaweedfs/operations/index.js';
import { type OpenFleet, openFleet } from '../../seaweedfs/proof/index.js';
import { EXIT, UsageError } from '../exit-codes.js';
import { readFleetManifest } from '../fleet-manifest.js';

import { untilInterrupted } from '../interrupt.js';

export interface FleetRestartOptions {
  readonly manifest: string;
  /** Seconds. */
  readonly drainTimeout: number;
}

/** `fleet restart`: renders the configuration and brings it to all gateways, one after the other. */
export function fleetRestartCommand(options: FleetRestartOptions): Promise<number> {
  return withFleet(options, (fleet, driver) => {
    console.log(
      `restarting ${fleet.manifest.gateways.length} gateways of fleet ${fleet.manifest.fleet} one by one; sessions and static keys stay valid`,
    );
    return restartAll(fleet, driver, options, 'restart');
  });
}

/** `fleet rotate-signing-key`: says what it ends, and after approval replaces the key and restarts all gateways. */
export function fleetRotateCommand(options: FleetRestartOptions & { readonly yes?: boolean }): Promise<number> {
  return withFleet(options, async (fleet, driver) => {
    console.log(rotationNotice(fleet.manifest, fleet.maxSessionLength));
    if (!options.yes && !(await confirm())) {
      console.log('nothing was changed');
      return EXIT.error;
    }
    // With the old key first: whatever is wrong with the files shows before there is a new one.
    await render(fleet, options);
    const made = await replaceSigningKey(fleet.manifest, fleet.store, journalOf(fleet));
    console.log(made ? 'new signing key in the secret store' : 'going on with the rotation that was interrupted');
    return restartAll(fleet, driver, options, 'rotate-signing-key');
  });
}

async function withFleet(
  options: FleetRestartOptions,
  work: (fleet: OpenFleet, driver: FleetDriver) => Promise<number>,
): Promise<number> {
  const manifest = readFleetManifest(options.manifest);
  const driver = dockerDriver(manifest, process.cwd());
  await driver.check();
  const fleet = await openFleet({ manifest, manifestFile: options.manifest });
  try {
    return await work(fleet, driver);
  } finally {
    fleet.close();
  }
}

function journalOf({ manifest }: OpenFleet) {
  return fileJournal(join(dirname(resolve(manifest.configFile)), 'operation.json'));
}

function render({ manifest, store }: OpenFleet, options: FleetRestartOptions) {
  return renderFleetFiles({ manifest, manifestFile: options.manifest, store });
}

async function restartAll(
  fleet: OpenFleet,
  driver: FleetDriver,
  options: FleetRestartOptions,
  operation: NonNullable<RestartOptions['operation']>,
): Promise<number> {
  const { manifest, admin } = fleet;
  const { fingerprint } = await render(fleet, options);
  await untilInterrupted((signal) =>
    rollingRestart({
      manifest,
      driver,
      admin,
      journal: journalOf(fleet),
      fingerprint,
      operation,
      drainTimeoutMs: options.drainTimeout * 1000,
      onStep: (gateway, step) => console.log(`${gateway}: ${step}`),
      signal,
    }),
  );
  console.log('all gateways run with the rendered configuration; prove it with cdktf-rustfs fleet verify');
  return EXIT.ok;
}

async function confirm(): Promise<boolean> {
  if (!process.stdin.isTTY) throw new UsageError('this needs an approval: pass --yes, or run it on a terminal');
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await prompt.question('Rotate the key? Only "yes" is accepted: ')).trim() === 'yes';
  } finally {
    prompt.close();
  }
}

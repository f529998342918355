import { fleetStatus, STATUS_ASPECTS } from '../../seaweedfs/operations/index.js';
import { openFleet } from '../../seaweedfs/proof/index.js';
import { readFleetManifest } from '../fleet-manifest.js';

import { renderFindings } from '../render/fleet-proof.js';
import { renderTable } from '../render/table.js';
import { extraProbes, type FleetObserveOptions, fleetExitCode } from './fleet-verify.js';

/** Once per place: status is quick; `fleet verify` is what repeats. */
const ONCE = { confidence: 0, balancer: 1, assume: 1 };
const TIMEOUT_MS = 5000;

/** `fleet status`: what each gateway has loaded; 3 when something differs from what is declared. */
export async function fleetStatusCommand(options: FleetObserveOptions): Promise<number> {
  const manifest = readFleetManifest(options.manifest);
  const fleet = await openFleet({ manifest, manifestFile: options.manifest, timeoutMs: TIMEOUT_MS });
  try {
    const extra = extraProbes({ ...options, killOne: false }, manifest);
    const status = await fleetStatus({ ...fleet, tokens: undefined, repeats: ONCE, extra });
    if (options.json) {
      console.log(JSON.stringify(status));
    } else {
      const rows = status.gateways.map(({ name, aspects }) => [
        name,
        ...STATUS_ASPECTS.map((aspect) => aspects[aspect]),
      ]);
      console.log(renderTable(['gateway', ...STATUS_ASPECTS], rows));
      console.log(renderFindings(status.findings, status.notProbed).join('\n'));
    }
    return fleetExitCode(status.findings);
  } finally {
    fleet.close();
  }
}

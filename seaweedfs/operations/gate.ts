import { setTimeout as sleep } from 'node:timers/promises';
import type { Credentials } from '../../provisioning/wire.js';
import { createWire } from '../../provisioning/wire.js';
import type { FleetGateway } from '../manifest/index.js';
import { ask, assumeWithToken, isStsError } from '../proof/client.js';
import { FleetOperationError } from './driver.js';

const POLL_MS = 100;

/** Why a gateway may not get requests; `undefined` if it may. Its health check is not asked: it says 200 in every state. */
export async function notReady(gateway: FleetGateway, admin: Credentials): Promise<string | undefined> {
  const wire = createWire({ endpoint: gateway.endpoint, timeoutMs: 5000 });
  try {
    const list = { method: 'GET', path: '/' } as const;
    const anonymous = await ask(wire, list, 'anonymous');
    if (anonymous.status === 0 || anonymous.status >= 500) return `it does not answer (${anonymous.text})`;
    if (anonymous.status !== 403) return `it is open: anonymous GET / was answered with ${anonymous.text}`;
    const junk = await assumeWithToken(wire, 'arn:aws:iam::role/probe', 'junk');
    if (!isStsError(junk)) return `it has no STS, so its IAM configuration was refused (${junk.text})`;
    const signed = await ask(wire, list, admin);
    return signed.status === 200 ? undefined : `it does not know the static key of the fleet (${signed.text})`;
  } finally {
    wire.close();
  }
}

/** Waits until a gateway is closed, has its IAM configuration and knows the static key. @throws FleetOperationError */
export async function gateGateway(gateway: FleetGateway, admin: Credentials, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const reason = await notReady(gateway, admin);
    if (reason === undefined) return;
    if (performance.now() >= deadline || reason.startsWith('it is open')) {
      throw new FleetOperationError(
        `gateway ${gateway.name} at ${gateway.endpoint} is not ready: ${reason}; it stays out of the balancer, the others serve. ` +
          'Look at its log, correct the cause and run the command again',
      );
    }
    await sleep(POLL_MS);
  }
}

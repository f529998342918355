import { renderPlan } from '../../provisioning/index.js';
import { type ConnectionOptions, connect, describeServer } from '../connection.js';
import { EXIT } from '../exit-codes.js';
import { colors as pc } from '../render/color.js';

/** Colours of a plan on a terminal; plain when piped. */
export const planColors = { add: pc.green, change: pc.yellow, remove: pc.red, dim: pc.dim };

/** `plan`: 0 when nothing would change, 2 when something would, 1 when apply would refuse. */
export async function planCommand(options: ConnectionOptions): Promise<number> {
  const session = await connect(options);
  try {
    const { plan } = await session.plan();
    if (options.json) console.log(JSON.stringify({ ...plan, requests: session.wire.requests() }));
    else console.log(`${describeServer(session)}\n${renderPlan(plan, planColors)}`);
    if (plan.blocked.length > 0) return EXIT.error;
    return plan.changes.length > 0 ? EXIT.changes : EXIT.ok;
  } finally {
    session.close();
  }
}

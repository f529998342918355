import type { EventProof } from '../../provisioning/index.js';
import { colors as pc } from './color.js';

/** The proof of events for people. */
export function renderEventProof({ targets, delivered, withheld, findings, notChecked, emulated }: EventProof): string {
  const online = targets.filter((target) => target.online).length;
  const counts = `${targets.length} event targets, ${online} online: ${delivered} events arrived, ${withheld} withheld, as declared`;
  return [
    findings.length === 0 ? pc.green(counts) : pc.red(counts),
    ...findings.map(({ severity, message }) => pc.red(`${severity}: ${message}`)),
    ...notChecked.map(({ what, reason }) => pc.yellow(`not checked: ${what}: ${reason}`)),
    ...(emulated ? [pc.yellow('emulated: the events came from the cdktf-rustfs emulator, not from RustFS')] : []),
  ].join('\n');
}

import type { ErasureLayout, Tolerance } from './erasure-layout.js';

const plural = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

const tolerance = ({ any, most }: Tolerance) => (any === most ? `any ${any}` : `any ${any}, at best ${most}`);

/** Capacity and failures of a cluster in words, a line each. */
export function layoutTable(layout: ErasureLayout): readonly string[] {
  const { nodes, drivesPerNode, sets, drivesPerSet, parity, drivesLost, nodesLost } = layout;
  const line = (what: string, { reads, writes }: ErasureLayout['nodesLost']) =>
    `lost ${what}: reads survive ${tolerance(reads)}; writes survive ${tolerance(writes)}`;
  return [
    `${plural(nodes, 'node')} with ${plural(drivesPerNode, 'drive')} each: ${plural(sets, 'erasure set')} of ${drivesPerSet} drives, ` +
      `${drivesPerSet - parity} data and ${parity} parity, ${layout.setDrivesPerNode} on each of ${layout.nodesPerSet} nodes`,
    `usable: ${Math.round(layout.usableFraction * 1000) / 10} % of raw capacity`,
    line('drives', drivesLost),
    line('nodes', nodesLost),
    ...(layout.readableBeforeHealing
      ? []
      : [
          `what is written while a node is away cannot be read while the next one is, until it is healed: parity ${parity} is less than two nodes' ${2 * layout.setDrivesPerNode} drives of a set`,
        ]),
    ...(nodesLost.writes.any === 0 ? ['every restart of a node stops writes: use more nodes'] : []),
  ];
}

import type { ErasureLayout, Tolerance } from './erasure-layout.js';

const plural = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

const tolerance = ({ any, most }: Tolerance) => (any === most ? `any ${any}` : `any ${any}, at best ${most}`);

/** As a table: what is lost, what reads and what writes survive. */
function failures({ drivesLost, nodesLost }: ErasureLayout): readonly string[] {
  const rows = [
    ['lost', 'reads survive', 'writes survive'],
    ['drives', tolerance(drivesLost.reads), tolerance(drivesLost.writes)],
    ['nodes', tolerance(nodesLost.reads), tolerance(nodesLost.writes)],
  ];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => (row[column] as string).length)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
}

/** Capacity and failures of a cluster, a line each. */
export function layoutTable(layout: ErasureLayout): readonly string[] {
  const { nodes, drivesPerNode, sets, drivesPerSet, parity, nodesLost } = layout;
  return [
    `${plural(nodes, 'node')} with ${plural(drivesPerNode, 'drive')} each: ${plural(sets, 'erasure set')} of ${drivesPerSet} drives, ` +
      `${drivesPerSet - parity} data and ${parity} parity, ${layout.setDrivesPerNode} on each of ${layout.nodesPerSet} nodes`,
    `usable: ${Math.round(layout.usableFraction * 1000) / 10} % of raw capacity`,
    ...failures(layout),
    ...(layout.readableBeforeHealing
      ? []
      : [
          `what is written while a node is away cannot be read while the next one is, until it is healed: parity ${parity} is less than two nodes' ${2 * layout.setDrivesPerNode} drives of a set`,
        ]),
    ...(nodesLost.writes.any === 0 ? ['every restart of a node stops writes: use more nodes'] : []),
  ];
}

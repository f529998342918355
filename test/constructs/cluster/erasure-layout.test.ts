import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ErasureLayout, erasureLayout } from '../../../constructs/cluster/erasure-layout.js';
import { layoutTable } from '../../../constructs/cluster/layout-table.js';

/** Drives in the order in which RustFS expands http://node{1...N}/data{1...M}: the node counts first. */
const drivesOf = (nodes: number, drivesPerNode: number) =>
  Array.from({ length: nodes * drivesPerNode }, (_, index) => ({
    node: index % nodes,
    drive: Math.floor(index / nodes),
  }));

interface Cluster {
  readonly sets: readonly (readonly { readonly node: number; readonly drive: number }[])[];
  readonly parity: number;
}

function placed({ nodes, drivesPerNode, drivesPerSet, parity }: ErasureLayout): Cluster {
  const drives = drivesOf(nodes, drivesPerNode);
  const sets = [];
  for (let at = 0; at < drives.length; at += drivesPerSet) sets.push(drives.slice(at, at + drivesPerSet));
  return { sets, parity };
}

/** Whether every object can be read or written, counted drive by drive and lock by lock. */
function serves(
  { sets, parity }: Cluster,
  operation: 'read' | 'write',
  nodeIsUp: (node: number) => boolean,
  driveIsUp: (node: number, drive: number) => boolean = () => true,
): 'all' | 'none' | 'some' {
  const served = sets.map((set) => {
    const shards = set.filter(({ node, drive }) => nodeIsUp(node) && driveIsUp(node, drive)).length;
    const hosts = [...new Set(set.map(({ node }) => node))];
    const locks = hosts.filter(nodeIsUp).length;
    const enoughLocks = operation === 'read' ? locks * 2 >= hosts.length : locks * 2 > hosts.length;
    const enoughShards = shards >= set.length - parity;
    // With a bare half, two halves could each believe to have written.
    return enoughLocks && enoughShards && (operation === 'read' || shards * 2 > set.length);
  });
  if (served.every(Boolean)) return 'all';
  return served.some(Boolean) ? 'some' : 'none';
}

/** Writes to all nodes but one, then reads from all but another one, for every pair of nodes of a set. */
const readableBeforeHealing = ({ sets, parity }: Cluster) =>
  sets.every((set) =>
    set.every(({ node: first }) =>
      set.every(
        ({ node: second }) =>
          first === second || set.filter(({ node }) => node !== first && node !== second).length >= set.length - parity,
      ),
    ),
  );

/** Every way to choose `count` of `total`, as bit sets. */
function choices(total: number, count: number): number[] {
  const bits = (value: number) => value.toString(2).replaceAll('0', '').length;
  return Array.from({ length: 2 ** total }, (_, value) => value).filter((value) => bits(value) === count);
}

/** Largest number that may be lost: whatever is lost, and if the right ones are. */
function bruteForce(total: number, survives: (lost: (index: number) => boolean) => boolean) {
  let any = -1;
  let most = -1;
  for (let count = 0; count <= total; count++) {
    const outcomes = choices(total, count).map((chosen) =>
      survives((index) => Math.floor(chosen / 2 ** index) % 2 === 1),
    );
    if (any === count - 1 && outcomes.every(Boolean)) any = count;
    if (outcomes.some(Boolean)) most = count;
  }
  return { any, most };
}

const SMALL = [2, 3, 4, 5, 6, 7, 8].flatMap((nodes) =>
  [1, 2, 3, 4, 5, 6].filter((drives) => nodes * drives <= 9).map((drives) => [nodes, drives] as const),
);

test.each(SMALL)('%i nodes × %i drives lose what brute force loses', (nodes, drivesPerNode) => {
  const largest = erasureLayout({ nodes, drivesPerNode }).drivesPerSet / 2;
  for (let parity = 1; parity <= largest; parity++) {
    const layout = erasureLayout({ nodes, drivesPerNode, parity });
    const cluster = placed(layout);
    expect([parity, layout.readableBeforeHealing]).toEqual([parity, readableBeforeHealing(cluster)]);
    for (const [operation, key] of [
      ['read', 'reads'],
      ['write', 'writes'],
    ] as const) {
      expect([parity, key, layout.nodesLost[key]]).toEqual([
        parity,
        key,
        bruteForce(nodes, (lost) => serves(cluster, operation, (node) => !lost(node)) === 'all'),
      ]);
      const drives = drivesOf(nodes, drivesPerNode);
      const index = (node: number, drive: number) =>
        drives.findIndex((one) => one.node === node && one.drive === drive);
      expect([parity, key, layout.drivesLost[key]]).toEqual([
        parity,
        key,
        bruteForce(
          drives.length,
          (lost) =>
            serves(
              cluster,
              operation,
              () => true,
              (node, drive) => !lost(index(node, drive)),
            ) === 'all',
        ),
      ]);
    }
  }
});

describe('sets', () => {
  // From the tests of RustFS, ecstore/src/layout/disks_layout.rs: http://host{1...n}/data{1...m}.
  test.each([
    [3, 18, 9],
    [3, 8, 12],
    [4, 4, 16],
    [2, 18, 12],
  ])('%i nodes × %i drives: sets of %i', (nodes, drivesPerNode, size) => {
    expect(erasureLayout({ nodes, drivesPerNode }).drivesPerSet).toBe(size);
  });

  test('a set never has more drives on one node than on another', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), fc.integer({ min: 1, max: 40 }), (nodes, drivesPerNode) => {
        let layout: ErasureLayout;
        try {
          layout = erasureLayout({ nodes, drivesPerNode });
        } catch {
          return;
        }
        expect(layout.sets * layout.drivesPerSet).toBe(nodes * drivesPerNode);
        for (const set of placed(layout).sets) {
          const perNode = new Map<number, number>();
          for (const { node } of set) perNode.set(node, (perNode.get(node) ?? 0) + 1);
          expect(new Set(perNode.values())).toEqual(new Set([layout.setDrivesPerNode]));
          expect(perNode.size).toBe(layout.nodesPerSet);
        }
      }),
    );
  });
});

describe('what people run', () => {
  test('4 × 1: one node may be lost, with two only reads go on', () => {
    expect(erasureLayout({ nodes: 4, drivesPerNode: 1 })).toMatchObject({
      ...{ sets: 1, drivesPerSet: 4, parity: 2, readQuorum: 2, writeQuorum: 3, usableFraction: 0.5 },
      nodesLost: { reads: { any: 2, most: 2 }, writes: { any: 1, most: 1 } },
    });
  });

  test('4 × 4: one node of four, although 4 of 16 drives are parity', () => {
    expect(erasureLayout({ nodes: 4, drivesPerNode: 4 })).toMatchObject({
      ...{ sets: 1, drivesPerSet: 16, parity: 4, readQuorum: 12, writeQuorum: 12, usableFraction: 0.75 },
      drivesLost: { reads: { any: 4, most: 4 }, writes: { any: 4, most: 4 } },
      nodesLost: { reads: { any: 1, most: 1 }, writes: { any: 1, most: 1 } },
    });
  });

  test('2 nodes: a write needs the locks of both', () => {
    expect(erasureLayout({ nodes: 2, drivesPerNode: 4 })).toMatchObject({
      ...{ drivesPerSet: 8, parity: 4, readLockQuorum: 1, writeLockQuorum: 2 },
      nodesLost: { reads: { any: 1 }, writes: { any: 0 } },
    });
  });

  test('18 × 1: two sets of nine, so the right eight nodes may be lost', () => {
    expect(erasureLayout({ nodes: 18, drivesPerNode: 1 })).toMatchObject({
      ...{ sets: 2, drivesPerSet: 9, parity: 4, nodesPerSet: 9 },
      nodesLost: { reads: { any: 4, most: 8 }, writes: { any: 4, most: 8 } },
    });
  });
});

test('the table in words', () => {
  expect(layoutTable(erasureLayout({ nodes: 4, drivesPerNode: 2 }))).toEqual([
    '4 nodes with 2 drives each: 1 erasure set of 8 drives, 4 data and 4 parity, 2 on each of 4 nodes',
    'usable: 50 % of raw capacity',
    'lost    reads survive  writes survive',
    'drives  any 4          any 3',
    'nodes   any 2          any 1',
  ]);
  expect(layoutTable(erasureLayout({ nodes: 4, drivesPerNode: 4 })).at(-1)).toBe(
    "what is written while a node is away cannot be read while the next one is, until it is healed: parity 4 is less than two nodes' 8 drives of a set",
  );
  expect(layoutTable(erasureLayout({ nodes: 2, drivesPerNode: 1 })).at(-1)).toBe(
    'every restart of a node stops writes: use more nodes',
  );
});

describe('errors', () => {
  const messageOf = (nodes: number, drivesPerNode: number, parity?: number) => {
    try {
      erasureLayout({ nodes, drivesPerNode, ...(parity === undefined ? {} : { parity }) });
    } catch (error) {
      return (error as Error).message;
    }
    return 'no error';
  };

  test('a topology that has no symmetric sets names its neighbours', () => {
    expect(messageOf(17, 1)).toBe(
      'RustFS cannot divide 17 nodes with 1 drive each into erasure sets: a set has 2 to 16 drives, equally many of each of its nodes. ' +
        'What works: with 1 per node: 16 or 18 nodes',
    );
  });

  test.each([
    [
      1,
      4,
      undefined,
      'invalid nodes (value: 1): expected a whole number from 2 to 99; use RustFs for a single machine',
    ],
    [2.5, 4, undefined, 'invalid nodes (value: 2.5): expected a whole number from 2 to 99'],
    [4, 0, undefined, 'invalid drivesPerNode (value: 0): expected a whole number from 1 to 99'],
    [4, 1, 3, 'invalid parity (value: 3): expected a whole number from 1 to 2, half of the 4 drives of a set'],
    [4, 1, 0, 'invalid parity (value: 0): expected a whole number from 1 to 2, half of the 4 drives of a set'],
  ])('%s nodes, %s drives, parity %s', (nodes, drivesPerNode, parity, message) => {
    expect(messageOf(nodes, drivesPerNode, parity)).toBe(message);
  });

  test('every neighbour that a message names works', () => {
    for (let nodes = 2; nodes <= 99; nodes++) {
      for (const drives of [1, 2, 3, 5, 7]) {
        const message = messageOf(nodes, drives);
        if (message === 'no error') continue;
        const [, withDrives = '', , withNodes = ''] =
          /per node: ([^;]+) nodes(; with \d+ nodes: (.+) drives)?/.exec(message) ?? [];
        for (const other of withDrives.split(' or '))
          expect([nodes, drives, messageOf(Number(other), drives)]).toEqual([nodes, drives, 'no error']);
        for (const other of withNodes.split(' or ').filter(Boolean))
          expect(messageOf(nodes, Number(other))).toBe('no error');
      }
    }
  });
});

/** Smallest and largest erasure set (source: RustFS, ecstore/src/layout/disks_layout.rs, SET_SIZES). */
const SMALLEST_SET = 2;
const LARGEST_SET = 16;
/** Largest cluster that messages suggest, and that names of two digits suffice for. */
const MAX_NODES = 99;

export interface ErasureTopology {
  /** Machines, each with the same number of drives. At least 2. */
  readonly nodes: number;
  readonly drivesPerNode: number;
  /** Parity shards of every object. @default - what RustFS takes for the size of the set: 1, 2, 3 or 4 */
  readonly parity?: number;
}

/** How much can be lost before something stops. */
export interface Tolerance {
  /** However unlucky: this many may be lost, whichever they are. */
  readonly any: number;
  /** With luck: this many may be lost if they are the right ones. One more certainly stops it. */
  readonly most: number;
}

export interface ErasureLayout {
  readonly nodes: number;
  readonly drivesPerNode: number;
  /** Erasure sets. Each object lies in one of them, chosen by its name. */
  readonly sets: number;
  readonly drivesPerSet: number;
  /** Nodes that a set has drives on. */
  readonly nodesPerSet: number;
  /** Drives that a set has on each of its nodes. */
  readonly setDrivesPerNode: number;
  readonly parity: number;
  /** Drives of a set that must be there to read, and to write. */
  readonly readQuorum: number;
  readonly writeQuorum: number;
  /** Nodes of a set that must be there to take a lock for reading, and for writing. */
  readonly readLockQuorum: number;
  readonly writeLockQuorum: number;
  /** Data as a fraction of raw capacity. */
  readonly usableFraction: number;
  /** Drives that may be lost, while all nodes answer. */
  readonly drivesLost: { readonly reads: Tolerance; readonly writes: Tolerance };
  /** Nodes that may be lost, with all their drives. */
  readonly nodesLost: { readonly reads: Tolerance; readonly writes: Tolerance };
  /**
   * Whether an object that was written while one node was away can be read while another one is, before RustFS has healed it: it
   * has no shards on the first one.
   */
  readonly readableBeforeHealing: boolean;
}

/**
 * Parity that RustFS takes when nobody says otherwise (source: RustFS, ecstore/src/config/storageclass.rs,
 * default_parity_count).
 */
export function defaultParity(drivesPerSet: number): number {
  if (drivesPerSet < 4) return 1;
  if (drivesPerSet < 6) return 2;
  return drivesPerSet < 8 ? 3 : 4;
}

/**
 * Drives per set that RustFS chooses for `http://node{1...nodes}/data{1...drivesPerNode}`: the largest divisor of all drives up
 * to 16 that takes equally many drives of each node (source: disks_layout.rs, possible_set_counts_with_symmetry and
 * common_set_drive_count). Undefined: RustFS does not start.
 */
export function drivesPerSet(nodes: number, drivesPerNode: number): number | undefined {
  for (let size = LARGEST_SET; size >= SMALLEST_SET; size--) {
    const symmetric = nodes > size ? nodes % size === 0 : size % nodes === 0;
    if (symmetric && (nodes * drivesPerNode) % size === 0) return size;
  }
  return undefined;
}

function checkCount(what: string, value: number, least: number, most: number, wayOut: string): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new Error(`invalid ${what} (value: ${value}): expected a whole number from ${least} to ${most}${wayOut}`);
}

/** The topologies nearest to one that does not work, with other nodes and with other drives. */
function neighbours(nodes: number, drivesPerNode: number): string {
  const nearest = (from: number, most: number, works: (value: number) => boolean) => {
    const down = Array.from({ length: from }, (_, step) => from - 1 - step).find((n) => n > 0 && works(n));
    const up = Array.from({ length: most - from }, (_, step) => from + 1 + step).find(works);
    return [down, up].filter((value) => value !== undefined);
  };
  const otherNodes = nearest(nodes, MAX_NODES, (n) => n > 1 && drivesPerSet(n, drivesPerNode) !== undefined);
  const otherDrives = nearest(drivesPerNode, MAX_NODES, (m) => drivesPerSet(nodes, m) !== undefined);
  return [
    `with ${drivesPerNode} per node: ${otherNodes.join(' or ')} nodes`,
    ...(otherDrives.length > 0 ? [`with ${nodes} nodes: ${otherDrives.join(' or ')} drives per node`] : []),
  ].join('; ');
}

/**
 * How RustFS lays out erasure sets over a cluster, and what it survives.
 *
 * Within a set, drives of all its nodes alternate, because RustFS counts the nodes before the drives when it expands
 * `http://node{1...N}:9000/data{1...M}` (source: RustFS, utils/src/string.rs, ArgPattern::expand). A read needs the data shards;
 * a write needs one more when data and parity are equal (source: set_disk/core/io_primitives.rs, default_write_quorum). Both also
 * need locks from the nodes of the set: half of them to read, a majority to write (source: set_disk/ops/locking.rs and
 * lock/src/distributed_lock.rs).
 *
 * @throws Error for a topology that RustFS refuses, with the nearest ones that it takes
 */
export function erasureLayout(topology: ErasureTopology): ErasureLayout {
  const { nodes, drivesPerNode } = topology;
  checkCount('nodes', nodes, 2, MAX_NODES, nodes === 1 ? '; use RustFs for a single machine' : '');
  checkCount('drivesPerNode', drivesPerNode, 1, MAX_NODES, '');
  const size = drivesPerSet(nodes, drivesPerNode);
  if (size === undefined) {
    throw new Error(
      `RustFS cannot divide ${nodes} nodes with ${drivesPerNode} ${drivesPerNode === 1 ? 'drive' : 'drives'} each into erasure sets: ` +
        `a set has ${SMALLEST_SET} to ${LARGEST_SET} drives, equally many of each of its nodes. What works: ${neighbours(nodes, drivesPerNode)}`,
    );
  }
  const parity = topology.parity ?? defaultParity(size);
  checkCount('parity', parity, 1, Math.floor(size / 2), `, half of the ${size} drives of a set`);

  const data = size - parity;
  const writeQuorum = data === parity ? data + 1 : data;
  const nodesPerSet = Math.min(nodes, size);
  const setDrivesPerNode = size / nodesPerSet;
  const sets = (nodes * drivesPerNode) / size;
  const readLockQuorum = nodesPerSet - Math.floor(nodesPerSet / 2);
  const writeLockQuorum = Math.floor(nodesPerSet / 2) + 1;
  const drives = (quorum: number): Tolerance => ({ any: size - quorum, most: sets * (size - quorum) });
  const lostNodes = (quorum: number, lockQuorum: number): Tolerance => {
    const any = Math.min(Math.floor((size - quorum) / setDrivesPerNode), nodesPerSet - lockQuorum);
    // Sets that share no node can each lose as many.
    return { any, most: any * (nodes / nodesPerSet) };
  };
  return {
    nodes,
    drivesPerNode,
    sets,
    drivesPerSet: size,
    nodesPerSet,
    setDrivesPerNode,
    parity,
    readQuorum: data,
    writeQuorum,
    readLockQuorum,
    writeLockQuorum,
    usableFraction: data / size,
    drivesLost: { reads: drives(data), writes: drives(writeQuorum) },
    nodesLost: { reads: lostNodes(data, readLockQuorum), writes: lostNodes(writeQuorum, writeLockQuorum) },
    readableBeforeHealing: parity >= 2 * setDrivesPerNode,
  };
}

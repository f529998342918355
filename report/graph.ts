import { ANONYMOUS } from './build/identities.js';
import { isContradicted } from './cells.js';
import type { AccessReport, ReportCell } from './model.js';
import { rightsText } from './words.js';

/** Beyond this, the buckets of a component are one node, and who reaches nothing else is left out. */
const MAX_NODES = 60;
const MAX_EDGES = 150;

export interface ReachGraph {
  /** Graphviz DOT. */
  readonly dot: string;
  readonly nodes: number;
  readonly edges: number;
  /** What is left out, in words. */
  readonly note?: string;
}

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly kind: 'own' | 'other' | 'public' | 'bad';
  readonly label: string;
}

/** A text in double quotes; Graphviz knows escapes that begin with a backslash, and HTML entities. */
const quote = (text: string) =>
  `"${text.replaceAll('&', '&amp;').replaceAll('\\', '\\\\').replaceAll('"', String.raw`\"`).replaceAll(/\s/g, ' ')}"`;

function kindOf(cell: ReportCell): Edge['kind'] {
  if (isContradicted(cell)) return 'bad';
  if (cell.grant === 'own' || cell.grant === 'public') return cell.grant;
  return 'other';
}

function edgeOf(cell: ReportCell & { bucket: string }): Edge {
  const kind = kindOf(cell);
  const rights = rightsText(cell.verbs);
  return {
    from: cell.who,
    to: cell.bucket,
    kind,
    label: kind === 'bad' ? 'contradicted' : kind === 'own' ? '' : rights,
  };
}

const WEIGHT: Readonly<Record<Edge['kind'], number>> = { bad: 0, public: 1, other: 2, own: 3 };

/** The edges of an estate that is too large to draw whole: between components only, most important first. */
function condensed(edges: readonly Edge[], ownerOf: (bucket: string) => string) {
  const between = new Map<string, Edge>();
  for (const edge of edges) {
    if (edge.kind === 'own') continue;
    const to = ownerOf(edge.to);
    const key = `${edge.from}\0${to}`;
    const known = between.get(key);
    if (!known || WEIGHT[edge.kind] < WEIGHT[known.kind]) between.set(key, { ...edge, to });
  }
  return [...between.values()].sort((a, b) => WEIGHT[a.kind] - WEIGHT[b.kind]);
}

function nodeLine(id: string, label: string, kind: string): string {
  return `${id} [label=${quote(label)} class=${quote(kind)}];`;
}

/** Who reaches what: identities on the left, buckets grouped by owner on the right. */
export function reachGraph({ cells, identities, buckets }: AccessReport): ReachGraph {
  const onBuckets = cells.filter((cell): cell is ReportCell & { bucket: string } => cell.bucket !== undefined);
  // What everybody may do is drawn once.
  const open = new Set(
    onBuckets.flatMap(({ who, bucket, grant }) => (who === ANONYMOUS && grant === 'public' ? [bucket] : [])),
  );
  const isDrawn = (cell: ReportCell & { bucket: string }) =>
    isContradicted(cell) ||
    (cell.actions.length > 0 && !(cell.grant === 'public' && cell.who !== ANONYMOUS && open.has(cell.bucket)));
  const all = onBuckets.filter(isDrawn).map(edgeOf);
  const isLarge = identities.length + buckets.length > MAX_NODES;
  const owners = new Map(buckets.map(({ name, owner }) => [name, owner ?? 'no component']));
  const ownerOf = (bucket: string) => owners.get(bucket) ?? bucket;
  const wanted = isLarge ? condensed(all, ownerOf) : all;
  const edges = wanted.slice(0, MAX_EDGES);
  // Graphviz begins at the bottom.
  const left = [...new Set(edges.map(({ from }) => from))].sort().reverse();
  const right = [...new Set(edges.map(({ to }) => to))].sort().reverse();
  const leftId = new Map(left.map((name, index) => [name, `i${index}`]));
  const rightId = new Map(right.map((name, index) => [name, `b${index}`]));
  const sizeOf = (owner: string) => buckets.filter(({ name }) => ownerOf(name) === owner).length;
  const groups = isLarge ? [] : [...new Set(right.map(ownerOf))].sort().reverse();
  const lines = [
    'digraph access {',
    'bgcolor=transparent; rankdir=LR; nodesep=0.14; ranksep=2.4; pad=0.1;',
    'node [shape=box style=rounded fontname=Helvetica fontsize=11 height=0.3 margin="0.14,0.05"];',
    'edge [arrowsize=0.6 fontname=Courier fontsize=10];',
    ...left.map((name) =>
      nodeLine(leftId.get(name) ?? '', name, name === ANONYMOUS ? 'identity everybody' : 'identity'),
    ),
    ...(isLarge
      ? right.map((owner) => nodeLine(rightId.get(owner) ?? '', `${owner}: ${sizeOf(owner)} buckets`, 'bucket'))
      : groups.flatMap((owner, index) => [
          `subgraph cluster_${index} { label=${quote(owner)}; labeljust=l; fontname=Helvetica; fontsize=10; style=rounded; class=owner; margin=10;`,
          ...right
            .filter((name) => ownerOf(name) === owner)
            .map((name) => nodeLine(rightId.get(name) ?? '', name, 'bucket')),
          '}',
        ])),
    ...edges.map(
      ({ from, to, kind, label }) =>
        `${leftId.get(from)} -> ${rightId.get(to)} [class=${kind}${label ? ` label=${quote(` ${label} `)}` : ''}${kind === 'own' || kind === 'bad' ? '' : ' style=dashed'}];`,
    ),
    '}',
  ];
  const quiet = identities.length - left.length;
  const notes = [
    ...(isLarge
      ? [
          `Drawn by component, because there are ${identities.length} identities and ${buckets.length} buckets; ${quiet} identities that reach only the buckets of their component, or none, are left out.`,
        ]
      : []),
    ...(wanted.length > edges.length ? [`Only the first ${edges.length} of ${wanted.length} arrows are drawn.`] : []),
  ];
  return {
    dot: lines.join('\n'),
    nodes: left.length + right.length,
    edges: edges.length,
    ...(notes.length > 0 ? { note: notes.join(' ') } : {}),
  };
}

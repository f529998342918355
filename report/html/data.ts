import { cellLookup } from '../cells.js';
import type { AccessReport, ReportCell } from '../model.js';
import { GRANTS, PROBES, PROOFS } from '../words.js';
import { type Html, jsonForScript } from './escape.js';

/** A cell without its place; empty lists are left out, as most cells have only these. */
function shapeOf({ who: _, bucket: __, ...cell }: ReportCell): string {
  return JSON.stringify(cell, (_key, value) => (Array.isArray(value) && value.length === 0 ? undefined : value));
}

/**
 * What the drill-down shows. Cells are a table of numbers, row by row with the rest of the server last: most cells are like
 * many others, and each different one is written once.
 */
export function pageData(report: AccessReport): Html {
  const cellOf = cellLookup(report);
  const shapes = new Map<string, number>();
  const numberOf = (cell: ReportCell): number => {
    const shape = shapeOf(cell);
    const number = shapes.get(shape) ?? shapes.size;
    shapes.set(shape, number);
    return number;
  };
  const names = [...report.buckets.map(({ name }) => name), undefined];
  const cells = report.identities.map(({ id }) => names.map((name) => numberOf(cellOf(id, name))));
  return jsonForScript({
    words: { grants: GRANTS, proofs: PROOFS, probes: PROBES },
    emulated: report.server.emulated,
    identities: report.identities,
    buckets: report.buckets.map(({ name }) => name),
    shapes: [...shapes.keys()].map((shape) => JSON.parse(shape) as unknown),
    cells,
    probeSets: report.probeSets,
    documents: report.documents,
    findings: report.findings.filter(({ source }) => source === 'probe'),
  });
}

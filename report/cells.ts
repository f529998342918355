import type { AccessReport, ReportCell } from './model.js';

/** Looks up cells of a report, also those that it leaves out. `bucket`: undefined for the rest of the server. */
export function cellLookup({
  cells,
  unlisted,
}: Pick<AccessReport, 'cells' | 'unlisted'>): (who: string, bucket?: string) => ReportCell {
  const known = new Map(cells.map((cell) => [`${cell.who}\0${cell.bucket ?? ''}`, cell]));
  return (who, bucket) =>
    known.get(`${who}\0${bucket ?? ''}`) ?? {
      who,
      ...(bucket === undefined ? {} : { bucket }),
      grant: 'none',
      verbs: [],
      actions: [],
      statements: [],
      proof: { state: unlisted.proof },
      probe: { state: 'not-probed', requests: 0 },
    };
}

/** Something that needs a look: a contradiction of a theorem or of an answer. */
export const isContradicted = ({ proof, probe }: ReportCell): boolean =>
  proof.state === 'counterexample' || probe.state === 'contradicted';

/** Something that is not as sure as it could be, such as an exception. */
export const isDoubtful = ({ proof, probe }: ReportCell): boolean =>
  ['accepted', 'unknown'].includes(proof.state) || probe.state === 'unknown';

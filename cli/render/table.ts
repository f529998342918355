import Table from 'cli-table3';

const PLAIN = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** A table: with borders on a terminal, plain aligned columns when piped. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const terminal = process.stdout.isTTY === true;
  const table = new Table({
    head: [...head],
    style: {
      head: terminal ? ['bold'] : [],
      border: [],
      ...(terminal ? {} : { 'padding-left': 0, 'padding-right': 0 }),
    },
    ...(terminal ? {} : { chars: PLAIN }),
  });
  for (const row of rows) table.push([...row]);
  return table.toString().replace(/[ \t]+$/gm, '');
}

/**
 * What sops feeds into its MAC for a value that stays in plain text. sops reads YAML with go-yaml, which resolves plain
 * scalars in its own mixture of YAML 1.1 and 1.2 (go-yaml source: resolve.go), then hashes numbers, booleans and dates in
 * Go's spelling (sops source: ToBytes).
 *
 * @returns `null` for a null, which the MAC leaves out; `undefined` for a number beyond 64 bits, which sops refuses.
 */
export function macText(text: string): string | null | undefined {
  if (['', '~', 'null', 'Null', 'NULL'].includes(text)) return null;
  if (['true', 'True', 'TRUE'].includes(text)) return 'True';
  if (['false', 'False', 'FALSE'].includes(text)) return 'False';
  if (['.nan', '.NaN', '.NAN'].includes(text)) return 'NaN';
  if (['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].includes(text)) return '+Inf';
  if (['-.inf', '-.Inf', '-.INF'].includes(text)) return '-Inf';
  if (!/^[-+.0-9]/.test(text)) return text;
  // After a leading point go-yaml takes "_" only between digits.
  if (text.startsWith('.') && !/^\.\d+(_\d+)*([eE][-+]?\d+)?$/.test(text)) return text;
  return timestampText(text) ?? numberText(text);
}

function numberText(text: string): string | undefined {
  const digits = text.replaceAll('_', '');
  const int = parseInteger(digits);
  if (int !== undefined) {
    if (int >= -(2n ** 63n) && int < 2n ** 63n) return int.toString();
    if (int > 0n && int < 2n ** 64n) return undefined;
  }
  if (!/^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/.test(digits)) return text;
  return Number.isFinite(Number(digits)) ? floatText(digits) : text;
}

/** Decimal, `0x`, `0b`, `0o`, and `0777` as octal. */
function parseInteger(text: string): bigint | undefined {
  const match = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9]\d*)$/.exec(text);
  if (match === null) return undefined;
  const digits = (match[2] ?? '').replace(/^0(?=[0-7])/, '0o');
  return match[1] === '-' ? -BigInt(digits) : BigInt(digits);
}

/** A decimal number as Go's `FormatFloat(value, 'f', -1, 64)`: shortest digits that read back, never an exponent. */
export function floatText(text: string): string {
  const value = Number(text);
  if (Object.is(value, -0)) return '-0';
  const match = /^(-?)(\d)(?:\.(\d+))?e([-+]\d+)$/.exec(String(value));
  if (match === null) return String(value);
  const [, sign, first = '', rest = '', exponent] = match;
  const digits = first + rest;
  const point = 1 + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return `${sign}${digits.padEnd(point, '0')}`;
}

const DATE = /^(\d{4}-\d{1,2}-\d{1,2})(?:[Tt](.+?)(Z|[-+]\d\d:\d\d)| (.+))?$/;
const TIME = /^(\d{1,2}:\d{1,2}:\d{1,2})(?:[.,](\d+))?$/;

/** RFC 3339 with nanoseconds, as Go prints a time. */
function timestampText(text: string): string | undefined {
  const match = DATE.exec(text);
  const time = TIME.exec(match?.[2] ?? match?.[4] ?? '0:0:0');
  if (match === null || time === null) return undefined;
  const pad = (parts: string | undefined, separator: string) =>
    (parts ?? '')
      .split(separator)
      .map((part) => part.padStart(2, '0'))
      .join(separator);
  const second = `${pad(match[1], '-')}T${pad(time[1], ':')}`;
  const parsed = new Date(`${second}Z`);
  // A date that JavaScript moves to another day (02-30) is none, and so is an hour 24.
  if (Number.isNaN(parsed.getTime()) || parsed.toISOString().slice(0, 19) !== second) return undefined;
  const fraction = (time[2] ?? '').slice(0, 9).replace(/0+$/, '');
  const zone = match[3] === undefined || /^[-+]00:00$/.test(match[3]) ? 'Z' : match[3];
  return `${second}${fraction && `.${fraction}`}${zone}`;
}

/** A piece of TypeScript that is printed as it is, such as the name of a variable. */
export class Code {
  constructor(readonly text: string) {}
}

/** What can be printed as a TypeScript expression. Fields that are undefined are left out. */
export type Printable =
  | string
  | number
  | boolean
  | undefined
  | Code
  | readonly Printable[]
  | { readonly [name: string]: Printable };

const MAX_WIDTH = 116;
const INDENT = '  ';

const isList = (value: Printable): value is readonly Printable[] => Array.isArray(value);

/** Without line breaks of any kind, two of which JSON leaves as they are. */
function onOneLine(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

/** In single quotes, as this code base writes them. */
export function printString(text: string): string {
  return `'${onOneLine(text).replaceAll("'", "\\'")}'`;
}

const printName = (name: string) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : printString(name));

/**
 * An expression, on one line if it fits and else with a line for each item.
 *
 * @param column where it begins
 */
export function printExpression(value: Printable, depth = 0, column = depth * INDENT.length): string {
  if (value instanceof Code) return value.text;
  if (typeof value === 'string') return printString(value);
  if (typeof value !== 'object') return String(value);
  const inner = (depth + 1) * INDENT.length;
  const items = isList(value)
    ? value.map((item) => printExpression(item, depth + 1))
    : Object.entries(value).flatMap(([field, item]) => {
        if (item === undefined) return [];
        const name = printName(field);
        const text = printExpression(item, depth + 1, inner + name.length + 2);
        return [item instanceof Code && text === name ? name : `${name}: ${text}`];
      });
  const [open, close, space] = isList(value) ? ['[', ']', ''] : ['{', '}', ' '];
  if (items.length === 0) return open + close;
  const inline = open + space + items.join(', ') + space + close;
  if (!inline.includes('\n') && column + inline.length <= MAX_WIDTH) return inline;
  const lines = items.map((item) => `${' '.repeat(inner)}${item},\n`).join('');
  return `${open}\n${lines}${INDENT.repeat(depth)}${close}`;
}

/** Every piece of code in a value. */
export function codesIn(value: Printable): readonly string[] {
  if (value instanceof Code) return [value.text];
  return typeof value === 'object' ? Object.values(value).flatMap(codesIn) : [];
}

/** A comment line. Names come from the server and may contain anything. */
export function printComment(text: string, indent = ''): string {
  return `${indent}// ${onOneLine(text)}`;
}

/** Gives every object a variable of its own: `web-svc` becomes `webSvc`, a second one `webSvc2`. */
export function variableNames(taken: Iterable<string>): (name: string, suffix: string) => string {
  const used = new Set(taken);
  return (name, suffix) => {
    const words = `${name} ${suffix}`.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
    const camel = words.map((word, index) => {
      const first = word[0] ?? '';
      return (index === 0 ? first.toLowerCase() : first.toUpperCase()) + word.slice(1);
    });
    const base = camel.join('').replace(/^(?=\d)/, '_');
    let variable = base;
    for (let count = 2; used.has(variable); count++) variable = `${base}${count}`;
    used.add(variable);
    return variable;
  };
}

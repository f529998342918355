import { expect, test } from 'vitest';
import { parseQuery } from '../../../emulator/http/query.js';

test('a query is read as a form', () => {
  expect(parseQuery('b=2&a=1+2%20%2B&&c&=x&a=%C3%A9&d=%ff&e=%zz').pairs).toEqual([
    ['b', '2'],
    ['a', '1 2 +'],
    ['c', ''],
    ['', 'x'],
    ['a', 'é'],
    ['d', '\ufffd'],
    ['e', '%zz'],
  ]);
});

test('parameters are found by name', () => {
  const query = parseQuery('a=1&a=2&b');
  expect(query.get('a')).toBe('1');
  expect(query.all('a')).toEqual(['1', '2']);
  expect(query.get('b')).toBe('');
  expect(query.has('b')).toBe(true);
  expect(query.get('c')).toBeUndefined();
  expect(query.has('c')).toBe(false);
  expect(query.all('c')).toEqual([]);
});

test('no query has no parameters', () => {
  expect(parseQuery('').pairs).toEqual([]);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseQuery } from '../../../emulator/http/query.js';
import { entryName, listEntries, maxKeys, nameEncoder } from '../../../emulator/s3/list-page.js';
import { compareKeys, lowerBound } from '../../../emulator/s3/objects/key-order.js';

const KEYS = ['a/1', 'a/2', 'a/b/1', 'a0', 'b', 'c/d'];

const names = (query: Partial<Parameters<typeof listEntries>[1]>) =>
  [...listEntries(KEYS, { prefix: '', after: '', ...query })].map(entryName);

describe('listEntries', () => {
  test('all keys', () => {
    expect(names({})).toEqual(KEYS);
  });

  test('rolls up at a delimiter', () => {
    expect(names({ delimiter: '/' })).toEqual(['a/', 'a0', 'b', 'c/']);
    expect(names({ delimiter: '/', prefix: 'a/' })).toEqual(['a/1', 'a/2', 'a/b/']);
  });

  test('goes on after a key, or after a prefix', () => {
    expect(names({ after: 'a/2' })).toEqual(['a/b/1', 'a0', 'b', 'c/d']);
    expect(names({ after: 'a/9' })).toEqual(['a/b/1', 'a0', 'b', 'c/d']);
    expect(names({ delimiter: '/', after: 'a/' })).toEqual(['a0', 'b', 'c/']);
    expect(names({ delimiter: '/', after: 'a/1' })).toEqual(['a0', 'b', 'c/']);
    expect(names({ prefix: 'b', after: 'c' })).toEqual([]);
  });

  test('says of each key what a look at all of them says', () => {
    const key = fc.stringMatching(/^[ab/\u{1F600}\uE000]{1,5}$/u);
    fc.assert(
      fc.property(fc.uniqueArray(key), fc.stringMatching(/^[ab/]{0,2}$/), fc.boolean(), (keys, prefix, rolled) => {
        const sorted = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        const wanted = sorted
          .filter((candidate) => candidate.startsWith(prefix))
          .map((candidate) => {
            const end = rolled ? candidate.indexOf('/', prefix.length) : -1;
            return end < 0 ? candidate : candidate.slice(0, end + 1);
          });
        const query = { prefix, after: '', ...(rolled && { delimiter: '/' }) };
        expect([...listEntries(sorted, query)].map(entryName)).toEqual([...new Set(wanted)]);
      }),
    );
  });

  test('in pages is the same as in one', () => {
    const key = fc.stringMatching(/^[ab/]{1,4}$/);
    fc.assert(
      fc.property(fc.uniqueArray(key), fc.boolean(), (keys, rolled) => {
        const sorted = [...keys].sort(compareKeys);
        const query = { prefix: '', ...(rolled && { delimiter: '/' }) };
        const paged: string[] = [];
        for (;;) {
          const [next] = listEntries(sorted, { ...query, after: paged.at(-1) ?? '' });
          if (next === undefined) break;
          paged.push(entryName(next));
        }
        expect(paged).toEqual([...listEntries(sorted, { ...query, after: '' })].map(entryName));
      }),
    );
  });
});

test('keys are ordered by their UTF-8 bytes', () => {
  const keys = ['z', '\u{1F600}', 'é', 'a', '\uE000', 'B'];
  expect(keys.sort(compareKeys)).toEqual(['B', 'a', 'z', 'é', '\uE000', '\u{1F600}']);
  expect(lowerBound(keys, 'é')).toBe(3);
  expect(lowerBound(keys, '')).toBe(0);
  expect(lowerBound(keys, '\u{1F601}')).toBe(6);
});

test('max-keys', () => {
  expect(maxKeys(parseQuery(''))).toBe(1000);
  expect(maxKeys(parseQuery('max-keys=7'))).toBe(7);
  expect(maxKeys(parseQuery('max-keys=5000'))).toBe(1000);
  expect(() => maxKeys(parseQuery('max-keys=-1'))).toThrow(/^Invalid max keys$/);
  expect(() => maxKeys(parseQuery('max-keys=x'))).toThrow(/^invalid query: max-keys: x$/);
});

test('names are encoded when that is asked for', () => {
  const name = "dir x/é+(1)'&";
  expect(nameEncoder(parseQuery(''))(name)).toBe(name);
  expect(nameEncoder(parseQuery('encoding-type=url'))(name)).toBe('dir%20x/%C3%A9%2B%281%29%27%26');
});

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findVariable, SECTIONS } from '../../../constructs/environment/table.js';
import type { RustFsVersion } from '../../../policies/index.js';

const VERSIONS: readonly RustFsVersion[] = ['1.0.1', '1.0.0-beta.7'];

const NAMES: ReadonlyMap<string, readonly string[]> = new Map(
  readFileSync(new URL('data/names.txt', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [name = '', ...versions] = line.split(' ');
      return [name, versions];
    }),
);

describe('the names in the source of RustFS', () => {
  test('all have a row', () => {
    expect(NAMES.size).toBeGreaterThan(900);
    expect([...NAMES.keys()].filter((name) => findVariable(name) === undefined)).toEqual([]);
  });

  test('are in every version in which a setting is said to have an effect', () => {
    const untrue = [...NAMES].flatMap(([name, versions]) => {
      const row = findVariable(name);
      if (row === undefined || !('setting' in row)) return [];
      const claimed = row.only === undefined ? VERSIONS : [row.only];
      return claimed.filter((version) => !versions.includes(version)).map((version) => `${name} in ${version}`);
    });
    expect(untrue).toEqual([]);
  });

  test('are what the rows speak of', () => {
    const found = new Set([...NAMES.keys()].map(findVariable));
    const invented = SECTIONS.flatMap(({ variables }) => variables).filter((variable) => !found.has(variable));
    expect(invented.map(({ name }) => name)).toEqual([]);
  });
});

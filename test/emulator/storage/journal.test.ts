import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openJournal } from '../../../emulator/storage/journal.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'journal-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function contents(): Promise<Record<string, unknown>> {
  const journal = await openJournal(directory);
  const all = Object.fromEntries(['user', 'bucket'].map((kind) => [kind, Object.fromEntries(journal.of(kind))]));
  await journal.close();
  return all;
}

test('what was put is there when it is opened again', async () => {
  const journal = await openJournal(directory);
  await journal.put('user', 'alice', { secret: 'é\n"' });
  await journal.put('user', 'bob', 1);
  await journal.put('user', 'bob', 2);
  await journal.put('bucket', 'b', [true, null]);
  await journal.put('bucket', 'gone', 'x');
  await journal.put('bucket', 'gone', undefined);
  await journal.close();
  expect(await contents()).toEqual({ user: { alice: { secret: 'é\n"' }, bob: 2 }, bucket: { b: [true, null] } });
});

test('a resolved change is in the file although nothing was closed', async () => {
  const journal = await openJournal(directory);
  await Promise.all([journal.put('user', 'a', 1), journal.put('user', 'b', 2), journal.put('user', 'a', 3)]);
  const [name = ''] = await readdir(directory);
  expect(await readFile(join(directory, name), 'utf8')).toBe('["user","a",1]\n["user","b",2]\n["user","a",3]\n');
  await journal.close();
});

describe('after a sudden end', () => {
  test('a line that was cut off is dropped', async () => {
    await writeFile(join(directory, 'records-7.jsonl'), '["user","a",1]\n["user","b",');
    expect(await contents()).toEqual({ user: { a: 1 }, bucket: {} });
    expect(await readdir(directory)).toEqual(['records-8.jsonl']);
  });

  test('of a rewrite that was not finished only the old file counts', async () => {
    await writeFile(join(directory, 'records-1.jsonl'), '["user","a",1]\n');
    await writeFile(join(directory, 'records-2.jsonl.new'), '["user","a",');
    expect(await contents()).toEqual({ user: { a: 1 }, bucket: {} });
    expect(await readdir(directory)).toEqual(['records-2.jsonl']);
  });

  test('of a rewrite that was finished only the new file counts', async () => {
    await writeFile(join(directory, 'records-9.jsonl'), '["user","a",1]\n');
    await writeFile(join(directory, 'records-10.jsonl'), '["user","a",2]\n');
    expect(await contents()).toEqual({ user: { a: 2 }, bucket: {} });
    expect(await readdir(directory)).toEqual(['records-11.jsonl']);
  });
});

test('a file that has grown is rewritten', async () => {
  const journal = await openJournal(directory);
  const value = 'x'.repeat(100_000);
  for (let n = 0; n < 60; n += 1) await journal.put('user', 'same', `${n}${value}`);
  const names = await readdir(directory);
  expect(names).toEqual(['records-2.jsonl']);
  expect((await stat(join(directory, names[0] ?? ''))).size).toBeLessThan(2_500_000);
  await journal.close();
  expect(await contents()).toEqual({ user: { same: `59${value}` }, bucket: {} });
});

test('other files stay', async () => {
  await appendFile(join(directory, 'notes.txt'), 'mine');
  await (await openJournal(directory)).close();
  expect(await readFile(join(directory, 'notes.txt'), 'utf8')).toBe('mine');
});

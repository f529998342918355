import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockDirectory } from '../../../emulator/storage/lock.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lock-'));
});
afterEach(() => rm(directory, { recursive: true }));

test('a directory is given to one at a time', async () => {
  const unlock = await lockDirectory(directory);
  await expect(lockDirectory(directory)).rejects.toThrow(
    `data directory ${directory} is in use by process ${process.pid}: stop that emulator or choose another directory`,
  );
  await unlock();
  await (await lockDirectory(directory))();
});

test('the lock of a process that is gone is taken over', async () => {
  const path = join(directory, 'lock');
  for (const left of ['999999999', 'garbage', '']) {
    await writeFile(path, left);
    const unlock = await lockDirectory(directory);
    expect(await readFile(path, 'utf8')).toBe(String(process.pid));
    await unlock();
  }
});

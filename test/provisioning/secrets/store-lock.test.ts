import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { storeLock } from '../../../provisioning/secrets/store-lock.js';
import { refusal, temporaryDirectory } from './support.js';

const holder = (pid: number, host = hostname()) =>
  JSON.stringify({ id: '0123456789abcdef', pid, host, since: '2026-01-14T10:00:00.000Z' });

/** Process id of a process that has ended. */
const deadPid = () => Number(execFileSync(process.execPath, ['-e', 'console.log(process.pid)'], { encoding: 'utf8' }));

test('a second run is told who has the lock, and gets it when the first is done', async () => {
  const file = join(temporaryDirectory(), '.lock');
  const release = await storeLock(file, 'secret store secrets').lock();
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ pid: process.pid, host: hostname() });
  const { since } = JSON.parse(readFileSync(file, 'utf8'));
  expect(await refusal(storeLock(file, 'secret store secrets').lock())).toBe(
    `secret store secrets is in use by process ${process.pid} since ${since}: wait until it has finished, or delete ${file} if no such process runs`,
  );
  await release();
  expect(existsSync(file)).toBe(false);
  await (await storeLock(file, 'secret store secrets').lock())();
});

test('the run that has the lock writes without waiting for itself', async () => {
  const file = join(temporaryDirectory(), '.lock');
  const lock = storeLock(file, 'store');
  const release = await lock.lock();
  expect(await lock.exclusive(async () => existsSync(file))).toBe(true);
  expect(existsSync(file)).toBe(true);
  await release();
});

test.each([
  [false, 1],
  [true, 3],
])('under the lock of the run, writes queue unless they may go side by side (%s)', async (sideBySide, expected) => {
  const lock = storeLock(join(temporaryDirectory(), '.lock'), 'store', { sideBySide });
  const release = await lock.lock();
  let running = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 1));
    running--;
  };
  await Promise.all([lock.exclusive(work), lock.exclusive(work), lock.exclusive(work)]);
  expect(most).toBe(expected);
  await release();
});

test('one write at a time, also after one that failed', async () => {
  const dir = temporaryDirectory();
  const locks = [storeLock(join(dir, '.lock'), 'store'), storeLock(join(dir, '.lock'), 'store')];
  let running = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 1));
    running--;
  };
  const failing = locks.map((lock) => lock.exclusive(() => Promise.reject(new Error('disk full'))));
  const results = await Promise.allSettled([
    ...failing,
    ...locks.flatMap((lock) => [lock.exclusive(work), lock.exclusive(work)]),
  ]);
  expect(results.map(({ status }) => status)).toEqual([
    'rejected',
    'rejected',
    'fulfilled',
    'fulfilled',
    'fulfilled',
    'fulfilled',
  ]);
  expect(most).toBe(1);
  expect(readdirSync(dir)).toEqual([]);
});

test('the lock of a process that has ended is taken over, by one of many', async () => {
  const dir = temporaryDirectory();
  const file = join(dir, '.lock');
  writeFileSync(file, holder(deadPid()));
  let running = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 8 }, () =>
      storeLock(file, 'store').exclusive(async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 1));
        running--;
      }),
    ),
  );
  expect(most).toBe(1);
  expect(readdirSync(dir)).toEqual([]);
});

test('a lock of an earlier process with our own process id is taken over', async () => {
  const file = join(temporaryDirectory(), '.lock');
  writeFileSync(file, holder(process.pid));
  await (await storeLock(file, 'store').lock())();
  expect(existsSync(file)).toBe(false);
});

test('nobody can tell whether a process on another host runs', async () => {
  const file = join(temporaryDirectory(), '.lock');
  writeFileSync(file, holder(1, 'build-7'));
  expect(await refusal(storeLock(file, 'SOPS file cluster.yaml').lock())).toBe(
    `SOPS file cluster.yaml is in use by process 1 on host build-7 since 2026-01-14T10:00:00.000Z: wait until it has finished, or delete ${file} if no such process runs`,
  );
  expect(existsSync(file)).toBe(true);
});

test.each(['{"pid":1}', holder(1).replace('0123456789abcdef', '../../etc/x')])(
  'a lock file that is not ours (%j) is left to its owner',
  async (content) => {
    const dir = temporaryDirectory();
    const file = join(dir, '.lock');
    writeFileSync(file, content);
    expect(await refusal(storeLock(file, 'store').lock())).toBe(
      `store is in use by another process: wait until it has finished, or delete ${file} if no such process runs`,
    );
    expect(readFileSync(file, 'utf8')).toBe(content);
    expect(readdirSync(dir)).toEqual(['.lock']);
  },
);

test('what a process left behind that was killed before it had the lock is removed', async () => {
  const dir = temporaryDirectory();
  writeFileSync(join(dir, '..lock.99-0123456789ab.tmp'), holder(99));
  await (await storeLock(join(dir, '.lock'), 'store').lock())();
  expect(readdirSync(dir)).toEqual([]);
});

test('a directory without the right to write is told with its code', async () => {
  const file = join(temporaryDirectory(), 'missing', '.lock');
  expect(await refusal(storeLock(file, 'store').lock())).toBe(`cannot create the lock ${file}: ENOENT`);
});

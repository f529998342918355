import { afterEach, expect, test } from 'vitest';
import { createWorld, type World } from './fixture.js';

let world: World | undefined;
afterEach(() => world?.close());

/** How many requests a complete apply of the fixture takes; the test fails if it takes more, so none stays untested. */
const REQUESTS = 45;

test('apply converges after it was cut off at any request', async () => {
  let cutAt = Number.POSITIVE_INFINITY;
  let seen = 0;
  let completed = 0;
  for (let index = 1; index <= REQUESTS; index++) {
    seen = 0;
    cutAt = index;
    world = await createWorld({
      onRequest: () => (++seen >= cutAt ? { action: 'respond', status: 400, body: 'cut off' } : undefined),
    });
    const interrupted = await world.apply().then(
      () => false,
      () => true,
    );
    if (!interrupted) completed++;
    cutAt = Number.POSITIVE_INFINITY;
    await world.apply();
    expect(await world.differences()).toEqual([]);
    await world.close();
  }
  world = undefined;
  // At the last indexes the first apply was already through.
  expect(completed).toBeGreaterThan(0);
  expect(completed).toBeLessThan(REQUESTS);
});

test('a connection that breaks once is retried', async () => {
  let broken = 0;
  world = await createWorld({
    onRequest: ({ n }) => (n % 7 === 0 && broken++ < 3 ? { action: 'destroy' } : undefined),
  });
  await world.apply();
  expect(await world.differences()).toEqual([]);
  expect(broken).toBeGreaterThan(0);
});

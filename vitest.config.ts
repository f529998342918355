import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // By default one worker fewer than there are cores; most tests wait for child processes.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Only for what hangs: how fast a machine is, is no assertion.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});

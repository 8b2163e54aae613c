import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/servers-of-the-run.ts'],
    sequence: { shuffle: true },
    // A test that starts a real PostgreSQL server needs initdb (0.5 s) and a busy machine may take ten times that.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});

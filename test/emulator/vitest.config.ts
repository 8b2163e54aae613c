import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/emulator/*.emulated.ts', 'test/adapters/**/*.emulated.ts'],
    // One account, deployed once: everything runs in one process.
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 400_000,
  },
});

import { defineConfig } from 'vitest/config';

/** What can be said of the stack without deploying it. One process, as reading in the CDK takes longer than most tests. */
export default defineConfig({
  test: {
    environment: 'node',
    include: ['test/**/*.test.ts'],
    isolate: false,
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

import { defineConfig } from 'vitest/config';

/** Tests of the stack without a deployment. One process, as loading the CDK takes longer than most tests. */
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

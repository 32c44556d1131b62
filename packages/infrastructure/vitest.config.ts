import { defineConfig } from 'vitest/config';

/** What can be said of the stack without deploying it. */
export default defineConfig({
  test: { environment: 'node', include: ['test/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 },
});

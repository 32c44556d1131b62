import { defineConfig } from 'vitest/config';

/** The page in a real browser, on the real server. One file at a time: each has a server and a browser of its own. */
export default defineConfig({
  test: {
    environment: 'node',
    include: ['e2e/**/*.e2e.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 10_000, interval: 50 } },
  },
});

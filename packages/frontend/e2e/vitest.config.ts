import { defineConfig } from 'vitest/config';

/** Tests of the page in a real browser, with the real server. Two files run at a time, as each starts servers and a browser. */
export default defineConfig({
  test: {
    environment: 'node',
    include: ['e2e/**/*.e2e.ts'],
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 10_000, interval: 50 } },
  },
});

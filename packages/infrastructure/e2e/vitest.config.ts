import { defineConfig } from 'vitest/config';

/** The stack in an AWS emulator, and the page behind a replacement for CloudFront. The tests of a file run in order. */
export default defineConfig({
  test: {
    environment: 'node',
    include: ['e2e/**/*.e2e.ts'],
    bail: 1,
    // Two files at once: one mostly waits for a schedule.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 180_000,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  },
});

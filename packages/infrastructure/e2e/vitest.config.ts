import { defineConfig } from 'vitest/config';

/** The stack deployed to an emulator, and the page behind what stands for CloudFront. One file at a time, its tests in order. */
export default defineConfig({
  test: {
    environment: 'node',
    include: ['e2e/**/*.e2e.ts'],
    fileParallelism: false,
    bail: 1,
    testTimeout: 120_000,
    hookTimeout: 180_000,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  },
});

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: '../../dist/packages/frontend',
    emptyOutDir: true,
    // One style sheet: it is small, and the first page then needs fewer requests.
    cssCodeSplit: false,
    target: 'es2022',
  },
  server: { host: '127.0.0.1', proxy: { '^/(api|dashboard|health)(/|$)': 'http://127.0.0.1:8080' } },
  test: {
    environment: 'node',
    include: ['src/**/*.test.{ts,tsx}'],
    // The zone of the machine must not matter: every test runs in one that is not UTC.
    env: { TZ: 'America/New_York' },
  },
});

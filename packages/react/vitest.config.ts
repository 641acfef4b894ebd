// The package's tests: jsdom, with the few things that it lacks made up for in tests/setup.ts.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'jsdom',
    setupFiles: ['tests/setup.ts'],
    include: ['tests/**/*.test.{ts,tsx}'],
    // The machine may be busy with other things; a test says what is wrong by itself, not by its time.
    env: { DEBUG_PRINT_LIMIT: '1500' },
    testTimeout: 30_000,
  },
});

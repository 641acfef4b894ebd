// End-to-end tests: a real Chromium against a real server with a real PostgreSQL. e2e/server.ts starts them.
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'e2e',
  outputDir: '../target/playwright',
  globalSetup: './e2e/server.ts',
  // one fleet for all, so one test at a time
  workers: 1,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: process.env.PLAYWRIGHT_JSON_OUTPUT_NAME ? [['list'], ['json']] : 'list',
  // the fleet grows to 100,000 for the last ones
  projects: [
    { name: 'fleet', testIgnore: 'large-fleet.spec.ts' },
    {
      name: 'large fleet',
      testMatch: 'large-fleet.spec.ts',
      dependencies: ['fleet'],
      // what is measured there must not carry the pictures that a trace takes
      use: { trace: 'off' },
    },
  ],
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.TENANTRY_CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu'],
    },
  },
});

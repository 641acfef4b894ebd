// What the generated client looks like: types, and one class with a method for each route. No
// validators, no React.
import { defineConfig } from '@hey-api/openapi-ts';

export default defineConfig({
  input: '../../crates/api/openapi.json',
  output: {
    path: process.env.TENANTRY_CLIENT_OUTPUT ?? '../../packages/react/src/client/generated',
    importFileExtension: '.js',
  },
  plugins: [
    { name: '@hey-api/client-fetch', throwOnError: true },
    '@hey-api/typescript',
    {
      name: '@hey-api/sdk',
      client: false,
      operations: { strategy: 'single', containerName: 'FleetApi' },
      responseStyle: 'data',
    },
  ],
});

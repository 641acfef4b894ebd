// The one route through which the page reaches Tenantry. The token stays on this server.
import { schemaRoutes } from '@tenantry/react/next';

export const { GET, POST, PATCH, DELETE } = schemaRoutes({
  url: process.env.TENANTRY_URL ?? 'http://127.0.0.1:7432',
  token: () => process.env.TENANTRY_TOKEN ?? '',
  // A real site asks its own session here who is there, and what they may do.
  authorize: () => true,
});

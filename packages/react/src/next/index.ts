// `@tenantry/react/next`: route handlers that keep the token on the server.
export { schemaRoutes, type SchemaRoutes, type SchemaRoutesOptions } from './schema-routes.js';
export type { RouteRequest } from './allowed-routes.js';

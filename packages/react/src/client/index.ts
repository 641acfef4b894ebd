// `@tenantry/react/client`: the typed client and its types. No React; fit for servers and scripts.
export type * from './generated/types.gen.js';
export {
  createFleetClient,
  FleetClient,
  type FleetClientOptions,
  type OpenEventsOptions,
} from './fleet-client.js';
export { FleetError, toFleetError, type FleetErrorCode } from './fleet-error.js';
export type { StreamMessage } from './event-stream.js';

// `@tenantry/react`: provider, hooks, query options and keys.
export {
  type Can,
  type Fleet,
  type FleetAction,
  type Permission,
  refusalOf,
  useFleet,
} from './fleet/context.js';
export { FleetProvider, type FleetProviderProps } from './fleet/provider.js';
export { useNow } from './fleet/use-now.js';
export { type Action, useAction } from './hooks/use-action.js';
export { type Bulk, type BulkRequest, type BulkTargets, useBulk } from './hooks/use-bulk.js';
export {
  type Connection,
  type EventFilter,
  useArrivals,
  useConnection,
  useFleetEvents,
  useRunningOperations,
  useSchemaOperation,
} from './hooks/use-live.js';
export {
  type SchemaActions,
  type SetQuotaRequest,
  useSchemaActions,
} from './hooks/use-schema-actions.js';
export {
  type SchemaManagementOptions,
  type SchemaManagementState,
  useSchemaManagement,
} from './hooks/use-schema-management.js';
export { type SchemaPages, useSchemaPages } from './hooks/use-schema-pages.js';
export { type SchemaResult, useOperation, useOperations, useSchema } from './hooks/use-schema.js';
export { type Selection, useSelection } from './hooks/use-selection.js';
export { rowOf, type SchemaSubject } from './values/schema-row.js';
export type { ConnectionState, ConnectionStatus, FleetEvent } from './live/connection.js';
export type { RunningOperation } from './live/running-operations.js';
export type {
  Confirmed,
  Named,
  PurgeRequest,
  RestoreRequest,
  UpdateRequest,
} from './live/schema-requests.js';
export { type Notice, type Notify, type PromiseNotices, SILENT } from './notify/notify.js';
export { type BaseUiToastManager, notifyWithBaseUi } from './notify/with-base-ui.js';
export { notifyWithSonner, type SonnerToast } from './notify/with-sonner.js';
export * from './queries/filters.js';
export { type FleetKeys, fleetKeys } from './queries/keys.js';
export * from './queries/options.js';

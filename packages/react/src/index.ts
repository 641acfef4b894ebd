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
export { type Notice, type Notify, type PromiseNotices, SILENT } from './notify/notify.js';
export { type BaseUiToastManager, notifyWithBaseUi } from './notify/with-base-ui.js';
export { notifyWithSonner, type SonnerToast } from './notify/with-sonner.js';
export * from './queries/filters.js';
export { type FleetKeys, fleetKeys } from './queries/keys.js';
export * from './queries/options.js';

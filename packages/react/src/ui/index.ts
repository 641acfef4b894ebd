// `@tenantry/react`: provider, hooks, query options and keys.
export {};

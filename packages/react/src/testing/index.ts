// `@tenantry/react/testing`: a server in memory, and fixtures.
export { FAKE_URL, FakeFleet, type FakeFleetOptions, problem } from './fake-fleet.js';
export { FakeEvents } from './fake-events.js';
export { fleetFixture, operationFixture, schemaFixture } from './fixtures.js';

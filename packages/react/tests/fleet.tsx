// A page for tests: a fleet in memory, a provider, and what was told to people.
import { QueryClient } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { type Can, FleetProvider, type Notice, type Notify } from '../src/index.js';
import { FakeFleet, type FakeFleetOptions } from '../src/testing/index.js';

export interface Told {
  kind: 'success' | 'error' | 'info';
  notice: Notice;
}

export function newQueryClient(): QueryClient {
  return new QueryClient({ defaultOptions: { queries: { retry: false } } });
}

export function noting(told: Told[]): Notify {
  return {
    success: (notice) => void told.push({ kind: 'success', notice }),
    error: (notice) => void told.push({ kind: 'error', notice }),
    info: (notice) => void told.push({ kind: 'info', notice }),
    promise: () => undefined,
  };
}

export interface PageOptions extends FakeFleetOptions {
  can?: Can;
  live?: boolean;
}

export function renderInFleet(children: ReactNode, options: PageOptions = {}) {
  const { can, live = true, ...fleetOptions } = options;
  const fleet = new FakeFleet({ operationMs: null, ...fleetOptions });
  const queryClient = newQueryClient();
  const told: Told[] = [];
  const client = fleet.client();
  const notify = noting(told);
  const page = (content: ReactNode) => (
    <FleetProvider
      client={client}
      queryClient={queryClient}
      notify={notify}
      live={live}
      {...(can === undefined ? {} : { can })}
    >
      {content}
    </FleetProvider>
  );
  const view = render(page(children));
  return {
    fleet,
    queryClient,
    told,
    client,
    ...view,
    again: (next: ReactNode) => view.rerender(page(next)),
  };
}

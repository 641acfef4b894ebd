'use client';
// Hands the fleet down to hooks and components, and keeps the stream of events open for them.
import { QueryClient, QueryClientContext, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react';
import type { FleetClient } from '../client/index.js';
import { type Notify, SILENT } from '../notify/notify.js';
import { type Can, type Fleet, FleetContext } from './context.js';
import { sharedFleet } from './shared.js';

export interface FleetProviderProps {
  client: FleetClient;
  /** Another QueryClient than that of the QueryClientProvider around; one is made where there is none. */
  queryClient?: QueryClient;
  /** How people are told what became of their actions; nobody is told when it is left out. */
  notify?: Notify;
  /** What somebody may do; keep it the same function while its answers are. What may not be done is shown with the reason. The server decides in the end. */
  can?: Can;
  /** Whether changes are followed as they happen. */
  live?: boolean;
  /** The language of numbers and times, the same on server and client. */
  locale?: string;
  children: ReactNode;
}

const EVERYTHING: Can = () => true;

export function FleetProvider(props: FleetProviderProps) {
  const around = useContext(QueryClientContext);
  const [own] = useState(() => ((props.queryClient ?? around) ? null : new QueryClient()));
  const queryClient = props.queryClient ?? around ?? own;
  if (queryClient === null) throw new Error('The QueryClient around <FleetProvider> is gone.');
  const inner = <FollowingProvider {...props} queryClient={queryClient} />;
  if (queryClient === around) return inner;
  return <QueryClientProvider client={queryClient}>{inner}</QueryClientProvider>;
}

function FollowingProvider({
  client,
  queryClient,
  notify = SILENT,
  can = EVERYTHING,
  live = true,
  locale = 'en',
  children,
}: FleetProviderProps & { queryClient: QueryClient }) {
  const shared = sharedFleet(client, queryClient);
  const tell = useLatestNotify(notify);
  useEffect(() => (live ? shared.follow() : undefined), [live, shared]);
  const fleet = useMemo<Fleet>(
    () => ({ client, notify: tell, can, locale, ...shared }),
    [can, client, locale, shared, tell],
  );
  return <FleetContext.Provider value={fleet}>{children}</FleetContext.Provider>;
}

/** Notices that stay the same object and go to the newest one, so that a host need not keep its own stable. */
function useLatestNotify(newest: Notify): Notify {
  const latest = useRef(newest);
  useEffect(() => {
    latest.current = newest;
  });
  const [stable] = useState<Notify>(() => ({
    success: (notice) => latest.current.success(notice),
    error: (notice) => latest.current.error(notice),
    info: (notice) => latest.current.info(notice),
    promise: (promise, notices) => latest.current.promise(promise, notices),
  }));
  return stable;
}

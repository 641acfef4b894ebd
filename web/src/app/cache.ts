// The cache of what the server said. Whatever comes back as 401, from wherever, shows the dialog that asks to sign in again.
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { FleetError } from '@tenantry/react/client';
import { markEnded } from '@/lib/session';

const onError = (error: unknown) => {
  if (error instanceof FleetError && error.status === 401) markEnded();
};

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (failures, error) => failures < 2 && error instanceof FleetError && error.isTransient,
    },
  },
});

'use client';
// What the components need around them: a cache, and a client that goes through this site's own route.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { FleetProvider } from '@tenantry/react';
import { createFleetClient } from '@tenantry/react/client';
import { Toaster, toast } from '@tenantry/react/ui';
import { type ReactNode, useState } from 'react';

export function Providers({ children }: { children: ReactNode }) {
  const [queryClient] = useState(() => new QueryClient());
  const [client] = useState(() =>
    createFleetClient({ key: 'school', route: '/api/admin/schemas' }),
  );
  return (
    <QueryClientProvider client={queryClient}>
      <FleetProvider client={client} notify={toast}>
        {children}
        <Toaster />
      </FleetProvider>
    </QueryClientProvider>
  );
}

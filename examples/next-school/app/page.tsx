// The admin page. Its rows are read on the server, so that they are in the HTML.
import { dehydrate, HydrationBoundary, QueryClient } from '@tanstack/react-query';
import { prefetchSchemas } from '@tenantry/react';
import { createFleetClient } from '@tenantry/react/client';
import { Institutions } from './institutions';

export const dynamic = 'force-dynamic';

export default async function Page() {
  const queryClient = new QueryClient();
  const client = createFleetClient({
    key: 'school',
    baseUrl: process.env.TENANTRY_URL,
    headers: { Authorization: `Bearer ${process.env.TENANTRY_TOKEN}` },
  });
  await prefetchSchemas(queryClient, client);
  return (
    <main>
      <h1>Schools</h1>
      <HydrationBoundary state={dehydrate(queryClient)}>
        <Institutions />
      </HydrationBoundary>
    </main>
  );
}

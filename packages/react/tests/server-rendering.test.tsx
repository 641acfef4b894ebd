// @vitest-environment node
// On a server: there is no window, nothing is asked for by itself, and what was read ahead is in the HTML.
import { dehydrate, HydrationBoundary, QueryClient } from '@tanstack/react-query';
import { renderToString } from 'react-dom/server';
import { expect, test } from 'vitest';
import { FleetProvider, prefetchSchemas } from '../src/index.js';
import { FakeFleet } from '../src/testing/index.js';
import { SchemaManagement, Toaster } from '../src/ui/index.js';

test('there is no window here', () => {
  expect(typeof window).toBe('undefined');
});

test('a cold page says that it loads, and asks for nothing', () => {
  const fleet = new FakeFleet({ schemas: 12 });
  const html = renderToString(
    <FleetProvider client={fleet.client()}>
      <SchemaManagement />
      <Toaster />
    </FleetProvider>,
  );
  expect(html).toContain('Loading institutions');
  expect(fleet.requests).toEqual([]);
});

test('rows that were read ahead are in the HTML', async () => {
  const fleet = new FakeFleet({ schemas: 300 });
  const client = fleet.client();
  const onServer = new QueryClient();
  await prefetchSchemas(onServer, client);
  const html = renderToString(
    <FleetProvider client={client} queryClient={new QueryClient()}>
      <HydrationBoundary state={dehydrate(onServer)}>
        <SchemaManagement />
      </HydrationBoundary>
    </FleetProvider>,
  );
  expect(html).toContain('school_00000');
  expect(html).toContain('300 institutions');
  expect(html).not.toContain('school_00200');
  // the time zone of the server is nobody's
  expect(html).toContain('Jan 1, 2026, 12:00:00 AM UTC');
});

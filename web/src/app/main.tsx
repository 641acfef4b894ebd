// The entry: providers, router, and the first render.
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import '@tenantry/react/styles.css';
import '@/styles.css';
import { watchTheme } from '@/lib/theme';
import { queryClient } from './cache';
import { router } from './routes';
import { watchForNewerAssets } from './newer';

watchTheme();
watchForNewerAssets();

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element `root`');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);

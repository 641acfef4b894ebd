// Every page with its address and what may stand in its search parameters. Pages are loaded when they are first needed;
// what is imported here directly is in the first bundle.
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import type { QueryClient } from '@tanstack/react-query';
import { prefetchSchemas } from '@tenantry/react';
import { FleetError } from '@tenantry/react/client';
import { client, whoami } from '@/lib/fleet';
import { flag, oneOf, present, text } from '@/lib/search';
import { filtersOf, sortOf } from '@/features/schemas/search';
import { queryClient } from './cache';
import { Broken, NotFound, Pending } from './faces';
import { Shell } from './Shell';

type Search = Record<string, unknown>;

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Outlet,
  notFoundComponent: NotFound,
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Search) => present({ to: text(search, 'to') }),
  component: lazyRouteComponent(() => import('@/features/session/SignInPage'), 'SignInPage'),
});

/** Everything behind the door: without a session it leads to the door, and back afterwards. */
const house = createRoute({
  getParentRoute: () => root,
  id: 'house',
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queryClient.ensureQueryData(whoami());
    } catch (error) {
      if (error instanceof FleetError && error.status === 401) {
        throw redirect({
          to: '/sign-in',
          search: location.href === '/' ? {} : { to: location.href },
        });
      }
      throw error;
    }
  },
  component: Shell,
  errorComponent: Broken,
});

const overview = createRoute({
  getParentRoute: () => house,
  path: '/',
  component: lazyRouteComponent(() => import('@/features/overview/OverviewPage'), 'OverviewPage'),
});

const schemas = createRoute({
  getParentRoute: () => house,
  path: '/schemas',
  validateSearch: (search: Search) =>
    present({
      q: text(search, 'q'),
      state: text(search, 'state'),
      plan: text(search, 'plan'),
      label: text(search, 'label'),
      quota: text(search, 'quota'),
      template: text(search, 'template'),
      backup: oneOf(search, 'backup', ['none', 'stale', 'fresh'] as const),
      failing: flag(search, 'failing'),
      sort: text(search, 'sort'),
      new: flag(search, 'new'),
    }),
  loaderDeps: ({ search }) => search,
  // The rows are asked for while the page itself is still on its way; nobody waits for them here.
  loader: ({ context, deps }) =>
    void prefetchSchemas(context.queryClient, client, filtersOf(deps), sortOf(deps)),
  component: lazyRouteComponent(() => import('@/features/schemas/SchemasPage'), 'SchemasPage'),
});

const importSchemas = createRoute({
  getParentRoute: () => house,
  path: '/schemas/import',
  component: lazyRouteComponent(() => import('@/features/import/ImportPage'), 'ImportPage'),
});

const schema = createRoute({
  getParentRoute: () => house,
  path: '/schemas/$name/{-$section}',
  validateSearch: (search: Search) =>
    present({
      span: oneOf(search, 'span', ['24h', '7d', '30d', '1y'] as const),
      compare: text(search, 'compare'),
    }),
  component: lazyRouteComponent(() => import('@/features/schema/SchemaPage'), 'SchemaPage'),
  notFoundComponent: NotFound,
});

const restore = createRoute({
  getParentRoute: () => house,
  path: '/schemas/$name/restore',
  validateSearch: (search: Search) =>
    present({
      step: oneOf(search, 'step', ['source', 'target', 'review', 'restored'] as const),
      backup: text(search, 'backup'),
      target: oneOf(search, 'target', ['beside', 'swap', 'place'] as const),
      as: text(search, 'as'),
      tables: text(search, 'tables'),
      operation: text(search, 'operation'),
    }),
  component: lazyRouteComponent(() => import('@/features/restore/RestorePage'), 'RestorePage'),
});

const operations = createRoute({
  getParentRoute: () => house,
  path: '/operations',
  validateSearch: (search: Search) =>
    present({
      state: text(search, 'state'),
      kind: text(search, 'kind'),
      schema: text(search, 'schema'),
    }),
  component: lazyRouteComponent(
    () => import('@/features/operations/OperationsPage'),
    'OperationsPage',
  ),
});

const operation = createRoute({
  getParentRoute: () => house,
  path: '/operations/$id',
  component: lazyRouteComponent(
    () => import('@/features/operations/OperationPage'),
    'OperationPage',
  ),
});

const backups = createRoute({
  getParentRoute: () => house,
  path: '/backups',
  validateSearch: (search: Search) =>
    present({
      schema: text(search, 'schema'),
      verified: oneOf(search, 'verified', ['yes', 'no'] as const),
      removed: flag(search, 'removed'),
      view: oneOf(search, 'view', ['drills', 'retention', 'schedules'] as const),
      backup: text(search, 'backup'),
    }),
  component: lazyRouteComponent(() => import('@/features/backups/BackupsPage'), 'BackupsPage'),
});

const templates = createRoute({
  getParentRoute: () => house,
  path: '/templates',
  component: lazyRouteComponent(
    () => import('@/features/templates/TemplatesPage'),
    'TemplatesPage',
  ),
});

const template = createRoute({
  getParentRoute: () => house,
  path: '/templates/$name',
  component: lazyRouteComponent(() => import('@/features/templates/TemplatePage'), 'TemplatePage'),
});

const findings = createRoute({
  getParentRoute: () => house,
  path: '/findings',
  validateSearch: (search: Search) =>
    present({ severity: oneOf(search, 'severity', ['critical', 'warning', 'info'] as const) }),
  component: lazyRouteComponent(() => import('@/features/findings/FindingsPage'), 'FindingsPage'),
});

const audit = createRoute({
  getParentRoute: () => house,
  path: '/audit',
  validateSearch: (search: Search) => present({ schema: text(search, 'schema') }),
  component: lazyRouteComponent(() => import('@/features/audit/AuditPage'), 'AuditPage'),
});

const tokens = createRoute({
  getParentRoute: () => house,
  path: '/tokens',
  component: lazyRouteComponent(() => import('@/features/tokens/TokensPage'), 'TokensPage'),
});

const settings = createRoute({
  getParentRoute: () => house,
  path: '/settings',
  component: lazyRouteComponent(() => import('@/features/settings/SettingsPage'), 'SettingsPage'),
});

const adoption = createRoute({
  getParentRoute: () => house,
  path: '/adoption',
  component: lazyRouteComponent(() => import('@/features/adoption/AdoptionPage'), 'AdoptionPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    house.addChildren([
      overview,
      schemas,
      importSchemas,
      schema,
      restore,
      operations,
      operation,
      backups,
      templates,
      template,
      findings,
      audit,
      tokens,
      settings,
      adoption,
    ]),
  ]),
  context: { queryClient },
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  defaultPendingMs: 200,
  defaultPendingMinMs: 300,
  defaultPendingComponent: Pending,
  defaultErrorComponent: Broken,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

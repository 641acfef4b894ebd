// What is around every page: places, top bar, dock, palette, toasts, and the notes about session and version.
import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { FleetProvider, type FleetAction } from '@tenantry/react';
import { Button, Toaster, toast } from '@tenantry/react/ui';
import { atLeast } from '@/lib/access';
import { client, whoami } from '@/lib/fleet';
import { listenForShortcuts, registerShortcuts, useShortcut } from '@/lib/shortcuts';
import { RegionBoundary } from '@/components/RegionBoundary';
import { Dock } from '@/features/operations/Dock';
import { SessionEnded } from '@/features/session/SessionEnded';
import { ForbiddenPlace } from './ForbiddenPlace';
import { LiveReading } from './LiveReading';
import { allPlaces } from './navigation';
import { seeVersion, useNewer } from './newer';
import { Sidebar } from './Sidebar';
import { TopBar } from './TopBar';

const Palette = lazy(() =>
  import('@/features/palette/Palette').then((module) => ({ default: module.Palette })),
);
const ShortcutSheet = lazy(() =>
  import('@/features/palette/ShortcutSheet').then((module) => ({ default: module.ShortcutSheet })),
);

export function Shell() {
  const cache = useQueryClient();
  const { data: caller } = useQuery(whoami());
  const role = caller?.role;
  const version = caller?.version;
  useEffect(() => {
    if (version) seeVersion(version);
  }, [version]);
  const can = useMemo(
    () => (action: FleetAction) => {
      const needed = action === 'purge' ? 'admin' : 'operator';
      return atLeast(role, needed) || `This needs the role ${needed}.`;
    },
    [role],
  );
  return (
    <FleetProvider client={client} queryClient={cache} notify={toast} can={can}>
      <Frame />
    </FleetProvider>
  );
}

function Frame() {
  const [isPaletteOpen, setIsPaletteOpen] = useState(false);
  const [isSheetOpen, setIsSheetOpen] = useState(false);
  const { pathname } = useLocation();
  useShortcut('mod+k', 'Find or do anything', 'Everywhere', () => setIsPaletteOpen(true));
  useShortcut('?', 'Show the shortcuts', 'Everywhere', () => setIsSheetOpen(true));
  useGoShortcuts();
  useEffect(listenForShortcuts, []);
  return (
    <div className="lg:grid lg:grid-cols-[13.5rem_minmax(0,1fr)]">
      <a
        href="#content"
        className="sr-only rounded-md bg-primary px-3 py-2 text-primary-foreground focus:not-sr-only focus:fixed focus:start-3 focus:top-3 focus:z-50"
      >
        To the content
      </a>
      <aside className="sticky top-0 hidden h-dvh border-e bg-sidebar lg:block">
        <Sidebar />
      </aside>
      <div className="flex min-h-dvh min-w-0 flex-col">
        <TopBar onPalette={() => setIsPaletteOpen(true)} onShortcuts={() => setIsSheetOpen(true)} />
        <NewerNote />
        <main id="content" tabIndex={-1} className="grow outline-none">
          <RegionBoundary key={pathname} region="This page">
            <ForbiddenPlace>
              <Outlet />
            </ForbiddenPlace>
          </RegionBoundary>
        </main>
      </div>
      <RegionBoundary region="The dock of operations">
        <Dock />
      </RegionBoundary>
      <Suspense>
        {isPaletteOpen && (
          <Palette
            places={allPlaces}
            onClose={() => setIsPaletteOpen(false)}
            onShortcuts={() => setIsSheetOpen(true)}
          />
        )}
        {isSheetOpen && <ShortcutSheet onClose={() => setIsSheetOpen(false)} />}
      </Suspense>
      <LiveReading />
      <SessionEnded />
      <Toaster />
    </div>
  );
}

function useGoShortcuts(): void {
  const navigate = useNavigate();
  useEffect(
    () =>
      registerShortcuts(
        allPlaces.map((place) => ({
          keys: `g ${place.key}`,
          label: `Go to ${place.label}`,
          group: 'Go to',
          run: () => void navigate({ to: place.to }),
        })),
      ),
    [navigate],
  );
}

function NewerNote() {
  if (!useNewer()) return null;
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-3 border-b bg-busy-soft px-5 py-2"
    >
      <span className="grow">
        The server was updated. Reload to get the console that belongs to it.
      </span>
      <Button size="sm" onClick={() => window.location.reload()}>
        Reload
      </Button>
    </div>
  );
}

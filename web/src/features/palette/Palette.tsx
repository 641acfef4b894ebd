// Ctrl/⌘K: finds a schema by name, leads to every place, and does what the registry of shortcuts knows.
import { useDeferredValue, useId, useState } from 'react';
import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog } from '@base-ui/react/dialog';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Building2, CornerDownLeft, Search, Zap, type LucideIcon } from 'lucide-react';
import { client, consoleKey } from '@/lib/fleet';
import { useShortcuts } from '@/lib/shortcuts';
import { setTheme } from '@/lib/theme';
import { Keys } from '@/components/Keys';

interface PalettePlace {
  to: string;
  label: string;
  about: string;
  icon: LucideIcon;
  key: string;
}

interface PaletteProps {
  places: readonly PalettePlace[];
  onClose: () => void;
  onShortcuts: () => void;
}

interface Item {
  value: string;
  label: string;
  about?: string;
  keys?: string;
  icon: LucideIcon;
  run: () => void;
}

interface Group {
  value: string;
  items: Item[];
}

const fits = (item: Item, typed: string) =>
  typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => `${item.label} ${item.about ?? ''}`.toLowerCase().includes(word));

export function Palette({ places, onClose, onShortcuts }: PaletteProps) {
  const [typed, setTyped] = useState('');
  const hintId = useId();
  const groups = useGroups(typed, places, onShortcuts);
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-black/30" />
        <Dialog.Viewport className="fixed inset-0 z-50 flex items-start justify-center px-3 pt-[12dvh]">
          <Dialog.Popup
            aria-label="Find or do anything"
            className="flex max-h-[70dvh] w-full max-w-xl flex-col overflow-hidden rounded-xl border bg-popover shadow-lift"
          >
            <Autocomplete.Root
              open
              inline
              items={groups}
              filter={null}
              autoHighlight="always"
              keepHighlight
              value={typed}
              onValueChange={setTyped}
            >
              <div className="flex items-center gap-2.5 border-b px-4">
                <Search aria-hidden="true" className="size-4 shrink-0 text-muted-foreground" />
                <Autocomplete.Input
                  aria-label="Find or do anything"
                  aria-describedby={hintId}
                  placeholder="A schema, a page, or something to do…"
                  className="h-12 w-full bg-transparent text-base outline-none placeholder:text-muted-foreground"
                />
              </div>
              <Autocomplete.Empty>
                <p className="px-4 py-8 text-center text-muted-foreground">
                  Nothing fits “{typed}”.
                </p>
              </Autocomplete.Empty>
              <Autocomplete.List className="min-h-0 overflow-y-auto overscroll-contain p-1.5 empty:p-0">
                {(group: Group) => (
                  <Autocomplete.Group key={group.value} items={group.items} className="mb-1">
                    <Autocomplete.GroupLabel className="px-2.5 pt-2 pb-1 text-xs font-medium text-muted-foreground">
                      {group.value}
                    </Autocomplete.GroupLabel>
                    <Autocomplete.Collection>
                      {(item: Item) => <Entry key={item.value} item={item} onClose={onClose} />}
                    </Autocomplete.Collection>
                  </Autocomplete.Group>
                )}
              </Autocomplete.List>
              <p
                id={hintId}
                className="flex items-center gap-1.5 border-t px-4 py-2 text-xs text-muted-foreground"
              >
                <CornerDownLeft aria-hidden="true" className="size-3.5" /> Enter opens what is
                marked, Esc closes.
              </p>
            </Autocomplete.Root>
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Entry({ item, onClose }: { item: Item; onClose: () => void }) {
  const Icon = item.icon;
  return (
    <Autocomplete.Item
      value={item}
      onClick={() => {
        onClose();
        item.run();
      }}
      className="flex min-h-9 cursor-default items-center gap-2.5 rounded-md px-2.5 outline-none data-highlighted:bg-accent"
    >
      <Icon
        aria-hidden="true"
        strokeWidth={1.75}
        className="size-4 shrink-0 text-muted-foreground"
      />
      <span className="shrink-0 font-medium">{item.label}</span>
      <span className="min-w-0 grow truncate text-muted-foreground" dir="auto">
        {item.about}
      </span>
      {item.keys && <Keys keys={item.keys} />}
    </Autocomplete.Item>
  );
}

/** What fits what was typed; schemas are looked for on the server. */
function useGroups(
  typed: string,
  places: readonly PalettePlace[],
  onShortcuts: () => void,
): Group[] {
  const navigate = useNavigate();
  const shortcuts = useShortcuts();
  const q = useDeferredValue(typed.trim());
  const { data: found } = useQuery({
    queryKey: [consoleKey, 'palette', q],
    queryFn: ({ signal }) => client.listSchemas({ query: { q, limit: 7 }, signal }),
    enabled: q !== '',
    placeholderData: keepPreviousData,
  });
  const schemas = (q === '' ? [] : (found?.items ?? [])).map((schema): Item => ({
    value: `schema ${schema.id}`,
    label: schema.name,
    about: schema.displayName === schema.name ? schema.state : schema.displayName,
    icon: Building2,
    run: () =>
      void navigate({
        to: '/schemas/$name/{-$section}',
        params: { name: schema.name, section: undefined },
      }),
  }));
  const goTo = places.map((place): Item => ({
    value: `place ${place.to}`,
    label: place.label,
    about: place.about,
    keys: `g ${place.key}`,
    icon: place.icon,
    run: () => void navigate({ to: place.to }),
  }));
  const acts: Item[] = [
    {
      value: 'create',
      label: 'Create a schema',
      icon: Zap,
      run: () => void navigate({ to: '/schemas', search: { new: true } }),
    },
    {
      value: 'import',
      label: 'Import institutions from CSV',
      icon: Zap,
      run: () => void navigate({ to: '/schemas/import' }),
    },
    { value: 'light', label: 'Light theme', icon: Zap, run: () => setTheme('light') },
    { value: 'dark', label: 'Dark theme', icon: Zap, run: () => setTheme('dark') },
    { value: 'system', label: 'Theme as the system', icon: Zap, run: () => setTheme('system') },
    { value: 'shortcuts', label: 'Keyboard shortcuts', keys: '?', icon: Zap, run: onShortcuts },
    ...shortcuts
      .filter((shortcut) => shortcut.group === 'This page')
      .map((shortcut): Item => ({
        value: shortcut.keys,
        label: shortcut.label,
        keys: shortcut.keys,
        icon: Zap,
        run: shortcut.run,
      })),
  ];
  return [
    { value: 'Schemas', items: schemas },
    { value: 'Places', items: goTo.filter((item) => fits(item, typed.trim())) },
    { value: 'Actions', items: acts.filter((item) => fits(item, typed.trim())) },
  ].filter((group) => group.items.length > 0);
}

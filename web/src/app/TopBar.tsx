// The bar above each page: the way to the places on narrow pages, the palette, how the connection is, and who one is.
import { useState } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import {
  Check,
  CircleUser,
  LogOut,
  Menu as MenuIcon,
  Monitor,
  Moon,
  Search,
  Sun,
} from 'lucide-react';
import { toFleetError } from '@tenantry/react/client';
import {
  Button,
  IconButton,
  Menu,
  MenuItem,
  MenuSeparator,
  Sheet,
  toast,
} from '@tenantry/react/ui';
import { whoami } from '@/lib/fleet';
import { signOut } from '@/lib/session';
import { setTheme, themes, useTheme, type Theme } from '@/lib/theme';
import { sentence } from '@/lib/words';
import { Keys } from '@/components/Keys';
import { ConnectionNote } from './ConnectionNote';
import { Sidebar } from './Sidebar';

const themeIcons: Record<Theme, typeof Sun> = { system: Monitor, light: Sun, dark: Moon };

export function TopBar({
  onPalette,
  onShortcuts,
}: {
  onPalette: () => void;
  onShortcuts: () => void;
}) {
  return (
    <header className="sticky top-0 z-30 flex h-12 items-center gap-2 border-b bg-background/85 px-3 backdrop-blur-sm sm:px-5">
      <PlacesSheet />
      <button
        type="button"
        onClick={onPalette}
        className="flex h-8 min-w-0 grow items-center gap-2 rounded-md border bg-card px-2.5 text-muted-foreground shadow-xs hover:border-input hover:text-foreground sm:max-w-72"
      >
        <Search aria-hidden="true" className="size-4 shrink-0" />
        <span className="grow truncate text-start">Find or do…</span>
        <span className="hidden sm:block">
          <Keys keys="mod+k" />
        </span>
      </button>
      <div className="ms-auto flex items-center gap-1.5">
        <ConnectionNote />
        <AccountMenu onShortcuts={onShortcuts} />
      </div>
    </header>
  );
}

function PlacesSheet() {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <div className="lg:hidden">
      <IconButton label="Places" onClick={() => setIsOpen(true)}>
        <MenuIcon />
      </IconButton>
      <Sheet open={isOpen} onOpenChange={setIsOpen} title="Places">
        <Sidebar onFollow={() => setIsOpen(false)} />
      </Sheet>
    </div>
  );
}

function AccountMenu({ onShortcuts }: { onShortcuts: () => void }) {
  const { data: caller } = useQuery(whoami());
  const theme = useTheme();
  const router = useRouter();
  const cache = useQueryClient();
  const leave = () => {
    void signOut().then(
      () => {
        cache.clear();
        return router.navigate({ to: '/sign-in' });
      },
      (error: unknown) =>
        toast.error({ title: 'You are still signed in', description: toFleetError(error).detail }),
    );
  };
  return (
    <Menu
      label="Account and appearance"
      trigger={
        <Button variant="ghost" aria-label="Account and appearance">
          <CircleUser aria-hidden="true" />
          <span className="hidden max-w-40 truncate md:block">{caller?.name}</span>
        </Button>
      }
    >
      <div className="px-2 py-1.5">
        <p className="font-medium">{caller?.name}</p>
        <p className="text-xs text-muted-foreground">Role {caller?.role}</p>
      </div>
      <MenuSeparator />
      {themes.map((choice) => {
        const Icon = themeIcons[choice];
        return (
          <MenuItem key={choice} onClick={() => setTheme(choice)} closeOnClick={false}>
            <Icon aria-hidden="true" />
            <span className="grow">{choice === 'system' ? 'As the system' : sentence(choice)}</span>
            {theme === choice && <Check aria-label="chosen" />}
          </MenuItem>
        );
      })}
      <MenuSeparator />
      <MenuItem onClick={onShortcuts}>
        <span className="grow">Keyboard shortcuts</span>
        <Keys keys="?" />
      </MenuItem>
      <MenuItem onClick={leave}>
        <LogOut aria-hidden="true" />
        Sign out
      </MenuItem>
    </Menu>
  );
}

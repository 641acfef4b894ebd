// `?`: every shortcut that works now, straight from the registry.
import { Dialog } from '@tenantry/react/ui';
import { turnSingleKeys, useShortcuts, useSingleKeys } from '@/lib/shortcuts';
import { Keys } from '@/components/Keys';

export function ShortcutSheet({ onClose }: { onClose: () => void }) {
  const shortcuts = useShortcuts();
  const areOn = useSingleKeys();
  const groups = Map.groupBy(shortcuts, (shortcut) => shortcut.group);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title="Keyboard shortcuts">
      <div className="grid gap-5">
        {[...groups].map(([group, members]) => (
          <section key={group}>
            <h3 className="mb-1 text-xs font-medium text-muted-foreground">{group}</h3>
            <ul>
              {members.map((shortcut) => (
                <li
                  key={shortcut.keys}
                  className="flex items-center justify-between gap-4 border-b border-border/60 py-1.5 last:border-0"
                >
                  {shortcut.label}
                  <Keys keys={shortcut.keys} />
                </li>
              ))}
            </ul>
          </section>
        ))}
        <label className="flex items-center gap-2">
          <input
            type="checkbox"
            className="size-4 accent-primary"
            checked={areOn}
            onChange={(event) => turnSingleKeys(event.target.checked)}
          />
          Keys without Ctrl or ⌘ work
        </label>
      </div>
    </Dialog>
  );
}

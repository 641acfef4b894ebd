// The side bar: every place of the console, with what needs attention beside its name.
import { Link } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { atLeast } from '@/lib/access';
import { attention } from '@/lib/attention';
import { whoami } from '@/lib/fleet';
import { formatCount } from '@/lib/words';
import { Mark } from '@/components/Mark';
import { places, type Place } from './navigation';

export function Sidebar({ onFollow }: { onFollow?: () => void }) {
  const { data: caller } = useQuery(whoami());
  const counts = useQuery(attention()).data;
  return (
    <nav aria-label="Places" className="flex h-full flex-col overflow-y-auto px-3 pt-3.5 pb-4">
      <Link
        to="/"
        className="mb-4 flex h-9 items-center gap-2.5 rounded-md px-2 text-base font-semibold tracking-tight"
        {...(onFollow ? { onClick: onFollow } : {})}
      >
        <Mark />
        Tenantry
      </Link>
      {places.map(({ group, places: items }) => (
        <div key={group} className="mb-4">
          <h2 className="px-2 pb-1 text-xs font-medium text-muted-foreground">{group}</h2>
          <ul className="grid gap-px">
            {items.map((place) => (
              <li key={place.to}>
                <PlaceLink
                  place={place}
                  count={counts?.[place.to]}
                  isOpen={!place.needsAdmin || atLeast(caller?.role, 'admin')}
                  onFollow={onFollow}
                />
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

interface PlaceLinkProps {
  place: Place;
  count: number | undefined;
  isOpen: boolean;
  onFollow: (() => void) | undefined;
}

function PlaceLink({ place, count, isOpen, onFollow }: PlaceLinkProps) {
  const Icon = place.icon;
  return (
    <Link
      to={place.to}
      activeOptions={{ exact: place.to === '/', includeSearch: false }}
      activeProps={{ className: 'bg-accent text-foreground font-medium', 'aria-current': 'page' }}
      inactiveProps={{
        className: 'text-sidebar-foreground hover:bg-accent/70 hover:text-foreground',
      }}
      className="flex h-8 items-center gap-2.5 rounded-md px-2"
      title={isOpen ? undefined : 'Needs the role admin'}
      {...(onFollow ? { onClick: onFollow } : {})}
    >
      <Icon aria-hidden="true" strokeWidth={1.75} className="size-4 shrink-0 opacity-80" />
      <span className="grow truncate">{place.label}</span>
      {count !== undefined && count > 0 && (
        <span className="rounded-full bg-bad-soft px-1.5 text-xs font-medium text-bad">
          {formatCount(count)}
          <span className="sr-only"> need attention</span>
        </span>
      )}
    </Link>
  );
}

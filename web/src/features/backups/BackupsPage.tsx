// Backups of the whole fleet: how fresh they are, the list, the drills, what retention would do, and the schedules.
import { getRouteApi, Link } from '@tanstack/react-router';
import { Page } from '@/components/Page';
import { RegionBoundary } from '@/components/RegionBoundary';
import { sectionLook, SectionLinks } from '@/components/SectionLinks';
import { AllBackups } from './AllBackups';
import { Drills } from './Drills';
import { FleetActions } from './FleetActions';
import { Freshness } from './Freshness';
import { Retention } from './Retention';
import { ScheduleList } from './ScheduleList';

const route = getRouteApi('/house/backups');
const views = [
  { view: undefined, label: 'Backups', content: AllBackups },
  { view: 'drills', label: 'Drills', content: Drills },
  { view: 'retention', label: 'Retention', content: Retention },
  { view: 'schedules', label: 'Schedules', content: ScheduleList },
] as const;

export function BackupsPage() {
  const { view } = route.useSearch();
  const { content: Content, label } = views.find((each) => each.view === view) ?? views[0];
  return (
    <Page
      title="Backups"
      documentTitle={view ? `${label} · Backups` : 'Backups'}
      lead="Nothing is called verified that was not restored and compared."
      actions={<FleetActions />}
    >
      <RegionBoundary region="How fresh the backups are">
        <Freshness />
      </RegionBoundary>
      <SectionLinks label="Parts of this page">
        {views.map((each) => (
          <li key={each.label}>
            <Link
              to="/backups"
              search={each.view ? { view: each.view } : {}}
              className={`${sectionLook.base} ${each.view === view ? sectionLook.active : sectionLook.inactive}`}
              aria-current={each.view === view ? 'page' : undefined}
            >
              {each.label}
            </Link>
          </li>
        ))}
      </SectionLinks>
      <RegionBoundary key={label} region={label}>
        <Content />
      </RegionBoundary>
    </Page>
  );
}

// The whole fleet at a glance: what needs somebody first, in one line when nothing does; then numbers and histories.
import { useQueries } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { Button, ErrorState } from '@tenantry/react/ui';
import { Page } from '@/components/Page';
import { RegionBoundary } from '@/components/RegionBoundary';
import { Backups } from './Backups';
import { fleet } from './fleet';
import { Grown, Largest } from './Largest';
import { OperationHistory } from './OperationHistory';
import { Problems } from './Problems';
import { Quotas } from './Quotas';
import { Schedules } from './Schedules';
import { States } from './States';
import { Storage } from './Storage';
import { UnderWay } from './UnderWay';

export function OverviewPage() {
  const navigate = useNavigate();
  const [facets] = useQueries({ queries: [fleet.facets] });
  return (
    <Page
      title="Overview"
      actions={
        <Button
          variant="primary"
          onClick={() => void navigate({ to: '/schemas', search: { new: true } })}
        >
          <Plus aria-hidden="true" />
          Create schema
        </Button>
      }
    >
      {facets.isError && !facets.data ? (
        <ErrorState error={facets.error} onRetry={() => void facets.refetch()} />
      ) : (
        <div className="grid gap-5">
          <RegionBoundary region="What needs attention">
            <Problems />
          </RegionBoundary>
          <RegionBoundary region="The states">
            <States />
          </RegionBoundary>
          <div className="grid gap-5 lg:grid-cols-2">
            <RegionBoundary region="Storage">
              <Storage />
            </RegionBoundary>
            <RegionBoundary region="Backups">
              <Backups />
            </RegionBoundary>
            <RegionBoundary region="The largest">
              <Largest />
            </RegionBoundary>
            <RegionBoundary region="The fastest growing">
              <Grown />
            </RegionBoundary>
            <RegionBoundary region="The history of operations">
              <OperationHistory />
            </RegionBoundary>
            <RegionBoundary region="Quotas">
              <Quotas />
            </RegionBoundary>
            <div className="grid content-start gap-5">
              <RegionBoundary region="Operations">
                <UnderWay />
              </RegionBoundary>
              <RegionBoundary region="Schedules">
                <Schedules />
              </RegionBoundary>
            </div>
          </div>
        </div>
      )}
    </Page>
  );
}

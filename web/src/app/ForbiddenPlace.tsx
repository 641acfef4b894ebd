// Stands before the pages that need the role admin, and says so instead of showing a refusal of the server's.
import type { ReactNode } from 'react';
import { useLocation } from '@tanstack/react-router';
import { Lock } from 'lucide-react';
import { EmptyState } from '@tenantry/react/ui';
import { useRefusal } from '@/lib/access';
import { Page } from '@/components/Page';
import { allPlaces } from './navigation';

export function ForbiddenPlace({ children }: { children: ReactNode }) {
  const { pathname } = useLocation();
  const refusal = useRefusal('admin');
  const place = allPlaces.find(({ needsAdmin, to }) => needsAdmin && pathname.startsWith(to));
  if (!refusal || !place) return children;
  return (
    <Page title={place.label}>
      <EmptyState icon={Lock} title="This page is not open to you" description={refusal} />
    </Page>
  );
}

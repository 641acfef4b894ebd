// One institution: what it is, what it uses, its backups and copies, what was done, and what can be done. Each part has
// its own address.
import { getRouteApi, Link, notFound } from '@tanstack/react-router';
import type { SchemaBody } from '@tenantry/react/client';
import { toFleetError } from '@tenantry/react/client';
import { useSchema } from '@tenantry/react';
import {
  Badge,
  EmptyState,
  ErrorState,
  QUOTA_LEVELS,
  Skeleton,
  StateBadge,
  operationWords,
} from '@tenantry/react/ui';
import { SearchX } from 'lucide-react';
import type { ComponentType } from 'react';
import { Page } from '@/components/Page';
import { RegionBoundary } from '@/components/RegionBoundary';
import { sectionLook, SectionLinks } from '@/components/SectionLinks';
import { Activity } from './Activity';
import { BackupSection } from './BackupSection';
import { Copies } from './Copies';
import { HeaderActions } from './HeaderActions';
import { OperationSection } from './OperationSection';
import { Overview } from './Overview';
import { Settings } from './Settings';
import { UsageSection } from './UsageSection';

const route = getRouteApi('/house/schemas/$name/{-$section}');

const sections: Record<string, { label: string; content: ComponentType<{ schema: SchemaBody }> }> =
  {
    overview: { label: 'Overview', content: Overview },
    usage: { label: 'Usage', content: UsageSection },
    backups: { label: 'Backups', content: BackupSection },
    copies: { label: 'Copies', content: Copies },
    operations: { label: 'Operations', content: OperationSection },
    activity: { label: 'Activity', content: Activity },
    settings: { label: 'Settings', content: Settings },
  };

export function SchemaPage() {
  const { name, section = 'overview' } = route.useParams();
  const { data: schema, error, refetch } = useSchema(name);
  const part = sections[section];
  if (!part) throw notFound();
  const trail = (
    <Link to="/schemas" className="hover:text-foreground hover:underline">
      Schemas
    </Link>
  );
  if (!schema) {
    return (
      <Page title={name} trail={trail}>
        {error ? (
          <Missing name={name} error={error} onRetry={() => void refetch()} />
        ) : (
          <Skeleton className="h-80 w-full" />
        )}
      </Page>
    );
  }
  const { content: Content, label } = part;
  return (
    <Page
      title={schema.displayName}
      documentTitle={`${schema.name} · ${label}`}
      trail={trail}
      badge={<Badges schema={schema} />}
      lead={
        schema.displayName === schema.name ? undefined : (
          <code className="text-xs">{schema.name}</code>
        )
      }
      actions={<HeaderActions schema={schema} />}
    >
      <SectionLinks label="Parts of this institution">
        {Object.entries(sections).map(([key, each]) => (
          <li key={key}>
            <Link
              to="/schemas/$name/{-$section}"
              params={{ name, section: key === 'overview' ? undefined : key }}
              className={`${sectionLook.base} ${key === section ? sectionLook.active : sectionLook.inactive}`}
              aria-current={key === section ? 'page' : undefined}
            >
              {each.label}
            </Link>
          </li>
        ))}
      </SectionLinks>
      <RegionBoundary key={section} region={label}>
        <Content schema={schema} />
      </RegionBoundary>
    </Page>
  );
}

function Badges({ schema }: { schema: SchemaBody }) {
  const { operation } = useSchema(schema.name);
  return (
    <span className="flex flex-wrap gap-1.5">
      {operation ? (
        <StateBadge state="running" word={operationWords(operation.kind).doing} />
      ) : (
        <StateBadge state={schema.state} />
      )}
      {schema.quota.level !== 'ok' && (
        <StateBadge state={schema.quota.level} word={QUOTA_LEVELS[schema.quota.level].word} />
      )}
      {schema.adoption?.readOnly && <Badge>Adopted, read only</Badge>}
    </span>
  );
}

function Missing({ name, error, onRetry }: { name: string; error: unknown; onRetry: () => void }) {
  if (toFleetError(error).status !== 404) return <ErrorState error={error} onRetry={onRetry} />;
  return (
    <EmptyState
      icon={SearchX}
      title={`There is no institution “${name}”`}
      description="It was never made, or its name is written otherwise. One that was dropped is still listed."
      action={
        <Link
          to="/schemas"
          className="inline-flex h-8 items-center rounded-md border bg-background px-3 font-medium hover:bg-accent"
        >
          To all schemas
        </Link>
      }
    />
  );
}

// What the doctor and the reconciliation found, the gravest first, each with what to do about it.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { HeartPulse } from 'lucide-react';
import type { FindingBody } from '@tenantry/react/client';
import { Badge, Button, EmptyState, ErrorState, RelativeTime } from '@tenantry/react/ui';
import { findings } from '@/lib/fleet';
import { counted, sentence } from '@/lib/words';
import { CopyField } from '@/components/CopyField';
import { Filters } from '@/components/Filters';
import { RowSkeletons } from '@/components/Listing';
import { Page } from '@/components/Page';
import { Panel } from '@/components/Panel';

const route = getRouteApi('/house/findings');
const severities = ['critical', 'warning', 'info'] as const;
const tones = { critical: 'bad', warning: 'warning', info: 'neutral' } as const;

export function FindingsPage() {
  const { severity } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(findings());
  const clear = () => void navigate({ search: {} });
  const shown = severities
    .filter((each) => !severity || each === severity)
    .flatMap((each) => query.data?.items.filter((finding) => finding.severity === each) ?? []);
  return (
    <Page
      title="Findings"
      lead="Where lists and databases disagree, looked for every minute, and what the doctor found, every hour. Nothing is repaired behind your back."
    >
      <Panel
        title={query.data ? `${counted(query.data.total, 'open finding')}` : 'Open findings'}
        flush
        actions={
          <Filters
            filters={[
              {
                kind: 'choice',
                label: 'Severity',
                value: severity,
                choices: severities.map((each) => ({ value: each, label: sentence(each) })),
                onChange: (value) =>
                  void navigate({
                    search: severities.includes(value as 'info')
                      ? { severity: value as 'info' }
                      : {},
                  }),
              },
            ]}
            onClear={severity ? clear : undefined}
          />
        }
      >
        {query.isPending && <RowSkeletons label="Findings" rows={4} />}
        {query.isError && !query.data && (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        )}
        {query.data && shown.length === 0 && (
          <EmptyState
            icon={HeartPulse}
            title={severity ? 'None of this severity' : 'All is as it should be'}
            description={
              severity
                ? undefined
                : 'The lists and the databases agree, and the doctor has nothing to say.'
            }
            action={severity ? <Button onClick={clear}>Clear filters</Button> : undefined}
          />
        )}
        <ul className="divide-y border-t empty:border-0">
          {shown.map((finding) => (
            <Finding key={finding.id} finding={finding} />
          ))}
        </ul>
      </Panel>
    </Page>
  );
}

function Finding({ finding }: { finding: FindingBody }) {
  return (
    <li className="grid gap-2 px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Badge tone={tones[finding.severity as keyof typeof tones] ?? 'neutral'}>
          {sentence(finding.severity)}
        </Badge>
        <span className="font-medium">{sentence(finding.kind)}</span>
        <code className="min-w-0 text-xs [overflow-wrap:anywhere] text-muted-foreground">
          {finding.object}
        </code>
        <span className="ms-auto text-xs text-muted-foreground">
          first seen <RelativeTime at={finding.firstSeen} />, last{' '}
          <RelativeTime at={finding.lastSeen} />
        </span>
      </div>
      <p className="max-w-prose [overflow-wrap:anywhere]">{finding.detail}</p>
      {finding.remedy && <CopyField label="What to do" text={finding.remedy} />}
    </li>
  );
}

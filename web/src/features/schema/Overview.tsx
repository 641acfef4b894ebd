// The institution on one page: trouble first, then what it is, what it uses, and how it is backed up.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { SchemaBody } from '@tenantry/react/client';
import { Badge, formatBytes, formatDuration, RelativeTime, StorageBar } from '@tenantry/react/ui';
import { schemaUsage } from '@/lib/fleet';
import { formatCount } from '@/lib/words';
import { Sparkline } from '@/components/charts/Sparkline';
import { Facts } from '@/components/Facts';
import { Notice } from '@/components/Notice';
import { OperationLink } from '@/components/OperationLink';
import { Panel } from '@/components/Panel';

export function Overview({ schema }: { schema: SchemaBody }) {
  return (
    <div className="grid gap-5">
      <Trouble schema={schema} />
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <Storage schema={schema} />
        <Backup schema={schema} />
        <Identity schema={schema} />
        <People schema={schema} />
      </div>
    </div>
  );
}

function Trouble({ schema }: { schema: SchemaBody }) {
  return (
    <>
      {schema.failure && (
        <Notice mood="bad" title="It could not be made">
          {schema.failure} Retry the operation, or drop it.
          {schema.activeOperation && (
            <OperationLink id={schema.activeOperation}>create_schema</OperationLink>
          )}
        </Notice>
      )}
      {schema.state === 'archived' && (
        <Notice mood="warning" title="It was dropped">
          Its data is kept; it can be recovered until{' '}
          <RelativeTime at={schema.recoverableUntil} otherwise="somebody purges it" />.
        </Notice>
      )}
      {schema.state === 'suspended' && (
        <Notice mood="warning" title="It is suspended">
          The institution is shut out; its data is untouched.
        </Notice>
      )}
      {schema.quota.writesBlockedAt && (
        <Notice mood="bad" title="It may not write any more">
          It is over its quota since <RelativeTime at={schema.quota.writesBlockedAt} />. Deleting,
          or a larger quota, lifts that.
        </Notice>
      )}
    </>
  );
}

function Storage({ schema }: { schema: SchemaBody }) {
  const { usage, quota } = schema;
  const { data } = useQuery(schemaUsage(schema.name, '30d'));
  const points =
    data?.points.map((point) => ({ at: Date.parse(point.at), value: point.bytes })) ?? [];
  return (
    <Panel
      title="Storage"
      actions={
        <Link
          to="/schemas/$name/{-$section}"
          params={{ name: schema.name, section: 'usage' }}
          className="text-xs text-muted-foreground underline-offset-4 hover:text-foreground hover:underline"
        >
          History
        </Link>
      }
    >
      <div className="mb-3 flex items-end justify-between gap-4">
        <span className="text-2xl font-semibold tracking-tight">{formatBytes(usage.bytes)}</span>
        <Sparkline points={points} />
      </div>
      {typeof quota.bytes === 'number' && (
        <StorageBar bytes={usage.bytes} quota={quota.bytes} level={quota.level} />
      )}
      <div className="mt-3">
        <Facts
          facts={[
            { name: 'Tables', value: formatBytes(usage.tableBytes) },
            { name: 'Indexes', value: formatBytes(usage.indexBytes) },
            { name: 'Long values', value: formatBytes(usage.toastBytes) },
            { name: 'Rows, about', value: formatCount(usage.rowEstimate) },
            {
              name: 'Quota',
              value:
                typeof quota.bytes === 'number'
                  ? `${formatBytes(quota.bytes)}, ${quota.source === 'plan' ? 'by its plan' : 'its own'}`
                  : 'no limit',
            },
            { name: 'Measured', value: <RelativeTime at={usage.measuredAt} otherwise="never" /> },
          ]}
        />
      </div>
    </Panel>
  );
}

function Backup({ schema }: { schema: SchemaBody }) {
  const { backup } = schema;
  return (
    <Panel
      title="Backup"
      actions={
        <Link
          to="/schemas/$name/{-$section}"
          params={{ name: schema.name, section: 'backups' }}
          className="text-xs text-muted-foreground underline-offset-4 hover:text-foreground hover:underline"
        >
          All backups
        </Link>
      }
    >
      {backup ? (
        <Facts
          facts={[
            { name: 'Newest', value: <RelativeTime at={backup.takenAt} /> },
            {
              name: 'Verified',
              value:
                backup.verification === 'verified' ? (
                  <Badge tone="good">
                    Verified <RelativeTime at={backup.verifiedAt} />
                  </Badge>
                ) : (
                  <Badge tone={backup.verification === 'failed' ? 'bad' : 'neutral'}>
                    {backup.verification === 'failed' ? 'Found bad' : 'Not yet'}
                  </Badge>
                ),
            },
            {
              name: 'Recovery time',
              value:
                typeof backup.restoreMs === 'number'
                  ? formatDuration(backup.restoreMs)
                  : 'not measured',
            },
            {
              name: 'Next',
              value: <RelativeTime at={schema.nextBackupAt} otherwise="by no schedule" />,
            },
          ]}
        />
      ) : (
        <Notice mood="warning" title="There is no backup yet">
          {schema.nextBackupAt ? (
            <>
              A schedule takes one <RelativeTime at={schema.nextBackupAt} />.
            </>
          ) : (
            'No schedule takes one, either.'
          )}
        </Notice>
      )}
    </Panel>
  );
}

function Identity({ schema }: { schema: SchemaBody }) {
  return (
    <Panel title="Schema">
      <Facts
        facts={[
          {
            name: 'In the database',
            value: <code className="text-xs">{schema.schemaName ?? 'not made yet'}</code>,
          },
          {
            name: 'Application role',
            value: <code className="text-xs">{schema.roleName ?? '–'}</code>,
          },
          schema.template
            ? {
                name: 'Template',
                value: `${schema.template}, version ${schema.templateVersion ?? '–'}`,
              }
            : { name: 'Version', value: schema.toolVersion ?? '–' },
          { name: 'Sessions now', value: formatCount(schema.usage.connections) },
          {
            name: 'Last activity',
            value: <RelativeTime at={schema.usage.lastActivityAt} otherwise="never" />,
          },
          { name: 'Made', value: <RelativeTime at={schema.createdAt} /> },
          { name: 'Changed', value: <RelativeTime at={schema.updatedAt} /> },
        ]}
      />
    </Panel>
  );
}

function People({ schema }: { schema: SchemaBody }) {
  const labels = Object.entries(schema.labels);
  return (
    <Panel title="Institution">
      <Facts
        facts={[
          { name: 'Plan', value: schema.plan ?? 'none' },
          { name: 'Called elsewhere', value: schema.externalId ?? '–' },
          { name: 'Contact', value: <bdi>{schema.contact.name ?? '–'}</bdi> },
          { name: 'E-mail', value: schema.contact.email ?? '–' },
          { name: 'Telephone', value: schema.contact.phone ?? '–' },
          {
            name: 'Labels',
            value:
              labels.length === 0 ? (
                '–'
              ) : (
                <span className="flex flex-wrap justify-end gap-1">
                  {labels.map(([key, value]) => (
                    <Badge key={key}>
                      {key}: {value}
                    </Badge>
                  ))}
                </span>
              ),
          },
        ]}
      />
    </Panel>
  );
}

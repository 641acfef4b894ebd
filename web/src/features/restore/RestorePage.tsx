// The way back: which backup, to where, what that means, and then what came of it. The step is in the URL, and nothing is
// typed twice.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { schemaOptions } from '@tenantry/react';
import { client } from '@/lib/fleet';
import { Page } from '@/components/Page';
import { RegionBoundary } from '@/components/RegionBoundary';
import { Restored } from './Restored';
import { Review } from './Review';
import { Source } from './Source';
import { Target } from './Target';

const route = getRouteApi('/house/schemas/$name/restore');

const steps = [
  { step: 'source', label: 'Backup' },
  { step: 'target', label: 'Target' },
  { step: 'review', label: 'Review' },
  { step: 'restored', label: 'Restored' },
] as const;

export type Step = (typeof steps)[number]['step'];

export function RestorePage() {
  const { name } = route.useParams();
  const search = route.useSearch();
  const { data: schema } = useQuery({ ...schemaOptions(client, name), retry: false });
  const step: Step = search.operation
    ? 'restored'
    : search.backup
      ? (search.step ?? 'target')
      : 'source';
  return (
    <Page
      title={`Restore ${name}`}
      trail={
        <Link
          to="/schemas/$name/{-$section}"
          params={{ name, section: undefined }}
          className="hover:text-foreground hover:underline"
        >
          {name}
        </Link>
      }
    >
      <Progress current={step} />
      <RegionBoundary key={step} region="This step">
        {step === 'source' && <Source name={name} />}
        {step === 'target' && search.backup && (
          <Target name={name} schema={schema} backup={search.backup} />
        )}
        {step === 'review' && search.backup && (
          <Review name={name} schema={schema} backup={search.backup} />
        )}
        {step === 'restored' && search.operation && (
          <Restored name={name} operation={search.operation} />
        )}
      </RegionBoundary>
    </Page>
  );
}

function Progress({ current }: { current: Step }) {
  const at = steps.findIndex((each) => each.step === current);
  return (
    <ol aria-label="Steps" className="mb-6 flex flex-wrap gap-x-6 gap-y-2">
      {steps.map(({ step, label }, index) => (
        <li
          key={step}
          aria-current={step === current ? 'step' : undefined}
          className={`flex items-center gap-2 ${index > at ? 'text-muted-foreground' : ''} ${step === current ? 'font-medium' : ''}`}
        >
          <span
            aria-hidden="true"
            className={`grid size-5 place-items-center rounded-full text-xs font-medium ${index <= at ? 'bg-primary text-primary-foreground' : 'bg-muted text-muted-foreground'}`}
          >
            {index + 1}
          </span>
          {label}
        </li>
      ))}
    </ol>
  );
}

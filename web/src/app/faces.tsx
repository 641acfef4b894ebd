// What stands where a page would be: not found, not allowed, not reachable, broken, or still on its way.
import { useEffect } from 'react';
import { Link, useRouter, type ErrorComponentProps } from '@tanstack/react-router';
import { CloudOff, Compass, TriangleAlert, type LucideIcon } from 'lucide-react';
import { toFleetError } from '@tenantry/react/client';
import { Button, Skeleton } from '@tenantry/react/ui';
import type { ReactNode } from 'react';

interface FaceProps {
  icon: LucideIcon;
  title: string;
  children: ReactNode;
  actions: ReactNode;
}

function Face({ icon: Icon, title, children, actions }: FaceProps) {
  useEffect(() => {
    document.title = `${title} · Tenantry`;
  }, [title]);
  return (
    <div className="mx-auto grid min-h-[70dvh] max-w-md content-center justify-items-start gap-3 px-6">
      <Icon aria-hidden="true" strokeWidth={1.5} className="size-8 text-muted-foreground" />
      <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
      <div className="grid gap-1 text-muted-foreground [overflow-wrap:anywhere]">{children}</div>
      <div className="mt-2 flex flex-wrap gap-2">{actions}</div>
    </div>
  );
}

export function NotFound() {
  return (
    <Face
      icon={Compass}
      title="There is no such page"
      actions={
        <Link
          to="/"
          className="inline-flex h-8 items-center rounded-md border bg-card px-3 font-medium hover:bg-accent"
        >
          Go to the overview
        </Link>
      }
    >
      <p>The address may be mistyped, or what it showed has another one now.</p>
    </Face>
  );
}

/** What a page or its loading ran into. Without an answer from the server it is the connection, else it is a mistake. */
export function Broken({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const problem = toFleetError(error);
  const isOffline = problem.code === 'unreachable';
  const again = () => {
    reset();
    void router.invalidate();
  };
  return (
    <Face
      icon={isOffline ? CloudOff : TriangleAlert}
      title={isOffline ? 'The server does not answer' : 'This page cannot be shown'}
      actions={
        <>
          <Button variant="primary" onClick={again}>
            Try again
          </Button>
          <Button onClick={() => window.location.reload()}>Reload the page</Button>
        </>
      }
    >
      <p>{problem.detail}</p>
      {problem.help && <p>{problem.help}</p>}
      {problem.requestId && <p className="font-mono text-xs">Request {problem.requestId}</p>}
    </Face>
  );
}

export function Pending() {
  return (
    <div
      role="status"
      aria-label="The page is on its way"
      className="mx-auto grid max-w-6xl gap-5 px-8 pt-7"
    >
      <Skeleton className="h-7 w-48" />
      <Skeleton className="h-40 w-full" />
      <Skeleton className="h-64 w-full" />
    </div>
  );
}

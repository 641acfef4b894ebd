// The door: takes a token, and leads to where one wanted to go.
import { useEffect } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { Mark } from '@/components/Mark';
import { TokenForm } from './TokenForm';

const route = getRouteApi('/sign-in');

export function SignInPage() {
  const { to } = route.useSearch();
  const router = useRouter();
  const cache = useQueryClient();
  useEffect(() => {
    document.title = 'Sign in · Tenantry';
  }, []);
  const enter = () => {
    cache.clear();
    // only a path of our own, never another origin
    router.history.push(to?.startsWith('/') && !to.startsWith('//') ? to : '/');
  };
  return (
    <main className="grid min-h-dvh place-items-center px-4 py-10">
      <div className="w-full max-w-sm">
        <div className="mb-6 grid justify-items-start gap-4">
          <Mark className="size-9" />
          <div>
            <h1 className="text-2xl font-semibold tracking-tight">Sign in to Tenantry</h1>
            <p className="mt-1 text-muted-foreground">
              Every institution, its schema and its backups in one place.
            </p>
          </div>
        </div>
        <div className="rounded-xl border bg-card p-5 shadow-lift">
          <TokenForm onDone={enter} />
        </div>
        <p className="mt-5 text-xs text-muted-foreground">
          No token yet? <code className="text-foreground">make demo</code> prints one;{' '}
          <code className="text-foreground">tenantry token create</code> makes others.
        </p>
      </div>
    </main>
  );
}

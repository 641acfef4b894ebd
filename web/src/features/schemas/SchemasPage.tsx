// Every institution and its schema: the package's own list, its filters kept in the URL.
import { Page } from '@/components/Page';

export function SchemasPage() {
  return <Page title="Schemas">…</Page>;
}

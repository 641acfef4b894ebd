'use client';
// The institutions, as the package shows them.
import { SchemaManagement } from '@tenantry/react/ui';

export function Institutions() {
  return <SchemaManagement />;
}

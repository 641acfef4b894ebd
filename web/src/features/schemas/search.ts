// The list's filters and order, to and from the search parameters of its page.
import type { SchemaFilters, SchemaSort } from '@tenantry/react';
import type { QuotaLevel, SchemaState } from '@tenantry/react/client';
import { QUOTA_LEVELS, SCHEMA_STATES } from '@tenantry/react/ui';

export interface SchemasSearch {
  q?: string;
  state?: string;
  plan?: string;
  label?: string;
  quota?: string;
  template?: string;
  backup?: 'none' | 'stale' | 'fresh';
  failing?: true;
  sort?: string;
  new?: true;
}

const parts = (text: string | undefined) => text?.split(',').filter(Boolean) ?? [];
const isLevel = (word: string): word is QuotaLevel => word in QUOTA_LEVELS;
const isState = (word: string): word is SchemaState => word in SCHEMA_STATES;

export function filtersOf(search: SchemasSearch): SchemaFilters {
  const states = parts(search.state).filter(isState);
  const plans = parts(search.plan);
  const labels = parts(search.label);
  const quotaLevels = parts(search.quota).filter(isLevel);
  return {
    ...(search.q ? { q: search.q } : {}),
    ...(states.length > 0 ? { states } : {}),
    ...(plans.length > 0 ? { plans } : {}),
    ...(labels.length > 0 ? { labels } : {}),
    ...(quotaLevels.length > 0 ? { quotaLevels } : {}),
    ...(search.template ? { template: search.template } : {}),
    ...(search.backup ? { backup: search.backup } : {}),
    ...(search.failing ? { failing: true } : {}),
  };
}

/** The search parameters for other filters; what says nothing is left out. */
export function searchOf(filters: SchemaFilters, before: SchemasSearch): SchemasSearch {
  const { sort } = before;
  return {
    ...(filters.q ? { q: filters.q } : {}),
    ...(filters.states?.length ? { state: filters.states.join(',') } : {}),
    ...(filters.plans?.length ? { plan: filters.plans.join(',') } : {}),
    ...(filters.labels?.length ? { label: filters.labels.join(',') } : {}),
    ...(filters.quotaLevels?.length ? { quota: filters.quotaLevels.join(',') } : {}),
    ...(filters.template ? { template: filters.template } : {}),
    ...(filters.backup ? { backup: filters.backup } : {}),
    ...(filters.failing ? { failing: true } : {}),
    ...(sort ? { sort } : {}),
    ...(before.new ? { new: true } : {}),
  };
}

const fields = new Set(['name', 'state', 'createdAt', 'updatedAt', 'usage', 'backup', 'activity']);

/** The order that is asked for, as far as the server knows it. */
export function sortOf(search: SchemasSearch): SchemaSort {
  const wanted = search.sort ?? 'name';
  return fields.has(wanted.replace(/^-/, '')) ? (wanted as SchemaSort) : 'name';
}

/** Where the same rows are had as CSV. */
export function exportOf(search: SchemasSearch): string {
  const query = new URLSearchParams();
  for (const key of [
    'q',
    'state',
    'plan',
    'label',
    'quota',
    'template',
    'backup',
    'failing',
  ] as const) {
    const value = search[key];
    if (value) query.set(key, String(value));
  }
  const text = query.toString();
  return `/api/admin/schemas/export${text ? `?${text}` : ''}`;
}

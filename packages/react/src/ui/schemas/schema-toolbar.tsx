'use client';
// Above the table: search, states to narrow it to, the order, what is new, and the way to a new institution.
import { Plus, RefreshCw, Search } from 'lucide-react';
import { type RefObject, useEffect, useRef, useState } from 'react';
import type { SchemaManagementState } from '../../hooks/use-schema-management.js';
import type { SchemaSort } from '../../queries/filters.js';
import { Button } from '../primitives/button.js';
import { Input, Select } from '../primitives/field.js';
import { SORTS } from './columns.js';
import { ConnectionMark } from './connection-mark.js';
import { FilterChips } from './filter-chips.js';

export interface SchemaToolbarProps {
  management: SchemaManagementState;
  onCreate: () => void;
  /** Why nothing can be created here; undefined if it can. */
  createRefusal: string | undefined;
  search: RefObject<HTMLInputElement | null>;
}

/** So much of a pause in typing sends the search. */
const PAUSE = 150;

export function SchemaToolbar({ management, onCreate, createRefusal, search }: SchemaToolbarProps) {
  return (
    <div className="tenantry:flex tenantry:flex-col tenantry:gap-2 tenantry:border-b tenantry:border-border tenantry:p-3">
      <div className="tenantry:flex tenantry:flex-wrap tenantry:items-center tenantry:gap-2">
        <SearchBox management={management} search={search} />
        <Select
          aria-label="Order"
          value={management.sort}
          onChange={(event) => management.setSort(event.target.value as SchemaSort)}
          className="tenantry:w-auto!"
        >
          {SORTS.map(({ sort, title }) => (
            <option key={sort} value={sort}>
              {title}
            </option>
          ))}
        </Select>
        <div className="tenantry:ms-auto tenantry:flex tenantry:items-center tenantry:gap-3">
          <Arrivals management={management} />
          <ConnectionMark />
          <Button variant="primary" onClick={onCreate} disabledReason={createRefusal}>
            <Plus aria-hidden />
            Create
          </Button>
        </div>
      </div>
      <FilterChips management={management} />
    </div>
  );
}

function SearchBox({
  management,
  search,
}: {
  management: SchemaManagementState;
  search: RefObject<HTMLInputElement | null>;
}) {
  const { filters, setFilters } = management;
  const given = filters.q ?? '';
  const [text, setText] = useState(given);
  const [last, setLast] = useState(given);
  const latest = useRef({ filters, setFilters });
  useEffect(() => {
    latest.current = { filters, setFilters };
  });
  // Changed from outside, by Back or by Clear: what stands here follows.
  if (given !== last) {
    setLast(given);
    if (text.trim() !== given) setText(given);
  }
  useEffect(() => {
    if (text.trim() === given) return undefined;
    const timer = setTimeout(() => {
      const { filters: now, setFilters: set } = latest.current;
      set({ ...now, q: text.trim() });
    }, PAUSE);
    return () => clearTimeout(timer);
    // The text alone begins the pause; a new filter must not send it twice.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [text]);
  return (
    <div className="tenantry:relative tenantry:min-w-48 tenantry:flex-1 tenantry:sm:max-w-xs">
      <Search
        aria-hidden
        className="tenantry:pointer-events-none tenantry:absolute tenantry:start-2.5 tenantry:top-2 tenantry:size-4 tenantry:text-muted-foreground"
      />
      <Input
        ref={search}
        type="search"
        aria-label="Search institutions"
        placeholder="Search by name"
        value={text}
        onChange={(event) => setText(event.target.value)}
        className="tenantry:ps-8"
      />
    </div>
  );
}

function Arrivals({ management }: { management: SchemaManagementState }) {
  const { arrivals, refresh } = management;
  if (arrivals === 0) return null;
  return (
    <Button size="sm" onClick={refresh} className="tenantry:rounded-full!">
      <RefreshCw aria-hidden />
      {arrivals} new – refresh
    </Button>
  );
}

-- Takes over the sizes that a pass over the database's files found; `p_began` is when the pass
-- began. A schema that changed since then stays stale.
create or replace function tenantry.note_sizes(
  p_schemas uuid[], p_tables bigint[], p_indexes bigint[], p_toasts bigint[], p_began timestamptz)
returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
  update tenantry.usage_state u
  set table_bytes = g.table_bytes, index_bytes = g.index_bytes, toast_bytes = g.toast_bytes,
      measured_at = p_began,
      stale_since = case when u.stale_since > p_began then u.stale_since end,
      revision = u.revision + 1
  from unnest(p_schemas, p_tables, p_indexes, p_toasts)
    as g(schema_id, table_bytes, index_bytes, toast_bytes)
  where u.schema_id = g.schema_id and (u.measured_at is null or u.measured_at <= p_began);
$$;

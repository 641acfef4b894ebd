-- Measures one schema exactly, relation by relation; they are found by pg_depend, the only indexed way
-- from a schema to what is in it. Answers with how many tables it looked at, or with null when
-- one of them was locked for longer than 100 ms (or went away in that moment): then the last size
-- stays, and is marked as stale.
create or replace function tenantry.measure_usage(p_schema uuid)
returns integer language plpgsql security definer
set search_path = pg_catalog, pg_temp set lock_timeout = '100ms' as $$
declare
  v_began timestamptz := clock_timestamp();
  v_oid oid;
  v_tables integer;
  v_table_bytes bigint;
  v_index_bytes bigint;
  v_toast_bytes bigint;
begin
  select schema_oid into v_oid from tenantry.schema_marker where id = p_schema;
  if not found then
    return 0;
  end if;
  insert into tenantry.usage_state (schema_id) values (p_schema) on conflict do nothing;
  begin
    select count(*), coalesce(sum(whole - toast), 0), coalesce(sum(indexes), 0), coalesce(sum(toast), 0)
    into v_tables, v_table_bytes, v_index_bytes, v_toast_bytes
    from (
      -- null when the table was dropped after we had found it
      select coalesce(pg_table_size(c.oid), 0) as whole,
             coalesce(pg_indexes_size(c.oid), 0) as indexes,
             case when c.reltoastrelid = 0 then 0
                  else coalesce(pg_total_relation_size(c.reltoastrelid), 0) end as toast
      from pg_depend d
      join pg_class c on c.oid = d.objid
      where d.refclassid = 'pg_namespace'::regclass and d.refobjid = v_oid
        and d.classid = 'pg_class'::regclass and c.relkind in ('r', 'm', 'S')
    ) sizes;
  exception when lock_not_available or undefined_table or internal_error then
    update tenantry.usage_state
    set stale_since = coalesce(stale_since, v_began), tried_at = clock_timestamp(),
        revision = revision + 1
    where schema_id = p_schema;
    return null;
  end;
  update tenantry.usage_state
  set table_bytes = v_table_bytes, index_bytes = v_index_bytes, toast_bytes = v_toast_bytes,
      measured_at = v_began,
      stale_since = case when stale_since > v_began then stale_since end,
      revision = revision + 1
  where schema_id = p_schema;
  return v_tables;
end $$;

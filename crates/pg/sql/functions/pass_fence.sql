-- Refuses a worker whose operation was meanwhile given to another one, and marks this session with
-- the operation, so that a successor can end it. A null generation (a call from SQL) takes the row
-- lock and passes.
create or replace function tenantry.pass_fence(p_schema uuid, p_operation uuid, p_generation bigint)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into tenantry.fence as f (schema_id, generation, operation)
  values (p_schema, coalesce(p_generation, 0), p_operation)
  on conflict (schema_id) do update
    set generation = greatest(f.generation, excluded.generation),
        operation = coalesce(excluded.operation, f.operation),
        changed_at = clock_timestamp()
    where p_generation is null or f.generation <= p_generation;
  if not found then
    raise exception 'operation % was taken over by another worker', p_operation
      using errcode = 'TN004';
  end if;
  if p_operation is not null then
    perform set_config('application_name', 'tenantry/' || p_operation || '/' || p_generation, true);
  end if;
end $$;

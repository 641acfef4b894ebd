-- Locks and returns a copy that may become the institution's schema.
create or replace function tenantry.usable_copy(
  p_copy uuid, p_schema uuid, p_operation uuid, p_generation bigint)
returns tenantry.schema_copy
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_copy tenantry.schema_copy := tenantry.locked_copy(p_copy, p_schema, p_operation, p_generation);
begin
  if v_copy.kind = 'drill' then
    raise exception 'the copy % was restored for a drill and takes no schema''s place', quote_ident(v_copy.schema_name)
      using errcode = 'TN005', hint = 'Restore the backup again.';
  elsif v_copy.state <> 'ready' then
    raise exception 'the copy % is still being made', quote_ident(v_copy.schema_name)
      using errcode = 'TN005';
  end if;
  return v_copy;
end $$;

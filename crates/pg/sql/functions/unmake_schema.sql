-- Undoes make_schema for a creation that failed or was cancelled: the schema is at most as old as
-- that operation and holds nothing of the institution's. Does nothing when it was never made.
create or replace function tenantry.unmake_schema(p_schema uuid, p_operation uuid, p_generation bigint)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_marker tenantry.schema_marker;
begin
  perform tenantry.pass_fence(p_schema, p_operation, p_generation);
  if not exists (select from tenantry.schema_marker where id = p_schema) then
    return;
  end if;
  v_marker := tenantry.locked_marker(p_schema, p_operation, p_generation);
  if v_marker.operation is distinct from p_operation then
    raise exception 'the schema % was changed by another operation', quote_ident(v_marker.schema_name)
      using errcode = 'TN005';
  end if;
  execute format('drop schema %I cascade', v_marker.schema_name);
  perform tenantry.drop_roles(v_marker.role_name);
  delete from tenantry.schema_marker where id = p_schema;
end $$;

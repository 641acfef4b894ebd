-- Drops up to `p_limit` relations or routines of a schema that is being purged and says how many
-- are left; at the end the schema, its role and its marker go too, and the answer is 0.
-- A schema that is gone already counts as purged.
create or replace function tenantry.purge_batch(
  p_schema uuid, p_operation uuid, p_generation bigint, p_limit integer)
returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_marker tenantry.schema_marker;
  v_left integer;
begin
  perform tenantry.pass_fence(p_schema, p_operation, p_generation);
  if not exists (select from tenantry.schema_marker where id = p_schema) then
    return 0;
  end if;
  v_marker := tenantry.locked_marker(p_schema, p_operation, p_generation);
  if v_marker.state <> 'purging' then
    raise exception 'a schema that is % cannot be purged', v_marker.state using errcode = 'TN005';
  end if;
  v_left := tenantry.drop_objects(v_marker.schema_oid, v_marker.schema_name, p_limit);
  if v_left > 0 then
    return v_left;
  end if;
  execute format('drop schema %I cascade', v_marker.schema_name);
  perform tenantry.drop_roles(v_marker.role_name);
  delete from tenantry.schema_marker where id = p_schema;
  return 0;
end $$;

-- Forgets an adopted schema: its marker goes, and the roles that Tenantry made for it with their rights.
-- The schema and what is in it stay as they are. Does nothing when it is forgotten already.
create or replace function tenantry.release_schema(p_schema uuid, p_operation uuid, p_generation bigint)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_marker tenantry.schema_marker;
begin
  perform tenantry.pass_fence(p_schema, p_operation, p_generation);
  select * into v_marker from tenantry.schema_marker where id = p_schema for update;
  if not found then
    return;
  elsif not exists (select from tenantry.adoption where schema_id = p_schema) then
    raise exception 'the schema % was made by Tenantry', quote_ident(v_marker.schema_name)
      using errcode = 'TN005', hint = 'Drop it instead.';
  elsif v_marker.state <> 'active' then
    raise exception 'a schema that is % cannot be released', v_marker.state
      using errcode = 'TN005', hint = 'Bring it back first: tenantry schema undrop ' || v_marker.institution;
  end if;
  if v_marker.role_name is not null then
    perform tenantry.require_owners(p_schema, true);
    perform tenantry.drop_roles(v_marker.role_name);
  end if;
  delete from tenantry.schema_marker where id = p_schema;
end $$;

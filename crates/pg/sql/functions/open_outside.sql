-- Lets a copy's login find things in a schema that is not its own, as far as the owner of institutions'
-- schemas does: what an archive needs of extensions is there.
create or replace function tenantry.open_outside(p_schema_name text, p_role text)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_oid oid := (select oid from pg_namespace where nspname = p_schema_name);
begin
  if v_oid is null then
    raise exception 'there is no schema %, which the archive needs', quote_ident(p_schema_name)
      using errcode = 'TN006';
  elsif p_schema_name = 'tenantry'
        or exists (select from tenantry.schema_marker where schema_oid = v_oid)
        or exists (select from tenantry.schema_copy where schema_oid = v_oid)
        or not has_schema_privilege('tenantry_schema_owner', v_oid, 'usage') then
    raise exception 'institutions'' schemas have no way into the schema %', quote_ident(p_schema_name)
      using errcode = 'insufficient_privilege',
            hint = format('If an archive may use what is in it: grant usage on schema %I to tenantry_schema_owner, tenantry_application;', p_schema_name);
  elsif has_schema_privilege(p_role, v_oid, 'usage') then
    return;
  end if;
  begin
    execute format('grant usage on schema %I to %I', p_schema_name, p_role);
  exception when insufficient_privilege then
    null;
  end;
  if not has_schema_privilege(p_role, v_oid, 'usage') then
    raise exception 'Tenantry may not let others into the schema %', quote_ident(p_schema_name)
      using errcode = 'insufficient_privilege',
            hint = format('As its owner: grant usage on schema %I to tenantry_application;', p_schema_name);
  end if;
end $$;

-- Takes a schema that somebody else made under observation: writes its marker and how it was found, and
-- touches neither the schema nor anything in it. Called twice for the same id it answers with what it
-- wrote before.
create or replace function tenantry.adopt_schema(
  p_schema uuid, p_institution text, p_schema_name text, p_tool text,
  p_operation uuid, p_generation bigint)
returns tenantry.schema_marker
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_marker tenantry.schema_marker;
  v_found pg_namespace;
begin
  perform tenantry.pass_fence(p_schema, p_operation, p_generation);
  select * into v_marker from tenantry.schema_marker where id = p_schema;
  if found then
    return v_marker;
  end if;
  -- for its rules about names; the schema keeps its own
  perform tenantry.schema_name_for(p_institution);
  if p_schema_name ~ '^(pg_|tenantry$|tenantry_)' or p_schema_name in ('public', 'information_schema') then
    raise exception 'the schema % is not an institution''s', quote_ident(p_schema_name) using errcode = 'TN007';
  end if;
  select * into v_found from pg_namespace where nspname = p_schema_name;
  if not found then
    raise exception 'there is no schema %', quote_ident(p_schema_name) using errcode = 'TN006';
  end if;
  select * into v_marker from tenantry.schema_marker where schema_oid = v_found.oid;
  if found then
    raise exception 'the schema % is managed already, as %', quote_ident(p_schema_name),
      quote_literal(v_marker.institution) using errcode = 'TN001';
  elsif exists (select from tenantry.schema_marker
                where institution = p_institution and state in ('active', 'suspended')) then
    raise exception 'the institution % exists already', quote_literal(p_institution)
      using errcode = 'TN001';
  end if;

  insert into tenantry.schema_marker
    (id, institution, schema_oid, schema_name, state, generation, operation)
  values
    (p_schema, p_institution, v_found.oid, p_schema_name, 'active', coalesce(p_generation, 0), p_operation)
  returning * into v_marker;
  insert into tenantry.adoption (schema_id, tool, schema_name, owner, grants)
  select p_schema, p_tool, p_schema_name, v_found.nspowner,
         coalesce(array_agg(acl.grantee || ':' || acl.privilege_type), '{}')
  from aclexplode(v_found.nspacl) acl;
  return v_marker;
end $$;

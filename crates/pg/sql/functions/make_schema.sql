-- Makes an institution's schema, its application role and its marker, all in the caller's
-- transaction. Called twice for the same id and operation it answers with what it made before.
create or replace function tenantry.make_schema(
  p_schema uuid, p_institution text, p_template text, p_version integer,
  p_operation uuid, p_generation bigint)
returns tenantry.schema_marker
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_marker tenantry.schema_marker;
  v_name text;
  v_role text;
  v_version integer;
  v_script text;
begin
  perform tenantry.pass_fence(p_schema, p_operation, p_generation);
  select * into v_marker from tenantry.schema_marker where id = p_schema;
  if found then
    return v_marker;
  end if;

  v_name := tenantry.schema_name_for(p_institution);
  if exists (select from tenantry.schema_marker
             where institution = p_institution and state in ('active', 'suspended')) then
    raise exception 'the institution % exists already', quote_literal(p_institution)
      using errcode = 'TN001';
  end if;
  select version, script into v_version, v_script
  from tenantry.template
  where name = p_template and (p_version is null or version = p_version)
  order by version desc limit 1;
  if not found then
    raise exception 'there is no template %', quote_literal(p_template)
      using errcode = 'TN003',
            hint = 'Make one: tenantry template create ' || quote_ident(p_template) || ' --from DIR';
  end if;

  -- A schema of that name that is not ours is left alone, whoever made it.
  begin
    execute format('create schema %I', v_name);
  exception when duplicate_schema or unique_violation then
    if exists (select from tenantry.schema_marker where schema_name = v_name) then
      raise exception 'the institution % exists already', quote_literal(p_institution)
        using errcode = 'TN001';
    end if;
    raise exception 'a schema named % exists and was not made by Tenantry', quote_ident(v_name)
      using errcode = 'TN002', hint = 'Rename or drop it, or choose another name for the institution.';
  end;

  -- Role names are shared by all databases of a server, so the wanted one may be taken, or be taken
  -- in this very moment: only making it tells.
  v_role := v_name;
  begin
    execute format('create role %I login nosuperuser nocreatedb nocreaterole noinherit', v_role);
  exception when duplicate_object or unique_violation then
    v_role := v_name || '_' || substr(replace(p_schema::text, '-', ''), 25, 8);
    execute format('create role %I login nosuperuser nocreatedb nocreaterole noinherit', v_role);
  end;
  execute format('alter role %I set search_path = %I', v_role, v_name);
  execute format('grant usage on schema %I to %I', v_name, v_role);
  -- Default privileges give each table its rights when it is made. `grant … on all tables` would
  -- read the whole catalog, once for each schema of the fleet.
  execute format('alter default privileges in schema %I grant select, insert, update, delete on tables to %I', v_name, v_role);
  execute format('alter default privileges in schema %I grant usage, select on sequences to %I', v_name, v_role);

  -- pg_temp is named, and last: left out it would come first, and a caller's temporary table of a
  -- name that the script uses would run the caller's triggers with our rights
  perform set_config('search_path', quote_ident(v_name) || ', pg_temp', true);
  execute v_script;
  perform set_config('search_path', 'pg_catalog, pg_temp', true);

  insert into tenantry.schema_marker
    (id, institution, schema_oid, schema_name, role_name, state, template, template_version,
     generation, operation)
  values
    (p_schema, p_institution, quote_ident(v_name)::regnamespace, v_name, v_role, 'active', p_template, v_version,
     coalesce(p_generation, 0), p_operation)
  returning * into v_marker;
  return v_marker;
end $$;

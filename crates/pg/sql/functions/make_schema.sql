-- Makes an institution's schema, its application role and its marker, all in the caller's
-- transaction: out of a spare where there is one, else with the template's script. Called twice for the same id and operation it answers with what it made before.
create or replace function tenantry.make_schema(
  p_schema uuid, p_institution text, p_template text, p_version integer,
  p_operation uuid, p_generation bigint, p_parameters jsonb default null)
returns tenantry.schema_marker
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_marker tenantry.schema_marker;
  v_name text;
  v_role text;
  v_version integer;
  v_spares text;
  v_script text;
  v_seed text[];
  v_seed_lines integer[];
  v_seed_requires text[];
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
  select version, spares, seed, seed_lines, seed_requires
  into v_version, v_spares, v_seed, v_seed_lines, v_seed_requires
  from tenantry.template
  where name = p_template and (p_version is null or version = p_version)
  order by version desc limit 1;
  if not found then
    raise exception 'there is no template %', quote_literal(p_template)
      using errcode = 'TN003',
            hint = 'Make one: tenantry template create ' || quote_ident(p_template) || ' --from DIR';
  end if;

  -- A schema of that name that is not ours is left alone, whoever made it, and a spare that was to get
  -- the name stays a spare.
  begin
    if v_spares <> 'none' then
      v_role := tenantry.claim_spare(p_schema, v_name, p_template, v_version, v_spares = 'rewritten');
    end if;
    if v_role is null then
      execute format('create schema %I authorization tenantry_schema_owner', v_name);
    end if;
  exception when duplicate_schema or unique_violation then
    if exists (select from tenantry.schema_marker where schema_name = v_name) then
      raise exception 'the institution % exists already', quote_literal(p_institution)
        using errcode = 'TN001';
    end if;
    raise exception 'a schema named % exists and was not made by Tenantry', quote_ident(v_name)
      using errcode = 'TN002', hint = 'Rename or drop it, or choose another name for the institution.';
  end;

  if v_role is null then
    select script into v_script from tenantry.template where name = p_template and version = v_version;
    v_role := tenantry.furnish_schema(p_schema, v_name, v_script);
  end if;

  if v_seed is not null then
    perform tenantry.run_seed(v_name, v_seed, v_seed_lines, v_seed_requires,
      jsonb_build_object('institution_name', p_institution) || coalesce(p_parameters, '{}')
        || jsonb_build_object('institution', p_institution));
  end if;

  insert into tenantry.schema_marker
    (id, institution, schema_oid, schema_name, role_name, state, template, template_version,
     generation, operation)
  values
    (p_schema, p_institution, quote_ident(v_name)::regnamespace, v_name, v_role, 'active', p_template, v_version,
     coalesce(p_generation, 0), p_operation)
  returning * into v_marker;
  return v_marker;
end $$;

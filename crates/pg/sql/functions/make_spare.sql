-- Makes a spare of a template's version: a furnished schema whose role cannot log in, and its row.
-- Called again with an id that is there it does nothing. The fence is the template's: whoever comes
-- later with the same template refuses who came before.
create or replace function tenantry.make_spare(
  p_id uuid, p_template text, p_version integer, p_operation uuid, p_generation bigint)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_name text := 'tenantry_spare_' || replace(p_id::text, '-', '');
  v_role text;
  v_script text;
begin
  perform tenantry.pass_fence(md5('spares of ' || p_template)::uuid, p_operation, p_generation);
  if exists (select from tenantry.spare where id = p_id) then
    return;
  end if;
  select script into v_script from tenantry.template
  where name = p_template and version = p_version and spares <> 'none';
  if not found then
    raise exception 'there is no version % of template % that has spares', p_version, quote_literal(p_template)
      using errcode = 'TN003';
  end if;
  execute format('create schema %I authorization tenantry_schema_owner', v_name);
  v_role := tenantry.furnish_schema(p_id, v_name, v_script);
  -- nobody's: it may log in when it is somebody's
  execute format('alter role %I nologin', v_role);
  insert into tenantry.spare (id, schema_oid, schema_name, role_name, template, version, operation)
  values (p_id, quote_ident(v_name)::regnamespace, v_name, v_role, p_template, p_version, p_operation);
end $$;

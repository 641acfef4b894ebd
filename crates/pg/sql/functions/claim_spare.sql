-- Turns a spare of exactly this version into the schema of that name, whose role may log in, and
-- answers with the role's name; null when there is no spare. Waits for nobody: a spare that somebody
-- else is claiming or dropping is passed over. Ends in `duplicate_schema` when the name is taken;
-- the caller's exception block then gives the spare back.
create or replace function tenantry.claim_spare(
  p_schema uuid, p_schema_name text, p_template text, p_version integer, p_rewrite boolean)
returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_spare tenantry.spare;
  v_role text := p_schema_name;
begin
  select * into v_spare from tenantry.spare s
  where s.template = p_template and s.version = p_version and tenantry.spare_is_whole(s)
  order by s.made_at
  limit 1
  for update skip locked;
  if not found then
    return null;
  end if;
  execute format('alter schema %I rename to %I', v_spare.schema_name, p_schema_name);
  -- as in furnish_schema: only trying tells whether the name is free on this server
  begin
    execute format('alter role %I rename to %I', v_spare.role_name, v_role);
  exception when duplicate_object or unique_violation then
    v_role := p_schema_name || '_' || substr(replace(p_schema::text, '-', ''), 25, 8);
    execute format('alter role %I rename to %I', v_spare.role_name, v_role);
  end;
  execute format('alter role %I login', v_role);
  execute format('alter role %I set search_path = %I', v_role, p_schema_name);
  if p_rewrite then
    perform tenantry.repin_functions(v_spare.schema_oid, v_spare.schema_name, p_schema_name);
  end if;
  delete from tenantry.spare where id = v_spare.id;
  return v_role;
end $$;

-- Drops up to `p_limit` relations or routines of a copy and says how many are left; at the end its schema,
-- its role and its row go too, and the answer is 0. Also one that is still being made: its sessions end.
-- A copy that is gone already is 0, and so is one whose schema was dropped by hand.
create or replace function tenantry.drop_copy(
  p_copy uuid, p_schema uuid, p_operation uuid, p_generation bigint, p_limit integer)
returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_copy tenantry.schema_copy;
  v_left integer;
begin
  perform tenantry.pass_fence(p_schema, p_operation, p_generation);
  select * into v_copy from tenantry.schema_copy where id = p_copy for update;
  if not found then
    return 0;
  end if;
  if exists (select from pg_namespace where oid = v_copy.schema_oid) then
    v_copy := tenantry.locked_copy(p_copy, p_schema, p_operation, p_generation);
    if tenantry.role_exists(v_copy.role_name) then
      execute format('alter role %I nologin password null', v_copy.role_name);
      perform tenantry.end_login(v_copy.role_name);
    end if;
    v_left := tenantry.drop_objects(v_copy.schema_oid, v_copy.schema_name, p_limit);
    if v_left > 0 then
      return v_left;
    end if;
    execute format('drop schema %I cascade', v_copy.schema_name);
  end if;
  perform tenantry.drop_copy_role(v_copy.role_name);
  delete from tenantry.schema_copy where id = p_copy;
  return 0;
end $$;

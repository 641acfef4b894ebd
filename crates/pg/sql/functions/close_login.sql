-- Keeps a copy's login from opening more sessions; `finish_copy` then ends those there are. A transaction
-- of its own, so that none slips in between. Whatever password the archive gave it is gone.
create or replace function tenantry.close_login(
  p_copy uuid, p_schema uuid, p_operation uuid, p_generation bigint)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_copy tenantry.schema_copy := tenantry.locked_copy(p_copy, p_schema, p_operation, p_generation);
begin
  if v_copy.state = 'making' then
    execute format('alter role %I nologin password null', v_copy.role_name);
  end if;
end $$;

-- Closes (or opens again) a schema for its application roles: no login and no way into the schema.
-- Statements that run now end with their session, which the caller ends after the commit.
create or replace function tenantry.seal_schema(p_schema_name text, p_role text, p_sealed boolean)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_role text;
begin
  for v_role in select tenantry.roles_of(p_role) loop
    if p_sealed then
      execute format('revoke usage on schema %I from %I', p_schema_name, v_role);
      execute format('alter role %I nologin', v_role);
    else
      execute format('grant usage on schema %I to %I', p_schema_name, v_role);
      execute format('alter role %I login', v_role);
    end if;
  end loop;
end $$;

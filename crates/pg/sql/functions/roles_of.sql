-- An institution's application role and its read-only one, as far as they are there.
create or replace function tenantry.roles_of(p_role text)
returns setof text
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select rolname::text from pg_roles where rolname = p_role
  union all
  select reader.rolname::text
  from pg_roles application
  join tenantry.application_role a on a.read_only_of = application.oid
  join pg_roles reader on reader.oid = a.role_oid
  where application.rolname = p_role;
$$;

-- Whether a spare's schema and role are there as they were made: somebody may have changed them by hand.
create or replace function tenantry.spare_is_whole(p_spare tenantry.spare)
returns boolean language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select exists (select from pg_namespace where oid = p_spare.schema_oid and nspname = p_spare.schema_name)
     and tenantry.role_exists(p_spare.role_name);
$$;

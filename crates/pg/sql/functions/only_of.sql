-- The objects of one catalog, of catalogs and objects that stand side by side.
create or replace function tenantry.only_of(p_catalogs oid[], p_objects oid[], p_catalog text)
returns oid[] language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(m.object), '{}')
  from unnest(p_catalogs, p_objects) m (catalog, object) where m.catalog = p_catalog::regclass;
$$;

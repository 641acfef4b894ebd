-- Notes that the control database has what these schemas' rows said at these revisions.
create or replace function tenantry.note_reported(p_schemas uuid[], p_revisions bigint[])
returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
  update tenantry.usage_state u
  set reported = greatest(u.reported, g.revision)
  from unnest(p_schemas, p_revisions) as g(schema_id, revision)
  where u.schema_id = g.schema_id;
$$;

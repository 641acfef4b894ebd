-- Public: copies an institution's schema beside itself for a quick undo, in the caller's transaction, and
-- logs the call. A failed call leaves no copy; the row that it returns says why. The snapshot is kept for
-- the setting `snapshot_keep`; nobody has a right in it.
--
--   select outcome, schema_name, error from tenantry.backup_institution_schema('oakwood');
create or replace function tenantry.backup_institution_schema(institution text)
returns tenantry.call_log
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_started timestamptz := clock_timestamp();
  v_row tenantry.call_log;
  v_marker tenantry.schema_marker;
  v_copy tenantry.schema_copy;
begin
  begin
    select * into v_marker from tenantry.schema_marker m
    where m.institution = backup_institution_schema.institution and m.state in ('active', 'suspended');
    if not found then
      raise exception 'there is no institution %',
        coalesce(quote_literal(backup_institution_schema.institution), 'null') using errcode = 'TN006';
    end if;
    v_row.schema_id := v_marker.id;
    v_row.template := v_marker.template;
    v_copy := tenantry.copy_schema(
      v_marker.id, gen_random_uuid(),
      (select value::interval from tenantry.setting where name = 'snapshot_keep'), null, null);
    v_row.schema_name := v_copy.schema_name;
    v_row.outcome := 'succeeded';
  exception when others then
    get stacked diagnostics v_row.error_code = returned_sqlstate, v_row.error = message_text,
                            v_row.hint = pg_exception_hint;
    v_row.outcome := 'failed';
  end;
  insert into tenantry.call_log as l
    (function, institution, template, schema_id, schema_name, outcome, error_code, error, hint,
     started_at)
  values
    ('backup_institution_schema', backup_institution_schema.institution, v_row.template, v_row.schema_id,
     v_row.schema_name, v_row.outcome, v_row.error_code, v_row.error, nullif(v_row.hint, ''), v_started)
  returning * into v_row;
  return v_row;
end $$;

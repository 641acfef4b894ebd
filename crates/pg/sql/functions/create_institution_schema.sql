-- Public: makes an institution's schema from a template, in the caller's transaction, and logs the
-- call. A failed call leaves no schema; the row that it returns says why.
--
--   select * from tenantry.create_institution_schema('oakwood');
--   select * from tenantry.create_institution_schema('oakwood', 'default', '{"locale": "de"}');
--
-- The parameters are for the template's seed. They are not logged: they may hold people's addresses.
create or replace function tenantry.create_institution_schema(
  institution text, template text default 'default', parameters jsonb default '{}')
returns tenantry.call_log
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_started timestamptz := clock_timestamp();
  v_row tenantry.call_log;
  v_marker tenantry.schema_marker;
begin
  begin
    if jsonb_typeof(create_institution_schema.parameters) is distinct from 'object'
       or (select count(*) > 20 or bool_or(length(value) > 1000)
           from jsonb_each_text(create_institution_schema.parameters)) then
      raise exception 'parameters is an object of at most 20 values of up to 1,000 characters'
        using errcode = 'invalid_parameter_value';
    end if;
    v_marker := tenantry.make_schema(
      gen_random_uuid(), create_institution_schema.institution, create_institution_schema.template,
      null, null, null, create_institution_schema.parameters);
    v_row.schema_id := v_marker.id;
    v_row.schema_name := v_marker.schema_name;
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
    ('create_institution_schema', create_institution_schema.institution,
     create_institution_schema.template, v_row.schema_id, v_row.schema_name, v_row.outcome,
     v_row.error_code, v_row.error, nullif(v_row.hint, ''), v_started)
  returning * into v_row;
  return v_row;
end $$;

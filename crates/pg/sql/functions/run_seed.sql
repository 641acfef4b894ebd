-- Runs a template's seed in a new institution's schema, as run_script runs its script: with the rights of
-- the role that owns the institutions' objects and no other (`grants.sql`). Its parameters are a setting
-- of this transaction while it runs. An error names the line of the seed.
create or replace function tenantry.run_seed(
  p_schema_name text, p_statements text[], p_lines integer[], p_requires text[], p_parameters jsonb)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_missing text;
  v_at integer;
  v_state text;
  v_message text;
  v_detail text;
begin
  select string_agg(quote_literal(name), ', ' order by name) into v_missing
  from unnest(p_requires) as name where p_parameters ->> name is null;
  if v_missing is not null then
    raise exception 'the template''s seed requires the parameter %', v_missing
      using errcode = 'TN031', hint = 'Give it with the creation: --parameter NAME=VALUE.';
  end if;
  -- as in run_script: pg_temp is named, and last
  perform set_config('search_path', quote_ident(p_schema_name) || ', pg_temp', true);
  perform set_config('tenantry.parameters', p_parameters::text, true);
  begin
    for v_number in 1 .. cardinality(p_statements) loop
      v_at := v_number;
      execute p_statements[v_number];
    end loop;
  exception when others then
    get stacked diagnostics v_state = returned_sqlstate, v_message = message_text,
                            v_detail = pg_exception_detail;
    raise exception using
      errcode = v_state,
      message = format('line %s of the template''s seed: %s', p_lines[v_at],
                       concat_ws(': ', v_message, nullif(v_detail, ''))),
      hint = 'Look at what was given as parameters, and at the seed (tenantry template show).';
  end;
  -- whoever goes on in this transaction need not know an administrator's address
  perform set_config('tenantry.parameters', '', true);
end $$;

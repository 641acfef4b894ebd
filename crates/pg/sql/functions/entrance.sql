-- Where an institution's data is and which role reaches it. Refuses all but active ones.
create or replace function tenantry.entrance(p_institution text)
returns table (schema_name text, role_name text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_marker tenantry.schema_marker;
begin
  -- the living one before those that were dropped
  select * into v_marker from tenantry.schema_marker
  where institution = p_institution
  order by state in ('active', 'suspended') desc, changed_at desc limit 1;
  if not found then
    raise exception 'there is no institution %', coalesce(quote_literal(p_institution), 'null')
      using errcode = 'TN006';
  elsif v_marker.state <> 'active' then
    raise exception 'the institution % is %', quote_literal(p_institution), v_marker.state
      using errcode = 'TN005';
  end if;
  if v_marker.role_name is null then
    raise exception 'the institution % was adopted and has no role of its own', quote_literal(p_institution)
      using errcode = 'TN043', hint = 'Issue credentials first: tenantry schema credentials ' || p_institution;
  end if;
  return query select v_marker.schema_name, v_marker.role_name;
end $$;

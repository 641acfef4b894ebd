-- The schema name that an institution gets. It is stored in the marker; nothing derives it again.
create or replace function tenantry.schema_name_for(p_institution text)
returns text language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_name text;
begin
  if p_institution is null or p_institution collate "C" !~ '^[a-z][a-z0-9_]{1,38}$' then
    raise exception '% is not a usable institution name', coalesce(quote_literal(p_institution), 'null')
      using errcode = 'TN007',
            hint = 'Use 2 to 39 characters: lower-case letters, digits and _, starting with a letter.';
  end if;
  if p_institution collate "C" ~ '^pg_'
     or p_institution in ('public', 'information_schema', 'tenantry', 'facets', 'import', 'export') then
    raise exception 'the name % is reserved', quote_literal(p_institution) using errcode = 'TN007';
  end if;
  select replace(value, '{slug}', p_institution) into strict v_name
  from tenantry.setting where name = 'schema_pattern';
  if octet_length(v_name) > 53 then
    raise exception 'the schema name % would be longer than 53 bytes', quote_literal(v_name)
      using errcode = 'TN007', hint = 'Choose a shorter name or a shorter schema pattern.';
  end if;
  return v_name;
end $$;

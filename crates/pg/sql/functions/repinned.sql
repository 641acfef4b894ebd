-- A search path in which a schema has another name: whole names are replaced, as the server writes them.
create or replace function tenantry.repinned(p_path text, p_old text, p_new text)
returns text language sql immutable security definer set search_path = pg_catalog, pg_temp as $$
  select regexp_replace(p_path,
           '(^|, )' || regexp_replace(quote_ident(p_old), '([^[:alnum:]_])', '\\\1', 'g') || '(?=, |$)',
           '\1' || replace(quote_ident(p_new), '\', '\\'), 'g');
$$;

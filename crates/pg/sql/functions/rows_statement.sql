-- One statement that copies the rows of every table of a schema into the table of the same name in another,
-- so that all are of one moment. A value of a type of the schema's own becomes one of the other schema's by
-- its text, as in an archive. Null when there is no table.
create or replace function tenantry.rows_statement(p_from oid, p_to text)
returns text language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  with of_table as (
    select c.oid, c.relname, n.nspname,
           string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns,
           string_agg(quote_ident(a.attname)
                      || case when t.typnamespace = p_from then format('::pg_catalog.text::%I.%I', p_to, t.typname) else '' end,
                      ', ' order by a.attnum) as values
    from tenantry.export_members(p_from) m
    join pg_class c on c.oid = m.object and m.catalog = 'pg_class'::regclass
    join pg_namespace n on n.oid = c.relnamespace
    left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    left join pg_type t on t.oid = a.atttypid
    where not m.of_extension and c.relkind = 'r'
    group by c.oid, c.relname, n.nspname
  )
  select 'with ' || string_agg(
           format('r%s as (insert into %I.%I%s overriding system value select %s from only %I.%I)',
                  oid, p_to, relname, ' (' || columns || ')', values, nspname, relname), ', ' order by oid)
         || ' select 1'
  from of_table;
$$;

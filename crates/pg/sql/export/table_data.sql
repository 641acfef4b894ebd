-- The tables among these ($1) that have rows of their own, and the columns that a row is written with.
select 'pg_class'::regclass::oid as catalog, c.oid as object, c.oid::regclass::text as reference, c.relname as tag,
       pg_get_userbyid(c.relowner) as owner,
       coalesce((select '(' || string_agg(quote_ident(a.attname), ', ' order by a.attnum) || ')'
                 from pg_attribute a
                 where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''), '') as columns
from pg_class c
where c.oid = any($1) and c.relkind = 'r'
order by c.relname

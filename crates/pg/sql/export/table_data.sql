-- The tables among these ($1) that have rows of their own, the columns that a row is written with, and the bytes of their
-- files, without indexes. An empty file has no row: nobody empties a table that is locked, and another access method's counts otherwise.
select 'pg_class'::regclass::oid as catalog, c.oid as object, c.oid::regclass::text as reference, c.relname as tag,
       pg_get_userbyid(c.relowner) as owner,
       coalesce((select '(' || string_agg(quote_ident(a.attname), ', ' order by a.attnum) || ')'
                 from pg_attribute a
                 where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''), '') as columns,
       pg_relation_size(c.oid) + case c.reltoastrelid when 0 then 0 else pg_relation_size(c.reltoastrelid) end as bytes,
       c.relam = (select oid from pg_am where amname = 'heap') and pg_relation_size(c.oid) = 0 as empty
from pg_class c
where c.oid = any($1) and c.relkind = 'r'
order by c.relname

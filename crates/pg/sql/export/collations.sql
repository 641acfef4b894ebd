-- Collations ($1) and conversions ($2). What only newer servers know of a collation is asked for by name, as
-- the others have no such column.
select 'pg_collation'::regclass::oid as catalog, c.oid as object, 'COLLATION' as kind, c.collname as tag,
       pg_get_userbyid(c.collowner) as owner,
       format('CREATE COLLATION %I (provider = %s%s%s%s);', c.collname,
              case c.collprovider when 'i' then 'icu' when 'b' then 'builtin' else 'libc' end,
              case when c.collisdeterministic then '' else ', deterministic = false' end,
              case when c.collprovider = 'c' and c.collcollate is distinct from c.collctype
                   then format(', lc_collate = %L, lc_ctype = %L', c.collcollate, c.collctype)
                   else format(', locale = %L', coalesce(known.locale, c.collcollate)) end,
              coalesce(', rules = ' || quote_literal(known.rules), '')) as create_sql,
       format('DROP COLLATION %I;', c.collname) as drop_sql
from pg_collation c
cross join lateral (select to_jsonb(c) as j) row
cross join lateral (select coalesce(j ->> 'colllocale', j ->> 'colliculocale') as locale, j ->> 'collicurules' as rules) known
where c.oid = any($1)
union all
select 'pg_conversion'::regclass, c.oid, 'CONVERSION', c.conname, pg_get_userbyid(c.conowner),
       format('CREATE %sCONVERSION %I FOR %L TO %L FROM %s;', case when c.condefault then 'DEFAULT ' else '' end, c.conname,
              pg_encoding_to_char(c.conforencoding), pg_encoding_to_char(c.contoencoding),
              case when pg_function_is_visible(p.oid) then quote_ident(p.proname) else format('%I.%I', n.nspname, p.proname) end),
       format('DROP CONVERSION %I;', c.conname)
from pg_conversion c
join pg_proc p on p.oid = c.conproc
join pg_namespace n on n.oid = p.pronamespace
where c.oid = any($2)

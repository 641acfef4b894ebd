-- Views and materialized views ($1); the latter are filled when everything else is there.
select 'pg_class'::regclass::oid as catalog, c.oid as object,
       case c.relkind when 'v' then 'VIEW' else 'MATERIALIZED VIEW' end as kind, c.relname as tag,
       pg_get_userbyid(c.relowner) as owner,
       format(E'CREATE %s %I%s AS\n%s%s;%s', k.word, c.relname,
              coalesce((select ' WITH (' || string_agg(format('%s=%L', split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)), ', ') || ')'
                        from unnest(c.reloptions) o), ''),
              rtrim(pg_get_viewdef(c.oid), ';'),
              case when c.relkind = 'm' then E'\n  WITH NO DATA' else '' end,
              coalesce((select string_agg(format(E'\nALTER MATERIALIZED VIEW %I ALTER COLUMN %I SET STATISTICS %s;', c.relname, a.attname, a.attstattarget), '' order by a.attnum)
                        from pg_attribute a
                        where a.attrelid = c.oid and c.relkind = 'm' and a.attnum > 0 and a.attstattarget >= 0), '')) as create_sql,
       format('DROP %s %I;', k.word, c.relname) as drop_sql,
       case when c.relkind = 'm' and c.relispopulated then format('REFRESH MATERIALIZED VIEW %I;', c.relname) end as refresh_sql
from pg_class c
cross join lateral (select case c.relkind when 'v' then 'VIEW' else 'MATERIALIZED VIEW' end as word) k
where c.oid = any($1) and c.relkind in ('v', 'm')

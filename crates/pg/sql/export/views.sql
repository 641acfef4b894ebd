-- Views and materialized views ($1); the latter are filled when everything else is there. `early_sql` makes a view that
-- has only its columns, for where what it reads cannot be there before it.
select 'pg_class'::regclass::oid as catalog, c.oid as object, k.word as kind, c.relname as tag,
       pg_get_userbyid(c.relowner) as owner, s.spcname as tablespace,
       format(E'CREATE %s %I%s%s AS\n%s%s;%s', k.word, c.relname, coalesce(E'\nUSING ' || method.name, ''),
              coalesce(E'\nWITH (' || options.text || ')', ''),
              rtrim(pg_get_viewdef(c.oid), ';'),
              case when c.relkind = 'm' then E'\n  WITH NO DATA' else '' end,
              coalesce(more.text, '')
              || case when c.relkind = 'm' and c.relreplident in ('n', 'f')
                      then format(E'\nALTER MATERIALIZED VIEW %I REPLICA IDENTITY %s;', c.relname, case c.relreplident when 'n' then 'NOTHING' else 'FULL' end)
                      else '' end) as create_sql,
       format('DROP %s %I;', k.word, c.relname) as drop_sql,
       case when c.relkind = 'm' and c.relispopulated then format('REFRESH MATERIALIZED VIEW %I;', c.relname) end as refresh_sql,
       case when c.relkind = 'v' then
         format(E'CREATE VIEW %I AS\nSELECT%s;', c.relname,
                (select string_agg(format(E'\n    NULL::%s%s AS %I', format_type(a.atttypid, a.atttypmod),
                                          case when a.attcollation <> t.typcollation then ' COLLATE ' || a.attcollation::regcollation else '' end,
                                          a.attname), ',' order by a.attnum)
                 from pg_attribute a join pg_type t on t.oid = a.atttypid
                 where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)) end as early_sql
from pg_class c
cross join lateral (select case c.relkind when 'v' then 'VIEW' else 'MATERIALIZED VIEW' end as word) k
left join pg_class toast on toast.oid = c.reltoastrelid
left join pg_tablespace s on s.oid = c.reltablespace
left join lateral (select quote_ident(m.amname) as name from pg_am m where m.oid = c.relam and m.amname <> 'heap') method on true
cross join lateral (
  select string_agg(format('%s%s=%L', prefix, split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)), ', ' order by place) as text
  from (select '' as prefix, o, n as place from unnest(c.reloptions) with ordinality u (o, n)
        union all
        select 'toast.', o, 1000 + n from unnest(toast.reloptions) with ordinality u (o, n)) all_options) options
cross join lateral (
  select string_agg(format(E'\nALTER MATERIALIZED VIEW %I ALTER COLUMN %I SET %s;', c.relname, a.attname, setting), '' order by a.attnum, setting) as text
  from pg_attribute a
  join pg_type t on t.oid = a.atttypid
  cross join lateral (
    select 'STATISTICS ' || a.attstattarget as setting where a.attstattarget >= 0
    union all
    select 'STORAGE ' || case a.attstorage when 'p' then 'PLAIN' when 'e' then 'EXTERNAL' when 'm' then 'MAIN' else 'EXTENDED' end
    where a.attstorage <> t.typstorage
    union all
    select 'COMPRESSION ' || case a.attcompression when 'p' then 'pglz' else 'lz4' end where a.attcompression in ('p', 'l')
    union all
    -- newer minor versions (15.20) keep a version of their own there, which pg_dump leaves out, too
    select format('(%s)', string_agg(format('%s=%L', split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)), ', '))
    from unnest(a.attoptions) o where not starts_with(o, 'pg_attver=') having count(*) > 0) s
  where a.attrelid = c.oid and c.relkind = 'm' and a.attnum > 0 and not a.attisdropped) more
where c.oid = any($1) and c.relkind in ('v', 'm')

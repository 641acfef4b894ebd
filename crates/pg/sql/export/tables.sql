-- Tables ($1) with their columns, and what of defaults and checks does not stand apart ($2, their OIDs in
-- pg_attrdef, and $3, in pg_constraint). What a column has besides comes as statements behind.
select 'pg_class'::regclass::oid as catalog, c.oid as object, 'TABLE' as kind, c.relname as tag,
       pg_get_userbyid(c.relowner) as owner,
       format(E'CREATE %sTABLE %I (%s\n)%s%s%s;%s',
              case when c.relpersistence = 'u' then 'UNLOGGED ' else '' end, c.relname,
              coalesce(lines.text, ''),
              -- a partition is attached when its parent is there
              case when not c.relispartition then coalesce(E'\nINHERITS (' || parents.names || ')', '') else '' end,
              coalesce(E'\nPARTITION BY ' || case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end, ''),
              coalesce(E'\nWITH (' || options.text || ')', ''),
              coalesce(more.text, '')
              || case c.relreplident when 'n' then format(E'\nALTER TABLE ONLY %I REPLICA IDENTITY NOTHING;', c.relname)
                                     when 'f' then format(E'\nALTER TABLE ONLY %I REPLICA IDENTITY FULL;', c.relname)
                                     else '' end
              || case when c.relforcerowsecurity then format(E'\nALTER TABLE ONLY %I FORCE ROW LEVEL SECURITY;', c.relname)
                      else '' end) as create_sql,
       format('DROP TABLE %I;', c.relname) as drop_sql
from pg_class c
left join pg_class toast on toast.oid = c.reltoastrelid
cross join lateral (
  select string_agg(E'\n    ' || line, ',' order by place, line) as text
  from (
    select a.attnum::integer as place,
           format('%I %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
                  case when a.attcollation <> t.typcollation then ' COLLATE ' || a.attcollation::regcollation else '' end,
                  case when d.oid is null or d.oid = any($2) then ''
                       when a.attgenerated = 's' then ' GENERATED ALWAYS AS (' || pg_get_expr(d.adbin, d.adrelid) || ') STORED'
                       when a.attgenerated = 'v' then ' GENERATED ALWAYS AS (' || pg_get_expr(d.adbin, d.adrelid) || ')'
                       else ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) end,
                  case when not a.attnotnull then ''
                       when k.conname is null or k.conname = c.relname || '_' || a.attname || '_not_null' then ' NOT NULL'
                       else format(' CONSTRAINT %I NOT NULL', k.conname) end
                  || case when k.connoinherit then ' NO INHERIT' else '' end) as line
    from pg_attribute a
    join pg_type t on t.oid = a.atttypid
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    -- named since PostgreSQL 18
    left join pg_constraint k on k.conrelid = a.attrelid and k.contype = 'n' and k.conkey = array[a.attnum]
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and (a.attislocal or c.relispartition)
    union all
    select 100000, format('CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid))
    from pg_constraint k
    where k.conrelid = c.oid and k.contype = 'c' and (k.conislocal or c.relispartition) and k.oid <> all($3)
  ) l) lines
cross join lateral (
  select string_agg(i.inhparent::regclass::text, ', ' order by i.inhseqno) as names
  from pg_inherits i where i.inhrelid = c.oid) parents
cross join lateral (
  select string_agg(format('%s%s=%L', prefix, split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)), ', ' order by place) as text
  from (select '' as prefix, o, n as place from unnest(c.reloptions) with ordinality u (o, n)
        union all
        select 'toast.', o, 1000 + n from unnest(toast.reloptions) with ordinality u (o, n)) all_options) options
cross join lateral (
  select string_agg(format(E'\nALTER TABLE ONLY %I ALTER COLUMN %I SET %s;', c.relname, a.attname, setting), '' order by a.attnum, setting) as text
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
    select format('(%s)', (select string_agg(format('%s=%L', split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)), ', ') from unnest(a.attoptions) o))
    where a.attoptions is not null) s
  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) more
where c.oid = any($1) and c.relkind in ('r', 'p')

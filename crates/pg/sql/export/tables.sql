-- Tables and foreign tables ($1) with their columns, and what of defaults and checks does not stand apart ($2,
-- their OIDs in pg_attrdef, and $3, in pg_constraint). What a column has besides comes as statements behind.
select 'pg_class'::regclass::oid as catalog, c.oid as object, k.word as kind, c.relname as tag,
       pg_get_userbyid(c.relowner) as owner, s.spcname as tablespace,
       format(E'CREATE %s%s %I%s%s%s%s%s%s%s;%s',
              case when c.relpersistence = 'u' then 'UNLOGGED ' else '' end, k.word, c.relname,
              case when c.reloftype <> 0 then ' OF ' || format_type(c.reloftype, null) else '' end,
              case when c.reloftype <> 0 and lines.text is null then '' else format(E' (%s\n)', coalesce(lines.text, '')) end,
              -- a partition is attached when its parent is there
              case when not c.relispartition then coalesce(E'\nINHERITS (' || parents.names || ')', '') else '' end,
              coalesce(E'\nPARTITION BY ' || case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end, ''),
              coalesce(E'\nUSING ' || method.name, ''),
              coalesce(E'\nWITH (' || options.text || ')', ''),
              coalesce(elsewhere.text, ''),
              coalesce(more.text, '')
              || case when c.relkind = 'f' then '' else case c.relreplident when 'n' then format(E'\nALTER TABLE ONLY %I REPLICA IDENTITY NOTHING;', c.relname)
                                     when 'f' then format(E'\nALTER TABLE ONLY %I REPLICA IDENTITY FULL;', c.relname)
                                     else '' end end
              || case when c.relforcerowsecurity then format(E'\nALTER TABLE ONLY %I FORCE ROW LEVEL SECURITY;', c.relname)
                      else '' end) as create_sql,
       format('DROP %s %I;', k.word, c.relname) as drop_sql
from pg_class c
cross join lateral (select case c.relkind when 'f' then 'FOREIGN TABLE' else 'TABLE' end as word) k
left join pg_tablespace s on s.oid = c.reltablespace
left join pg_class toast on toast.oid = c.reltoastrelid
left join lateral (select quote_ident(m.amname) as name from pg_am m where m.oid = c.relam and m.amname <> 'heap') method on true
left join lateral (
  select format(E'\nSERVER %I%s', s.srvname, (
           select E'\nOPTIONS (\n    ' || string_agg(format('%I %L', option_name, option_value), E',\n    ' order by option_name) || E'\n)'
           from pg_options_to_table(f.ftoptions))) as text
  from pg_foreign_table f join pg_foreign_server s on s.oid = f.ftserver
  where f.ftrelid = c.oid) elsewhere on true
cross join lateral (
  select string_agg(E'\n    ' || line, ',' order by place, line) as text
  from (
    select a.attnum::integer as place,
           format('%I%s%s%s%s', a.attname,
                  case when c.reloftype <> 0 then '' else ' ' || format_type(a.atttypid, a.atttypmod) end,
                  case when a.attcollation <> t.typcollation and c.reloftype = 0 then ' COLLATE ' || a.attcollation::regcollation else '' end,
                  said.value, said.required) as line
    from pg_attribute a
    join pg_type t on t.oid = a.atttypid
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    -- rows of their own since PostgreSQL 18
    left join pg_constraint k on k.conrelid = a.attrelid and k.contype = 'n' and k.conkey = array[a.attnum]
    cross join lateral (
      -- what is proved here and only promised in the parent would be no more than promised here
      select k.oid is not null and exists (
               select from pg_inherits i
               join pg_attribute o on o.attrelid = i.inhparent and o.attname = a.attname
               join pg_constraint p on p.conrelid = o.attrelid and p.contype = 'n' and p.conkey = array[o.attnum] and not p.convalidated
               where i.inhrelid = c.oid) as unproved,
             a.attislocal and a.attinhcount > 0 and not c.relispartition and exists (
               select from pg_inherits i
               join pg_attribute o on o.attrelid = i.inhparent and o.attname = a.attname and o.atthasdef and o.attgenerated = ''
               where i.inhrelid = c.oid) as defaulted,
             -- a child calculates as its parent does without saying so, and before PostgreSQL 16 must not say so
             a.attgenerated <> '' and not c.relispartition and coalesce((
               select bool_and(pg_get_expr(e.adbin, e.adrelid) = pg_get_expr(d.adbin, d.adrelid))
               from pg_inherits i
               join pg_attribute o on o.attrelid = i.inhparent and o.attname = a.attname and not o.attisdropped
               join pg_attrdef e on e.adrelid = o.attrelid and e.adnum = o.attnum
               where i.inhrelid = c.oid), false) as calculated) above
    cross join lateral (
      -- an identity beside the default of a parent has it in the catalog, too, where nothing reads it, and could not be added to it
      select case when a.attidentity <> '' then case when above.defaulted then ' DEFAULT NULL' else '' end
                  when d.oid is null or d.oid = any($2) or above.calculated then ''
                  when a.attgenerated = 's' then ' GENERATED ALWAYS AS (' || pg_get_expr(d.adbin, d.adrelid) || ') STORED'
                  when a.attgenerated = 'v' then ' GENERATED ALWAYS AS (' || pg_get_expr(d.adbin, d.adrelid) || ')'
                  else ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) end as value,
             case when not a.attnotnull or not k.convalidated or not (k.conislocal or c.relispartition or above.unproved) then ''
                  when k.conname is null or k.conname = c.relname || '_' || a.attname || '_not_null' then ' NOT NULL'
                  else format(' CONSTRAINT %I NOT NULL', k.conname) end
             || case when k.connoinherit and k.convalidated then ' NO INHERIT' else '' end as required) said
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      and (c.reloftype = 0 or said.value <> '' or said.required <> '')
      and (a.attislocal or c.relispartition
           -- a child may calculate a column in its own way
           or a.attgenerated <> '' and exists (
                select from pg_inherits i
                join pg_attribute o on o.attrelid = i.inhparent and o.attname = a.attname and not o.attisdropped
                left join pg_attrdef e on e.adrelid = o.attrelid and e.adnum = o.attnum
                where i.inhrelid = c.oid and pg_get_expr(e.adbin, e.adrelid) is distinct from pg_get_expr(d.adbin, d.adrelid)))
    union all
    select 100000, format('CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid))
    from pg_constraint k
    where k.conrelid = c.oid and k.contype = 'c' and (k.conislocal or c.relispartition) and k.oid <> all($3)
    union all
    -- of a column that is inherited, and is required here
    select 100000, format('CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid))
    from pg_constraint k join pg_attribute a on a.attrelid = c.oid and a.attnum = k.conkey[1]
    where k.conrelid = c.oid and k.contype = 'n' and k.convalidated and not (a.attislocal or c.relispartition)
      and (k.conislocal or exists (
             select from pg_inherits i
             join pg_attribute o on o.attrelid = i.inhparent and o.attname = a.attname
             join pg_constraint p on p.conrelid = o.attrelid and p.contype = 'n' and p.conkey = array[o.attnum] and not p.convalidated
             where i.inhrelid = c.oid))
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
  select string_agg(format(E'\nALTER %s ONLY %I ALTER COLUMN %I %s;', k.word, c.relname, a.attname, setting), '' order by a.attnum, setting) as text
  from pg_attribute a
  join pg_type t on t.oid = a.atttypid
  cross join lateral (
    select 'SET STATISTICS ' || a.attstattarget as setting where a.attstattarget >= 0
    union all
    select 'SET STORAGE ' || case a.attstorage when 'p' then 'PLAIN' when 'e' then 'EXTERNAL' when 'm' then 'MAIN' else 'EXTENDED' end
    where a.attstorage <> t.typstorage
    union all
    select 'SET COMPRESSION ' || case a.attcompression when 'p' then 'pglz' else 'lz4' end where a.attcompression in ('p', 'l')
    union all
    -- newer minor versions (15.20) keep a version of their own there, which pg_dump leaves out, too
    select format('SET (%s)', string_agg(format('%s=%L', split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)), ', '))
    from unnest(a.attoptions) o where not starts_with(o, 'pg_attver=') having count(*) > 0
    union all
    select format('OPTIONS (%s)', (select string_agg(format('%I %L', option_name, option_value), ', ' order by option_name) from pg_options_to_table(a.attfdwoptions)))
    where a.attfdwoptions is not null
    union all
    -- before PostgreSQL 18 this is no more than a mark at the column
    select 'SET NOT NULL'
    where a.attnotnull and not (a.attislocal or c.relispartition)
      and not exists (select from pg_constraint k where k.conrelid = a.attrelid and k.contype = 'n' and k.conkey = array[a.attnum])) own
  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) more
where c.oid = any($1) and c.relkind in ('r', 'p', 'f')

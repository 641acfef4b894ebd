-- Indexes of these relations ($1) that no constraint makes.
select 'pg_class'::regclass::oid as catalog, c.oid as object, 'INDEX' as kind, c.relname as tag,
       pg_get_userbyid(c.relowner) as owner, i.indrelid as table_oid, s.spcname as tablespace,
       -- only the table's name is written with its schema, whatever the path
       regexp_replace(pg_get_indexdef(c.oid),
                      '^(CREATE (?:UNIQUE )?INDEX (?:[^" ]+|"(?:[^"]|"")*") ON (?:ONLY )?)(?:[^". ]+|"(?:[^"]|"")*")\.', '\1')
         || ';'
         || coalesce((select string_agg(format(E'\nALTER INDEX %I ALTER COLUMN %s SET STATISTICS %s;', c.relname, a.attnum, a.attstattarget), '' order by a.attnum)
                      from pg_attribute a where a.attrelid = c.oid and a.attstattarget >= 0), '')
         || case when i.indisclustered then format(E'\nALTER TABLE %s CLUSTER ON %I;', i.indrelid::regclass, c.relname) else '' end
         || case when i.indisreplident then format(E'\nALTER TABLE ONLY %s REPLICA IDENTITY USING INDEX %I;', i.indrelid::regclass, c.relname) else '' end
         as create_sql,
       format('DROP INDEX %I;', c.relname) as drop_sql
from pg_index i
join pg_class c on c.oid = i.indexrelid
left join pg_tablespace s on s.oid = c.reltablespace
where i.indrelid = any($1)
  -- one that was not finished is of no use to anybody
  and (i.indisvalid or c.relkind = 'I')
  and not exists (select from pg_constraint k
                  where k.conrelid = i.indrelid and k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))

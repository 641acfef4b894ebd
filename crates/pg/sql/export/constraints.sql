-- Constraints of these tables ($1) that come after the rows; and the checks, of tables and domains, that stand apart ($2).
select 'pg_constraint'::regclass::oid as catalog, k.oid as object,
       case k.contype when 'f' then 'FK CONSTRAINT' else 'CONSTRAINT' end as kind,
       c.relname || ' ' || k.conname as tag, pg_get_userbyid(c.relowner) as owner, c.oid as table_oid, s.spcname as tablespace,
       format(E'ALTER %s %s%s\n    ADD CONSTRAINT %I %s;', w.word, w.only, c.oid::regclass, k.conname,
              -- the index's options come before what may be put off
              case when k.contype in ('p', 'u') and x.reloptions is not null
                   then regexp_replace(pg_get_constraintdef(k.oid), '((?: DEFERRABLE)?(?: INITIALLY DEFERRED)?)$', ' WITH (' || options.text || ')\1')
                   else pg_get_constraintdef(k.oid) end)
         || case when k.contype = 'x' then coalesce(format(E'\nALTER INDEX %I SET (', x.relname) || options.text || ');', '') else '' end
         || case when i.indisclustered then format(E'\nALTER TABLE %s CLUSTER ON %I;', c.oid::regclass, x.relname) else '' end
         || case when i.indisreplident then format(E'\nALTER TABLE ONLY %s REPLICA IDENTITY USING INDEX %I;', c.oid::regclass, x.relname) else '' end
         as create_sql,
       format('ALTER %s %s%s DROP CONSTRAINT %I;', w.word, w.only, c.oid::regclass, k.conname) as drop_sql
from pg_constraint k
join pg_class c on c.oid = k.conrelid
left join pg_index i on i.indexrelid = k.conindid and k.contype in ('p', 'u', 'x')
left join pg_class x on x.oid = i.indexrelid
left join pg_tablespace s on s.oid = x.reltablespace
cross join lateral (select case c.relkind when 'f' then 'FOREIGN TABLE' else 'TABLE' end as word,
                           case when k.contype = 'n' or k.contype = 'f' and c.relkind = 'p' then '' else 'ONLY ' end as only) w
cross join lateral (
  select string_agg(format('%s=%L', split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)), ', ') as text from unnest(x.reloptions) o) options
where k.conrelid = any($1)
  and (k.contype in ('p', 'u', 'x') or k.contype = 'f' and k.conparentid = 0
       -- a column that is required of new rows only (PostgreSQL 18)
       or k.contype = 'n' and not k.convalidated and (k.conislocal or c.relispartition))
union all
select 'pg_constraint'::regclass, k.oid, 'CHECK CONSTRAINT', c.relname || ' ' || k.conname, pg_get_userbyid(c.relowner), c.oid, null,
       format(E'ALTER %s %s\n    ADD CONSTRAINT %I %s;', w.word, c.oid::regclass, k.conname, pg_get_constraintdef(k.oid)),
       format('ALTER %s %s DROP CONSTRAINT %I;', w.word, c.oid::regclass, k.conname)
from pg_constraint k join pg_class c on c.oid = k.conrelid
cross join lateral (select case c.relkind when 'f' then 'FOREIGN TABLE' else 'TABLE' end as word) w
where k.oid = any($2)
union all
select 'pg_constraint'::regclass, k.oid, 'CHECK CONSTRAINT', t.typname || ' ' || k.conname, pg_get_userbyid(t.typowner), 0, null,
       format(E'ALTER DOMAIN %s\n    ADD CONSTRAINT %I %s;', format_type(t.oid, null), k.conname, pg_get_constraintdef(k.oid)),
       format('ALTER DOMAIN %s DROP CONSTRAINT %I;', format_type(t.oid, null), k.conname)
from pg_constraint k join pg_type t on t.oid = k.contypid
where k.oid = any($2)

-- Constraints of these tables ($1) that come after the rows; and the checks, of tables and domains, that stand apart ($2).
select 'pg_constraint'::regclass::oid as catalog, k.oid as object,
       case k.contype when 'f' then 'FK CONSTRAINT' else 'CONSTRAINT' end as kind,
       c.relname || ' ' || k.conname as tag, pg_get_userbyid(c.relowner) as owner, c.oid as table_oid,
       format(E'ALTER TABLE %s%s\n    ADD CONSTRAINT %I %s;',
              case when k.contype = 'f' and c.relkind = 'p' then '' else 'ONLY ' end,
              c.oid::regclass, k.conname, pg_get_constraintdef(k.oid))
         || case when i.indisclustered then format(E'\nALTER TABLE %s CLUSTER ON %I;', c.oid::regclass, x.relname) else '' end
         || case when i.indisreplident then format(E'\nALTER TABLE ONLY %s REPLICA IDENTITY USING INDEX %I;', c.oid::regclass, x.relname) else '' end
         as create_sql,
       format('ALTER TABLE %s%s DROP CONSTRAINT %I;',
              case when k.contype = 'f' and c.relkind = 'p' then '' else 'ONLY ' end, c.oid::regclass, k.conname) as drop_sql
from pg_constraint k
join pg_class c on c.oid = k.conrelid
left join pg_index i on i.indexrelid = k.conindid and k.contype in ('p', 'u', 'x')
left join pg_class x on x.oid = i.indexrelid
where k.conrelid = any($1)
  and (k.contype in ('p', 'u', 'x') or k.contype = 'f' and k.conparentid = 0)
union all
select 'pg_constraint'::regclass, k.oid, 'CHECK CONSTRAINT', c.relname || ' ' || k.conname, pg_get_userbyid(c.relowner), c.oid,
       format(E'ALTER TABLE %s\n    ADD CONSTRAINT %I %s;', c.oid::regclass, k.conname, pg_get_constraintdef(k.oid)),
       format('ALTER TABLE %s DROP CONSTRAINT %I;', c.oid::regclass, k.conname)
from pg_constraint k join pg_class c on c.oid = k.conrelid
where k.oid = any($2)
union all
select 'pg_constraint'::regclass, k.oid, 'CHECK CONSTRAINT', t.typname || ' ' || k.conname, pg_get_userbyid(t.typowner), 0,
       format(E'ALTER DOMAIN %s\n    ADD CONSTRAINT %I %s;', format_type(t.oid, null), k.conname, pg_get_constraintdef(k.oid)),
       format('ALTER DOMAIN %s DROP CONSTRAINT %I;', format_type(t.oid, null), k.conname)
from pg_constraint k join pg_type t on t.oid = k.contypid
where k.oid = any($2)

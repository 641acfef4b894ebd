-- Defaults ($1) that stand apart from their tables.
select 'pg_attrdef'::regclass::oid as catalog, d.oid as object, 'DEFAULT' as kind,
       c.relname || ' ' || a.attname as tag, pg_get_userbyid(c.relowner) as owner,
       format('ALTER TABLE ONLY %s ALTER COLUMN %I SET DEFAULT %s;', c.oid::regclass, a.attname,
              pg_get_expr(d.adbin, d.adrelid)) as create_sql,
       format('ALTER TABLE %s ALTER COLUMN %I DROP DEFAULT;', c.oid::regclass, a.attname) as drop_sql
from pg_attrdef d
join pg_class c on c.oid = d.adrelid
join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
where d.oid = any($1)

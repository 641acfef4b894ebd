-- Which of these tables ($1) are partitions of which, and which of their indexes.
select 'pg_class'::regclass::oid as catalog, c.oid as object, i.inhparent as parent, 'TABLE ATTACH' as kind, c.relname as tag,
       pg_get_userbyid(c.relowner) as owner,
       format('ALTER TABLE ONLY %s ATTACH PARTITION %I %s;', i.inhparent::regclass, c.relname,
              pg_get_expr(c.relpartbound, c.oid)) as create_sql,
       '' as drop_sql
from pg_class c join pg_inherits i on i.inhrelid = c.oid
where c.oid = any($1) and c.relispartition
union all
select 'pg_class'::regclass, c.oid, i.inhparent, 'INDEX ATTACH', c.relname, pg_get_userbyid(c.relowner),
       format('ALTER INDEX %s ATTACH PARTITION %I;', i.inhparent::regclass, c.relname), ''
from pg_index x join pg_class c on c.oid = x.indexrelid join pg_inherits i on i.inhrelid = c.oid
where x.indrelid = any($1) and c.relispartition

-- Defaults ($1) that stand apart from their tables; and what tables ($2) would inherit and do not.
select 'pg_attrdef'::regclass::oid as catalog, d.oid as object, 'DEFAULT' as kind,
       c.relname || ' ' || a.attname as tag, pg_get_userbyid(c.relowner) as owner,
       format('ALTER %s %s ALTER COLUMN %I SET DEFAULT %s;',
              case c.relkind when 'f' then 'FOREIGN TABLE' when 'v' then 'VIEW' else 'TABLE ONLY' end, c.oid::regclass, a.attname,
              pg_get_expr(d.adbin, d.adrelid)) as create_sql,
       format('ALTER TABLE %s ALTER COLUMN %I DROP DEFAULT;', c.oid::regclass, a.attname) as drop_sql
from pg_attrdef d
join pg_class c on c.oid = d.adrelid
join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
where d.oid = any($1)
union all
select 'pg_class'::regclass, c.oid, 'DEFAULT', c.relname || ' ' || a.attname, pg_get_userbyid(c.relowner),
       format('ALTER %s %s ALTER COLUMN %I DROP DEFAULT;', case c.relkind when 'f' then 'FOREIGN TABLE' else 'TABLE ONLY' end, c.oid::regclass, a.attname), ''
from (select distinct i.inhrelid from pg_inherits i where i.inhrelid = any($2)) child
join pg_class c on c.oid = child.inhrelid
-- table by table: the database's columns are not to be read through for that
cross join lateral (
  select a.* from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped offset 0) a
where not (a.attislocal or c.relispartition or a.atthasdef)
  and exists (
    with recursive above as (
      select i.inhparent as oid from pg_inherits i where i.inhrelid = c.oid
      union
      select i.inhparent from above join pg_inherits i on i.inhrelid = above.oid
    )
    select from above join pg_attribute o on o.attrelid = above.oid and o.attname = a.attname
    where o.atthasdef and o.attgenerated = '')

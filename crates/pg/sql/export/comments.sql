-- What was written beside the objects ($1 and $2, catalogs and OIDs).
with object as (
  select o.catalog, o.object, d.objsubid as part, d.description
  from unnest($1::oid[], $2::oid[]) o (catalog, object)
  join pg_description d on d.objoid = o.object and d.classoid = o.catalog
), named as (
  select o.*, 'SCHEMA' as word, quote_ident(n.nspname) as name, quote_ident(n.nspname) as tag, n.nspowner as owner
  from object o join pg_namespace n on n.oid = o.object where o.catalog = 'pg_namespace'::regclass
  union all
  select o.*, case c.relkind when 'v' then 'VIEW' when 'm' then 'MATERIALIZED VIEW' when 'S' then 'SEQUENCE'
                             when 'i' then 'INDEX' when 'I' then 'INDEX' else 'TABLE' end,
         c.oid::regclass::text, quote_ident(c.relname), c.relowner
  from object o join pg_class c on c.oid = o.object where o.catalog = 'pg_class'::regclass and o.part = 0
  union all
  select o.*, 'COLUMN', format('%s.%I', c.oid::regclass, a.attname), format('%I.%I', c.relname, a.attname), c.relowner
  from object o
  join pg_class c on c.oid = o.object
  join pg_attribute a on a.attrelid = c.oid and a.attnum = o.part
  where o.catalog = 'pg_class'::regclass and o.part > 0
  union all
  select o.*, case t.typtype when 'd' then 'DOMAIN' else 'TYPE' end, format_type(t.oid, null), quote_ident(t.typname), t.typowner
  from object o join pg_type t on t.oid = o.object where o.catalog = 'pg_type'::regclass
  union all
  -- an attribute of a composite type hangs on its hidden relation
  select t.catalog, t.object, d.objsubid, d.description, 'COLUMN', format('%s.%I', format_type(y.oid, null), a.attname),
         format('%I.%I', y.typname, a.attname), y.typowner
  from unnest($1::oid[], $2::oid[]) t (catalog, object)
  join pg_type y on y.oid = t.object
  join pg_description d on d.objoid = y.typrelid and d.classoid = 'pg_class'::regclass and d.objsubid > 0
  join pg_attribute a on a.attrelid = y.typrelid and a.attnum = d.objsubid
  where t.catalog = 'pg_type'::regclass and y.typtype = 'c'
  union all
  select o.*, case p.prokind when 'p' then 'PROCEDURE' when 'a' then 'AGGREGATE' else 'FUNCTION' end,
         s.signature, s.signature, p.proowner
  from object o
  join pg_proc p on p.oid = o.object
  cross join lateral (select format('%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)) as signature) s
  where o.catalog = 'pg_proc'::regclass
  union all
  select o.*, 'CONSTRAINT', format('%I ON %s', k.conname, c.oid::regclass), format('%I ON %I', k.conname, c.relname), c.relowner
  from object o join pg_constraint k on k.oid = o.object join pg_class c on c.oid = k.conrelid
  where o.catalog = 'pg_constraint'::regclass
  union all
  select o.*, 'CONSTRAINT', format('%I ON DOMAIN %s', k.conname, format_type(t.oid, null)), format('%I ON DOMAIN %I', k.conname, t.typname), t.typowner
  from object o join pg_constraint k on k.oid = o.object join pg_type t on t.oid = k.contypid
  where o.catalog = 'pg_constraint'::regclass
  union all
  select o.*, 'TRIGGER', format('%I ON %s', t.tgname, c.oid::regclass), format('%I ON %I', t.tgname, c.relname), c.relowner
  from object o join pg_trigger t on t.oid = o.object join pg_class c on c.oid = t.tgrelid
  where o.catalog = 'pg_trigger'::regclass
  union all
  select o.*, 'RULE', format('%I ON %s', r.rulename, c.oid::regclass), format('%I ON %I', r.rulename, c.relname), c.relowner
  from object o join pg_rewrite r on r.oid = o.object join pg_class c on c.oid = r.ev_class
  where o.catalog = 'pg_rewrite'::regclass
  union all
  select o.*, 'POLICY', format('%I ON %s', p.polname, c.oid::regclass), format('%I ON %I', p.polname, c.relname), c.relowner
  from object o join pg_policy p on p.oid = o.object join pg_class c on c.oid = p.polrelid
  where o.catalog = 'pg_policy'::regclass
  union all
  select o.*, 'STATISTICS', quote_ident(s.stxname), quote_ident(s.stxname), s.stxowner
  from object o join pg_statistic_ext s on s.oid = o.object where o.catalog = 'pg_statistic_ext'::regclass
)
select catalog, object, 'COMMENT' as kind, word || ' ' || tag as tag, pg_get_userbyid(owner) as owner,
       format('COMMENT ON %s %s IS %L;', word, name, description) as create_sql, '' as drop_sql
from named

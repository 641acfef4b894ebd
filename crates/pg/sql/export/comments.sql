-- What was written beside the objects ($1 and $2, catalogs and OIDs): comments and security labels.
with wanted as (
  select * from unnest($1::oid[], $2::oid[]) w (catalog, object)
), noted as (
  select w.catalog, w.object, d.objsubid as part, 'COMMENT' as kind, d.description as text, null as provider
  from wanted w join pg_description d on d.objoid = w.object and d.classoid = w.catalog
  union all
  select w.catalog, w.object, l.objsubid, 'SECURITY LABEL', l.label, l.provider
  from wanted w join pg_seclabel l on l.objoid = w.object and l.classoid = w.catalog
  union all
  -- an attribute of a composite type hangs on its hidden relation
  select w.catalog, w.object, d.objsubid, 'COMMENT', d.description, null
  from wanted w join pg_type y on y.oid = w.object and y.typtype = 'c'
  join pg_description d on d.objoid = y.typrelid and d.classoid = 'pg_class'::regclass and d.objsubid > 0
  where w.catalog = 'pg_type'::regclass
), named as (
  select o.*, 'SCHEMA' as word, quote_ident(n.nspname) as name, quote_ident(n.nspname) as tag, n.nspowner as owner
  from noted o join pg_namespace n on n.oid = o.object where o.catalog = 'pg_namespace'::regclass
  union all
  select o.*, w.word, c.oid::regclass::text, quote_ident(c.relname), c.relowner
  from noted o join pg_class c on c.oid = o.object
  cross join lateral (select case c.relkind when 'v' then 'VIEW' when 'm' then 'MATERIALIZED VIEW' when 'S' then 'SEQUENCE'
                                            when 'i' then 'INDEX' when 'I' then 'INDEX' when 'f' then 'FOREIGN TABLE' else 'TABLE' end as word) w
  where o.catalog = 'pg_class'::regclass and o.part = 0
  union all
  select o.*, 'COLUMN', format('%s.%I', c.oid::regclass, a.attname), format('%I.%I', c.relname, a.attname), c.relowner
  from noted o
  join pg_class c on c.oid = o.object
  join pg_attribute a on a.attrelid = c.oid and a.attnum = o.part
  where o.catalog = 'pg_class'::regclass and o.part > 0
  union all
  select o.*, case t.typtype when 'd' then 'DOMAIN' else 'TYPE' end, format_type(t.oid, null), quote_ident(t.typname), t.typowner
  from noted o join pg_type t on t.oid = o.object where o.catalog = 'pg_type'::regclass and o.part = 0
  union all
  select o.*, 'COLUMN', format('%s.%I', format_type(y.oid, null), a.attname), format('%I.%I', y.typname, a.attname), y.typowner
  from noted o join pg_type y on y.oid = o.object
  join pg_attribute a on a.attrelid = y.typrelid and a.attnum = o.part
  where o.catalog = 'pg_type'::regclass and o.part > 0
  union all
  select o.*, case p.prokind when 'p' then 'PROCEDURE' when 'a' then 'AGGREGATE' else 'FUNCTION' end,
         s.signature, s.signature, p.proowner
  from noted o
  join pg_proc p on p.oid = o.object
  cross join lateral (
    select format('%I(%s)', p.proname, case
             when p.prokind = 'a' and p.pronargs = 0 then '*' else pg_get_function_identity_arguments(p.oid) end) as signature) s
  where o.catalog = 'pg_proc'::regclass
  union all
  select o.*, 'CONSTRAINT', format('%I ON %s', k.conname, c.oid::regclass), format('%I ON %I', k.conname, c.relname), c.relowner
  from noted o join pg_constraint k on k.oid = o.object join pg_class c on c.oid = k.conrelid
  where o.catalog = 'pg_constraint'::regclass
  union all
  select o.*, 'CONSTRAINT', format('%I ON DOMAIN %s', k.conname, format_type(t.oid, null)), format('%I ON DOMAIN %I', k.conname, t.typname), t.typowner
  from noted o join pg_constraint k on k.oid = o.object join pg_type t on t.oid = k.contypid
  where o.catalog = 'pg_constraint'::regclass
  union all
  select o.*, 'TRIGGER', format('%I ON %s', t.tgname, c.oid::regclass), format('%I ON %I', t.tgname, c.relname), c.relowner
  from noted o join pg_trigger t on t.oid = o.object join pg_class c on c.oid = t.tgrelid
  where o.catalog = 'pg_trigger'::regclass
  union all
  select o.*, 'RULE', format('%I ON %s', r.rulename, c.oid::regclass), format('%I ON %I', r.rulename, c.relname), c.relowner
  from noted o join pg_rewrite r on r.oid = o.object join pg_class c on c.oid = r.ev_class
  where o.catalog = 'pg_rewrite'::regclass
  union all
  select o.*, 'POLICY', format('%I ON %s', p.polname, c.oid::regclass), format('%I ON %I', p.polname, c.relname), c.relowner
  from noted o join pg_policy p on p.oid = o.object join pg_class c on c.oid = p.polrelid
  where o.catalog = 'pg_policy'::regclass
  union all
  select o.*, 'STATISTICS', quote_ident(s.stxname), quote_ident(s.stxname), s.stxowner
  from noted o join pg_statistic_ext s on s.oid = o.object where o.catalog = 'pg_statistic_ext'::regclass
  union all
  select o.*, 'OPERATOR', s.signature, s.signature, p.oprowner
  from noted o join pg_operator p on p.oid = o.object
  cross join lateral (select format('%s (%s, %s)', p.oprname, case p.oprleft when 0 then 'NONE' else format_type(p.oprleft, null) end,
                                    format_type(p.oprright, null)) as signature) s
  where o.catalog = 'pg_operator'::regclass
  union all
  select o.*, 'OPERATOR CLASS', s.signature, s.signature, c.opcowner
  from noted o join pg_opclass c on c.oid = o.object join pg_am a on a.oid = c.opcmethod
  cross join lateral (select format('%I USING %I', c.opcname, a.amname) as signature) s
  where o.catalog = 'pg_opclass'::regclass
  union all
  select o.*, 'OPERATOR FAMILY', s.signature, s.signature, f.opfowner
  from noted o join pg_opfamily f on f.oid = o.object join pg_am a on a.oid = f.opfmethod
  cross join lateral (select format('%I USING %I', f.opfname, a.amname) as signature) s
  where o.catalog = 'pg_opfamily'::regclass
  union all
  select o.*, 'COLLATION', quote_ident(c.collname), quote_ident(c.collname), c.collowner
  from noted o join pg_collation c on c.oid = o.object where o.catalog = 'pg_collation'::regclass
  union all
  select o.*, 'CONVERSION', quote_ident(c.conname), quote_ident(c.conname), c.conowner
  from noted o join pg_conversion c on c.oid = o.object where o.catalog = 'pg_conversion'::regclass
  union all
  select o.*, 'TEXT SEARCH PARSER', quote_ident(t.prsname), quote_ident(t.prsname), 0
  from noted o join pg_ts_parser t on t.oid = o.object where o.catalog = 'pg_ts_parser'::regclass
  union all
  select o.*, 'TEXT SEARCH TEMPLATE', quote_ident(t.tmplname), quote_ident(t.tmplname), 0
  from noted o join pg_ts_template t on t.oid = o.object where o.catalog = 'pg_ts_template'::regclass
  union all
  select o.*, 'TEXT SEARCH DICTIONARY', quote_ident(t.dictname), quote_ident(t.dictname), t.dictowner
  from noted o join pg_ts_dict t on t.oid = o.object where o.catalog = 'pg_ts_dict'::regclass
  union all
  select o.*, 'TEXT SEARCH CONFIGURATION', quote_ident(t.cfgname), quote_ident(t.cfgname), t.cfgowner
  from noted o join pg_ts_config t on t.oid = o.object where o.catalog = 'pg_ts_config'::regclass
), written as (
  select catalog, object, kind, case owner when 0 then '' else pg_get_userbyid(owner) end as owner, part, provider,
         -- labels of a table's columns are listed with the table's own
         case when kind = 'COMMENT' or word <> 'COLUMN' then word || ' ' || tag
              else (select case c.relkind when 'v' then 'VIEW ' when 'm' then 'MATERIALIZED VIEW ' when 'f' then 'FOREIGN TABLE ' else 'TABLE ' end || quote_ident(c.relname)
                    from pg_class c where c.oid = object) end as tag,
         case kind when 'COMMENT' then format('COMMENT ON %s %s IS %L;', word, name, text)
                   else format('SECURITY LABEL FOR %I ON %s %s IS %L;', provider, word, name, text) end as statement
  from named
)
select catalog, object, kind, tag, owner, string_agg(statement, E'\n' order by part, provider, statement) as create_sql, '' as drop_sql
from written
group by catalog, object, kind, tag, owner

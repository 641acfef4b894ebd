-- Types of one's own among these ($1): enumerations, composites, domains and ranges. Checks of a domain
-- that stand apart ($2) are left to them.
select 'pg_type'::regclass::oid as catalog, t.oid as object, 'TYPE' as kind, t.typname as tag,
       pg_get_userbyid(t.typowner) as owner,
       format(E'CREATE TYPE %I AS ENUM (%s\n);', t.typname,
              (select string_agg(format(E'\n    %L', e.enumlabel), ',' order by e.enumsortorder)
               from pg_enum e where e.enumtypid = t.oid)) as create_sql,
       format('DROP TYPE %I;', t.typname) as drop_sql
from pg_type t
where t.oid = any($1) and t.typtype = 'e'
union all
select 'pg_type'::regclass, t.oid, 'TYPE', t.typname, pg_get_userbyid(t.typowner),
       format(E'CREATE TYPE %I AS (%s\n);', t.typname,
              (select string_agg(format(E'\n    %I %s%s', a.attname, format_type(a.atttypid, a.atttypmod),
                                        case when a.attcollation <> b.typcollation
                                             then ' COLLATE ' || a.attcollation::regcollation else '' end),
                                 ',' order by a.attnum)
               from pg_attribute a join pg_type b on b.oid = a.atttypid
               where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped)),
       format('DROP TYPE %I;', t.typname)
from pg_type t
where t.oid = any($1) and t.typtype = 'c'
union all
select 'pg_type'::regclass, t.oid, 'DOMAIN', t.typname, pg_get_userbyid(t.typowner),
       format('CREATE DOMAIN %I AS %s%s%s%s%s;', t.typname, format_type(t.typbasetype, t.typtypmod),
              case when t.typcollation <> b.typcollation
                   then ' COLLATE ' || t.typcollation::regcollation else '' end,
              case when not t.typnotnull then ''
                   -- it has a name since PostgreSQL 17
                   else coalesce((select format(' CONSTRAINT %I', k.conname) from pg_constraint k
                                  where k.contypid = t.oid and k.contype = 'n' and k.conname <> t.typname || '_not_null'), '') || ' NOT NULL' end,
              coalesce(' DEFAULT ' || coalesce(pg_get_expr(t.typdefaultbin, 0), quote_literal(t.typdefault)), ''),
              (select string_agg(format(E'\n\tCONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid)), '' order by k.conname)
               from pg_constraint k
               where k.contypid = t.oid and k.contype = 'c' and k.oid <> all($2))),
       format('DROP DOMAIN %I;', t.typname)
from pg_type t join pg_type b on b.oid = t.typbasetype
where t.oid = any($1) and t.typtype = 'd'
union all
select 'pg_type'::regclass, t.oid, 'TYPE', t.typname, pg_get_userbyid(t.typowner),
       format(E'CREATE TYPE %I AS RANGE (\n    subtype = %s,\n    multirange_type_name = %s%s%s%s%s\n);',
              t.typname, format_type(r.rngsubtype, null), quote_ident(m.typname),
              case when not o.opcdefault then format(E',\n    subtype_opclass = %s%I', case when pg_opclass_is_visible(o.oid) then '' else quote_ident(a.nspname) || '.' end, o.opcname) else '' end,
              case when r.rngcollation <> s.typcollation then format(E',\n    collation = %s', r.rngcollation::regcollation) else '' end,
              coalesce(functions.text, ''), ''),
       format('DROP TYPE %I;', t.typname)
from pg_type t
join pg_range r on r.rngtypid = t.oid
join pg_type s on s.oid = r.rngsubtype
join pg_type m on m.oid = r.rngmultitypid
join pg_opclass o on o.oid = r.rngsubopc
join pg_namespace a on a.oid = o.opcnamespace
cross join lateral (
  select string_agg(format(E',\n    %s = %s', word, case when pg_function_is_visible(p.oid) then quote_ident(p.proname)
                                                      else format('%I.%I', n.nspname, p.proname) end), '' order by place) as text
  from unnest(array['canonical', 'subtype_diff'], array[r.rngcanonical, r.rngsubdiff]::oid[]) with ordinality f (word, oid, place)
  join pg_proc p on p.oid = f.oid
  join pg_namespace n on n.oid = p.pronamespace) functions
where t.oid = any($1) and t.typtype = 'r'

-- Base types among these ($1), whose input and output are functions, and what is only announced of a type:
-- before those functions, which take and give it, or for good.
select 0::oid as catalog, t.oid as object, 'SHELL TYPE' as kind, t.typname as tag, pg_get_userbyid(t.typowner) as owner,
       format('CREATE TYPE %I;', t.typname) as create_sql, '' as drop_sql
from pg_type t
left join pg_range r on r.rngtypid = t.oid
where t.oid = any($1) and t.typisdefined and (t.typtype = 'b' or r.rngcanonical <> 0)
union all
select 'pg_type'::regclass, t.oid, 'TYPE', t.typname, pg_get_userbyid(t.typowner),
       format('CREATE TYPE %I;', t.typname), format('DROP TYPE %I;', t.typname)
from pg_type t
where t.oid = any($1) and t.typtype = 'p' and not t.typisdefined
union all
select 'pg_type'::regclass, t.oid, 'TYPE', t.typname, pg_get_userbyid(t.typowner),
       format(E'CREATE TYPE %I (\n    INTERNALLENGTH = %s%s\n);', t.typname,
              case when t.typlen < 0 then 'variable' else t.typlen::text end,
              concat(functions.text,
                     E',\n    DEFAULT = ' || quote_literal(t.typdefault),
                     case when t.typelem <> 0 then E',\n    ELEMENT = ' || format_type(t.typelem, null) end,
                     case when t.typcategory <> 'U' then E',\n    CATEGORY = ' || quote_literal(t.typcategory::text) end,
                     case when t.typispreferred then E',\n    PREFERRED = true' end,
                     case when t.typdelim <> ',' then E',\n    DELIMITER = ' || quote_literal(t.typdelim::text) end,
                     E',\n    ALIGNMENT = ' || case t.typalign when 'c' then 'char' when 's' then 'int2' when 'd' then 'double' else 'int4' end,
                     E',\n    STORAGE = ' || case t.typstorage when 'e' then 'external' when 'x' then 'extended' when 'm' then 'main' else 'plain' end,
                     case when t.typbyval then E',\n    PASSEDBYVALUE' end,
                     case when t.typcollation <> 0 then E',\n    COLLATABLE = true' end)),
       format('DROP TYPE %I CASCADE;', t.typname)
from pg_type t
cross join lateral (
  select string_agg(format(E',\n    %s = %s', word, case when pg_function_is_visible(p.oid) then quote_ident(p.proname)
                                                      else format('%I.%I', n.nspname, p.proname) end), '' order by place) as text
  from unnest(array['INPUT', 'OUTPUT', 'RECEIVE', 'SEND', 'TYPMOD_IN', 'TYPMOD_OUT', 'ANALYZE', 'SUBSCRIPT'],
              array[t.typinput, t.typoutput, t.typreceive, t.typsend, t.typmodin, t.typmodout, t.typanalyze, t.typsubscript]::oid[])
       with ordinality f (word, oid, place)
  join pg_proc p on p.oid = f.oid
  join pg_namespace n on n.oid = p.pronamespace) functions
where t.oid = any($1) and t.typtype = 'b' and t.typisdefined

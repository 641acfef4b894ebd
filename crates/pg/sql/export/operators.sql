-- Operators ($1). One that another named as its counterpart before it was made has no function yet, and
-- is no operator.
select 'pg_operator'::regclass::oid as catalog, o.oid as object, 'OPERATOR' as kind, o.oprname as tag,
       pg_get_userbyid(o.oprowner) as owner,
       format(E'CREATE OPERATOR %s (\n    FUNCTION = %s%s\n);', o.oprname, functions.main,
              concat(case when o.oprleft <> 0 then E',\n    LEFTARG = ' || format_type(o.oprleft, null) end,
                     E',\n    RIGHTARG = ' || format_type(nullif(o.oprright, 0), null),
                     counterparts.text,
                     functions.others,
                     case when o.oprcanmerge then E',\n    MERGES' end,
                     case when o.oprcanhash then E',\n    HASHES' end)) as create_sql,
       format('DROP OPERATOR %s (%s, %s);', o.oprname, case o.oprleft when 0 then 'NONE' else format_type(o.oprleft, null) end,
              format_type(o.oprright, null)) as drop_sql
from pg_operator o
cross join lateral (
  select string_agg(name, '') filter (where place = 1) as main,
         string_agg(format(E',\n    %s = %s', word, name), '' order by place) filter (where place > 1) as others
  from unnest(array['FUNCTION', 'RESTRICT', 'JOIN'], array[o.oprcode, o.oprrest, o.oprjoin]::oid[]) with ordinality f (word, oid, place)
  join pg_proc q on q.oid = f.oid
  join pg_namespace n on n.oid = q.pronamespace
  cross join lateral (select case when pg_function_is_visible(q.oid) then quote_ident(q.proname)
                                  else format('%I.%I', n.nspname, q.proname) end as name) named) functions
cross join lateral (
  select string_agg(format(E',\n    %s = OPERATOR(%s)', word, case when pg_operator_is_visible(q.oid) then q.oprname::text
                                                                   else format('%I.%s', n.nspname, q.oprname) end), '' order by place) as text
  from unnest(array['COMMUTATOR', 'NEGATOR'], array[o.oprcom, o.oprnegate]::oid[]) with ordinality f (word, oid, place)
  join pg_operator q on q.oid = f.oid
  join pg_namespace n on n.oid = q.oprnamespace) counterparts
where o.oid = any($1) and o.oprcode <> 0

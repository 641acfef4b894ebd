-- Aggregates among these functions ($1): ordinary, ordered-set, hypothetical and moving ones. What a
-- property is when nothing is said is not written.
select 'pg_proc'::regclass::oid as catalog, p.oid as object, 'AGGREGATE' as kind, p.proname || args.tag as tag,
       pg_get_userbyid(p.proowner) as owner,
       format(E'CREATE AGGREGATE %I(%s) (\n    STYPE = %s%s\n);', p.proname, args.given, format_type(a.aggtranstype, null),
              concat(functions.text,
                     case when a.aggtransspace > 0 then format(E',\n    SSPACE = %s', a.aggtransspace) end,
                     E',\n    INITCOND = ' || quote_literal(a.agginitval),
                     case when a.aggfinalextra then E',\n    FINALFUNC_EXTRA' end,
                     E',\n    FINALFUNC_MODIFY = ' || modify.final,
                     case when a.aggmtransfn <> 0 then E',\n    MSTYPE = ' || format_type(a.aggmtranstype, null) end,
                     case when a.aggmtransspace > 0 then format(E',\n    MSSPACE = %s', a.aggmtransspace) end,
                     case when a.aggmtransfn <> 0 then E',\n    MINITCOND = ' || quote_literal(a.aggminitval) end,
                     case when a.aggmfinalextra then E',\n    MFINALFUNC_EXTRA' end,
                     case when a.aggmtransfn <> 0 then E',\n    MFINALFUNC_MODIFY = ' || modify.moving end,
                     E',\n    SORTOP = OPERATOR(' || sort.name || ')',
                     case a.aggkind when 'h' then E',\n    HYPOTHETICAL' end,
                     case p.proparallel when 's' then E',\n    PARALLEL = safe' when 'r' then E',\n    PARALLEL = restricted' end)) as create_sql,
       format('DROP AGGREGATE %I(%s);', p.proname, args.named) as drop_sql
from pg_proc p
join pg_aggregate a on a.aggfnoid = p.oid
cross join lateral (
  select format('(%s)', case when p.pronargs = 0 then '*' else
                          (select string_agg(format_type(t, null), ', ' order by n) from unnest(p.proargtypes) with ordinality y (t, n)) end) as tag,
         case when p.pronargs = 0 then '*' else pg_get_function_arguments(p.oid) end as given,
         case when p.pronargs = 0 then '*' else pg_get_function_identity_arguments(p.oid) end as named) args
cross join lateral (
  -- how often a final function may be called depends on the sort of aggregate
  select case a.aggfinalmodify when usual then null else word.for[a.aggfinalmodify::text] end as final,
         case a.aggmfinalmodify when usual then null else word.for[a.aggmfinalmodify::text] end as moving
  from (select case a.aggkind when 'n' then 'r'::"char" else 'w' end as usual,
               '{"r": "READ_ONLY", "s": "SHAREABLE", "w": "READ_WRITE"}'::jsonb as for) word) m
cross join lateral (select m.final #>> '{}' as final, m.moving #>> '{}' as moving) modify
cross join lateral (
  select string_agg(format(E',\n    %s = %s', f.word, case when pg_function_is_visible(q.oid) then quote_ident(q.proname)
                                                        else format('%I.%I', n.nspname, q.proname) end), '' order by f.place) as text
  from unnest(array['SFUNC', 'FINALFUNC', 'COMBINEFUNC', 'SERIALFUNC', 'DESERIALFUNC', 'MSFUNC', 'MINVFUNC', 'MFINALFUNC'],
              array[a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn]::oid[])
       with ordinality f (word, oid, place)
  join pg_proc q on q.oid = f.oid
  join pg_namespace n on n.oid = q.pronamespace) functions
left join lateral (
  select case when pg_operator_is_visible(o.oid) then o.oprname::text else format('%I.%s', n.nspname, o.oprname) end as name
  from pg_operator o join pg_namespace n on n.oid = o.oprnamespace
  where o.oid = a.aggsortop) sort on true
where p.oid = any($1)

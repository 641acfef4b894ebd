-- Functions and procedures ($1). A body is text that nobody rewrites; one in the standard's form (BEGIN
-- ATOMIC) is written from what the server understood.
select 'pg_proc'::regclass::oid as catalog, p.oid as object,
       case p.prokind when 'p' then 'PROCEDURE' else 'FUNCTION' end as kind,
       p.proname || args.text as tag,
       pg_get_userbyid(p.proowner) as owner,
       format('CREATE %s %I(%s)%s', w.word, p.proname, pg_get_function_arguments(p.oid),
              coalesce(' RETURNS ' || pg_get_function_result(p.oid), ''))
         || format(E'\n    LANGUAGE %I', l.lanname)
         || coalesce((select ' TRANSFORM ' || string_agg('FOR TYPE ' || format_type(y, null), ', ')
                      from unnest(p.protrftypes) y), '')
         || case when p.prokind = 'w' then ' WINDOW' else '' end
         || case p.provolatile when 'i' then ' IMMUTABLE' when 's' then ' STABLE' else '' end
         || case when p.proisstrict then ' STRICT' else '' end
         || case when p.prosecdef then ' SECURITY DEFINER' else '' end
         || case when p.proleakproof then ' LEAKPROOF' else '' end
         || case when p.procost = case when l.lanname in ('c', 'internal') then 1 else 100 end
                   or p.prokind = 'p' then '' else ' COST ' || p.procost end
         || case when p.proretset and p.prorows not in (0, 1000) then ' ROWS ' || p.prorows else '' end
         || coalesce((select ' SUPPORT ' || case when pg_function_is_visible(s.oid) then quote_ident(s.proname) else format('%I.%I', n.nspname, s.proname) end
                      from pg_proc s join pg_namespace n on n.oid = s.pronamespace where s.oid = p.prosupport), '')
         || case p.proparallel when 's' then ' PARALLEL SAFE' when 'r' then ' PARALLEL RESTRICTED' else '' end
         || coalesce((select string_agg(format(E'\n    SET %s TO %s', quote_ident(split_part(g, '=', 1)),
                        -- a list is kept as names, some of them in quotes; each is written on its own
                        case when lower(split_part(g, '=', 1)) in ('local_preload_libraries', 'search_path',
                                    'session_preload_libraries', 'shared_preload_libraries', 'temp_tablespaces',
                                    'unix_socket_directories')
                             then coalesce((select string_agg(quote_literal(coalesce(replace(item[1], '""', '"'), item[2])), ', ' order by n)
                                            from regexp_matches(substr(g, strpos(g, '=') + 1), '"((?:[^"]|"")*)"|([^,"\s]+)', 'g') with ordinality i (item, n)), '''''')
                             else quote_literal(substr(g, strpos(g, '=') + 1)) end), '' order by place)
                      from unnest(p.proconfig) with ordinality c (g, place)), '')
         || E'\n    '
         || case when p.prosqlbody is not null then pg_get_function_sqlbody(p.oid)
                 when p.probin is not null then format('AS %L, %L', p.probin, p.prosrc)
                 else format('AS %s%s%s', tagged.quote, p.prosrc, tagged.quote) end
         || ';' as create_sql,
       format('DROP %s %I(%s);', w.word, p.proname, pg_get_function_identity_arguments(p.oid)) as drop_sql
from pg_proc p
join pg_language l on l.oid = p.prolang
cross join lateral (select case p.prokind when 'p' then 'PROCEDURE' else 'FUNCTION' end as word) w
cross join lateral (
  select format('(%s)', (select string_agg(format_type(t, null), ', ' order by n)
                         from unnest(p.proargtypes) with ordinality a (t, n))) as text) args
cross join lateral (
  -- the shortest quote that the body does not contain, and does not end in half of
  select '$' || repeat('_', n) || '$' as quote from generate_series(0, 63) n
  where strpos(p.prosrc || '$', '$' || repeat('_', n) || '$') = 0 or strpos(p.prosrc, '$') = 0
  order by n limit 1) tagged
where p.oid = any($1) and p.prokind <> 'a'
  -- those that come with a range are made with it
  and not exists (select from pg_depend d
                  where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'i')

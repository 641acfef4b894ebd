-- Operator families ($1) with the members that belong to no class, and operator classes ($2) with theirs.
with member as (
  select d.refclassid as of_catalog, d.refobjid as of_object, 1 as sort, m.amopstrategy as number, m.amoplefttype as left_type, m.amoprighttype as right_type,
         format('OPERATOR %s %s%s', m.amopstrategy, name.of_operator,
                case when m.amoppurpose = 'o' then format(' FOR ORDER BY %s%s', case when pg_opfamily_is_visible(f.oid) then '' else quote_ident(n.nspname) || '.' end,
                                                          quote_ident(f.opfname)) else '' end) as text
  from pg_depend d
  join pg_amop m on m.oid = d.objid
  left join pg_opfamily f on f.oid = m.amopsortfamily
  left join pg_namespace n on n.oid = f.opfnamespace
  cross join lateral (
    select format('%s(%s,%s)', case when pg_operator_is_visible(o.oid) then o.oprname::text else format('%I.%s', s.nspname, o.oprname) end,
                  format_type(o.oprleft, null), format_type(o.oprright, null)) as of_operator
    from pg_operator o join pg_namespace s on s.oid = o.oprnamespace where o.oid = m.amopopr) name
  where d.classid = 'pg_amop'::regclass and d.refobjsubid = 0
    and (d.refclassid = 'pg_opfamily'::regclass and d.refobjid = any($1) or d.refclassid = 'pg_opclass'::regclass and d.refobjid = any($2))
  union all
  select d.refclassid, d.refobjid, 2, m.amprocnum, m.amproclefttype, m.amprocrighttype,
         format('FUNCTION %s (%s, %s) %s', m.amprocnum, format_type(m.amproclefttype, null), format_type(m.amprocrighttype, null), name.of_function)
  from pg_depend d
  join pg_amproc m on m.oid = d.objid
  cross join lateral (
    select format('%s%I(%s)', case when pg_function_is_visible(p.oid) then '' else quote_ident(s.nspname) || '.' end, p.proname,
                  (select string_agg(format_type(t, null), ', ' order by place) from unnest(p.proargtypes) with ordinality a (t, place))) as of_function
    from pg_proc p join pg_namespace s on s.oid = p.pronamespace where p.oid = m.amproc) name
  where d.classid = 'pg_amproc'::regclass and d.refobjsubid = 0
    and (d.refclassid = 'pg_opfamily'::regclass and d.refobjid = any($1) or d.refclassid = 'pg_opclass'::regclass and d.refobjid = any($2))
), listed as (
  select of_catalog, of_object, string_agg(text, E',\n    ' order by sort, number, format_type(left_type, null), format_type(right_type, null)) as text
  from member
  group by of_catalog, of_object
)
select 'pg_opfamily'::regclass::oid as catalog, f.oid as object, 'OPERATOR FAMILY' as kind, f.opfname as tag,
       pg_get_userbyid(f.opfowner) as owner,
       format('CREATE OPERATOR FAMILY %I USING %I;', f.opfname, a.amname)
         || coalesce(format(E'\nALTER OPERATOR FAMILY %I USING %I ADD\n    ', f.opfname, a.amname) || l.text || ';', '') as create_sql,
       format('DROP OPERATOR FAMILY %I USING %I;', f.opfname, a.amname) as drop_sql
from pg_opfamily f
join pg_am a on a.oid = f.opfmethod
left join listed l on l.of_catalog = 'pg_opfamily'::regclass and l.of_object = f.oid
where f.oid = any($1)
union all
select 'pg_opclass'::regclass, c.oid, 'OPERATOR CLASS', c.opcname, pg_get_userbyid(c.opcowner),
       format(E'CREATE OPERATOR CLASS %I\n    %sFOR TYPE %s USING %I FAMILY %s%I AS\n    %s;', c.opcname,
              case when c.opcdefault then 'DEFAULT ' else '' end, format_type(c.opcintype, null), a.amname,
              case when pg_opfamily_is_visible(f.oid) then '' else quote_ident(n.nspname) || '.' end, f.opfname,
              -- a class without members is made by saying what is stored
              concat_ws(E',\n    ', case when c.opckeytype <> 0 or l.text is null
                                         then 'STORAGE ' || format_type(coalesce(nullif(c.opckeytype, 0), c.opcintype), null) end, l.text)),
       format('DROP OPERATOR CLASS %I USING %I;', c.opcname, a.amname)
from pg_opclass c
join pg_am a on a.oid = c.opcmethod
join pg_opfamily f on f.oid = c.opcfamily
join pg_namespace n on n.oid = f.opfnamespace
left join listed l on l.of_catalog = 'pg_opclass'::regclass and l.of_object = c.oid
where c.oid = any($2)

-- Extended statistics ($1).
select 'pg_statistic_ext'::regclass::oid as catalog, s.oid as object, 'STATISTICS' as kind, s.stxname as tag,
       pg_get_userbyid(s.stxowner) as owner,
       format('CREATE STATISTICS %I%s ON %s FROM %s;', s.stxname,
              case when array['d', 'f', 'm']::"char"[] <@ s.stxkind
                     or cardinality(s.stxkeys::smallint[]) = 0 and s.stxkind = '{e}' then '' else
                ' (' || (select string_agg(case k when 'd' then 'ndistinct' when 'f' then 'dependencies' else 'mcv' end, ', ')
                         from unnest(s.stxkind) k where k <> 'e') || ')' end,
              pg_get_statisticsobjdef_columns(s.oid), s.stxrelid::regclass)
         || case when s.stxstattarget >= 0 then format(E'\nALTER STATISTICS %I SET STATISTICS %s;', s.stxname, s.stxstattarget) else '' end
         as create_sql,
       format('DROP STATISTICS %I;', s.stxname) as drop_sql
from pg_statistic_ext s
where s.oid = any($1)

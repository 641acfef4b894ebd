-- Rights that what comes later in the schema gets of itself ($1, their OIDs in pg_default_acl).
select 'pg_default_acl'::regclass::oid as catalog, d.oid as object, 'DEFAULT ACL' as kind,
       'DEFAULT PRIVILEGES FOR ' || w.word as tag, pg_get_userbyid(d.defaclrole) as owner,
       (select string_agg(format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT %s ON %s TO %s%s;',
                                 pg_get_userbyid(d.defaclrole), n.nspname, g.rights, w.word, g.grantee, g.option), E'\n' order by g.place)
        from (select string_agg(a.privilege_type, ', ' order by a.place) as rights, min(a.place) as place,
                     case when a.grantee = 0 then 'PUBLIC' else quote_ident(pg_get_userbyid(a.grantee)) end as grantee,
                     case when a.is_grantable then ' WITH GRANT OPTION' else '' end as option
              from aclexplode(d.defaclacl) with ordinality a (grantor, grantee, privilege_type, is_grantable, place)
              group by a.grantee, a.is_grantable) g) as create_sql,
       '' as drop_sql
from pg_default_acl d
join pg_namespace n on n.oid = d.defaclnamespace
cross join lateral (select case d.defaclobjtype when 'r' then 'TABLES' when 'S' then 'SEQUENCES' when 'f' then 'FUNCTIONS'
                                                when 'T' then 'TYPES' else 'SCHEMAS' end as word) w
where d.oid = any($1)

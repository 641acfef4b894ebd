-- Who may do what, where it is not what everybody's default is: the schema ($1), relations ($2), types
-- ($3) and functions ($4). In the order in which the rights were given.
with object as (
  select 'pg_namespace'::regclass::oid as catalog, oid as object, 'SCHEMA' as word, quote_ident(nspname) as name,
         'SCHEMA ' || quote_ident(nspname) as tag, nspowner as owner, nspacl as acl, acldefault('n', nspowner) as usual, null as columns
  from pg_namespace where oid = $1
  union all
  select 'pg_class'::regclass, oid, w.word, oid::regclass::text, w.word || ' ' || quote_ident(relname), relowner, relacl,
         acldefault(case relkind when 'S' then 's'::"char" else 'r' end, relowner), null
  from pg_class, lateral (select case relkind when 'S' then 'SEQUENCE' else 'TABLE' end as word) w
  where oid = any($2)
  union all
  select 'pg_class'::regclass, c.oid, 'TABLE', c.oid::regclass::text, format('COLUMN %I.%I', c.relname, a.attname), c.relowner, a.attacl,
         null::aclitem[], format('(%I)', a.attname)
  from pg_class c join pg_attribute a on a.attrelid = c.oid
  where c.oid = any($2) and a.attacl is not null and not a.attisdropped
  union all
  select 'pg_type'::regclass, oid, 'TYPE', format_type(oid, null), 'TYPE ' || quote_ident(typname), typowner, typacl, acldefault('T', typowner), null
  from pg_type where oid = any($3)
  union all
  select 'pg_proc'::regclass, oid, w.word, s.signature, w.word || ' ' || s.signature, proowner, proacl, acldefault('f', proowner), null
  from pg_proc, lateral (select case prokind when 'p' then 'PROCEDURE' else 'FUNCTION' end as word) w,
       lateral (select format('%I(%s)', proname, case
                         when prokind <> 'a' then pg_get_function_identity_arguments(oid)
                         else (select string_agg(format_type(t, null), ', ' order by n) from unnest(proargtypes) with ordinality y (t, n)) end) as signature) s
  where oid = any($4)
), statement as (
  select o.catalog, o.object, o.tag, o.owner, r.place,
         -- who passed a right on is remembered, and so it is given in that name
         format(case when r.grantor = o.owner then '%s' else E'SET SESSION AUTHORIZATION %2$I;\n%1$s\nRESET SESSION AUTHORIZATION;' end,
         format('%s %s ON %s %s %s %s%s;', r.verb, r.rights, o.word, o.name, r.direction,
                case when r.grantee = 0 then 'PUBLIC' else quote_ident(pg_get_userbyid(r.grantee)) end, r.option), pg_get_userbyid(r.grantor)) as text
  from object o
  cross join lateral (
    -- what everybody's default has and this one has not
    select 0 as place, 'REVOKE' as verb, string_agg(u.privilege_type || coalesce(o.columns, ''), ', ') as rights,
           'FROM' as direction, u.grantee, '' as option, o.owner as grantor
    from aclexplode(o.usual) u
    where not exists (select from aclexplode(o.acl) a
                      where a.grantee = u.grantee and a.privilege_type = u.privilege_type)
    group by u.grantee
    union all
    select min(a.place), 'GRANT', string_agg(a.privilege_type || coalesce(o.columns, ''), ', ' order by a.place),
           'TO', a.grantee, case when a.is_grantable then ' WITH GRANT OPTION' else '' end, a.grantor
    from aclexplode(o.acl) with ordinality a (grantor, grantee, privilege_type, is_grantable, place)
    where not exists (select from aclexplode(o.usual) u
                      where u.grantee = a.grantee and u.privilege_type = a.privilege_type
                        and u.is_grantable = a.is_grantable)
    group by a.grantor, a.grantee, a.is_grantable
  ) r
  where o.acl is not null
)
select catalog, object, 'ACL' as kind, tag, pg_get_userbyid(owner) as owner,
       string_agg(text, E'\n' order by place, text) as create_sql, '' as drop_sql
from statement
group by catalog, object, tag, owner

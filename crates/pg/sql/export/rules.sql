-- What happens of itself at these relations ($1), and who sees which rows: triggers, rules, row security and its policies.
select 'pg_trigger'::regclass::oid as catalog, t.oid as object, 'TRIGGER' as kind, c.relname || ' ' || t.tgname as tag,
       pg_get_userbyid(c.relowner) as owner, c.oid as table_oid,
       pg_get_triggerdef(t.oid, true) || ';'
         || case when t.tgenabled = 'O' then '' else
              format(E'\nALTER %s %s %s TRIGGER %I;', case c.relkind when 'f' then 'FOREIGN TABLE' else 'TABLE' end, c.oid::regclass,
                     case t.tgenabled when 'D' then 'DISABLE' when 'A' then 'ENABLE ALWAYS' else 'ENABLE REPLICA' end, t.tgname) end
         as create_sql,
       format('DROP TRIGGER %I ON %s;', t.tgname, c.oid::regclass) as drop_sql
from pg_trigger t join pg_class c on c.oid = t.tgrelid
where t.tgrelid = any($1) and not t.tgisinternal and t.tgparentid = 0
union all
-- a partition's copy comes with the parent's; only its being switched off or on is its own
select 'pg_trigger'::regclass, t.oid, 'TRIGGER', c.relname || ' ' || t.tgname, pg_get_userbyid(c.relowner), c.oid,
       format('ALTER TABLE %s %s TRIGGER %I;', c.oid::regclass,
              case t.tgenabled when 'D' then 'DISABLE' when 'A' then 'ENABLE ALWAYS' when 'R' then 'ENABLE REPLICA' else 'ENABLE' end, t.tgname),
       ''
from pg_trigger t
join pg_class c on c.oid = t.tgrelid
join pg_trigger parent on parent.oid = t.tgparentid
where t.tgrelid = any($1) and not t.tgisinternal and t.tgenabled <> parent.tgenabled
union all
select 'pg_rewrite'::regclass, r.oid, 'RULE', c.relname || ' ' || r.rulename, pg_get_userbyid(c.relowner), c.oid,
       pg_get_ruledef(r.oid, true)
         || case when r.ev_enabled = 'O' then '' else
              format(E'\nALTER TABLE %s %s RULE %I;', c.oid::regclass,
                     case r.ev_enabled when 'D' then 'DISABLE' when 'A' then 'ENABLE ALWAYS' else 'ENABLE REPLICA' end, r.rulename) end,
       format('DROP RULE %I ON %s;', r.rulename, c.oid::regclass)
from pg_rewrite r join pg_class c on c.oid = r.ev_class
where r.ev_class = any($1) and r.rulename <> '_RETURN'
union all
select 'pg_policy'::regclass, p.oid, 'POLICY', c.relname || ' ' || p.polname, pg_get_userbyid(c.relowner), c.oid,
       format('CREATE POLICY %I ON %s%s%s%s%s%s;', p.polname, c.oid::regclass,
              case when p.polpermissive then '' else ' AS RESTRICTIVE' end,
              case p.polcmd when 'r' then ' FOR SELECT' when 'a' then ' FOR INSERT' when 'w' then ' FOR UPDATE' when 'd' then ' FOR DELETE' else '' end,
              case when p.polroles = '{0}' then '' else
                ' TO ' || (select string_agg(case when r = 0 then 'PUBLIC' else quote_ident(pg_get_userbyid(r)) end, ', ' order by pg_get_userbyid(r)) from unnest(p.polroles) r) end,
              coalesce(' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', ''),
              coalesce(' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', '')),
       format('DROP POLICY %I ON %s;', p.polname, c.oid::regclass)
from pg_policy p join pg_class c on c.oid = p.polrelid
where p.polrelid = any($1)
union all
select 'pg_class'::regclass, c.oid, 'ROW SECURITY', c.relname, pg_get_userbyid(c.relowner), c.oid,
       format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY;', c.oid::regclass), ''
from pg_class c
where c.oid = any($1) and c.relrowsecurity

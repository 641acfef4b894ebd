-- Sequences ($1): those of an identity column are made with the column, others on their own and then given to the column that owns them.
select 'pg_class'::regclass::oid as catalog, c.oid as object, 'SEQUENCE' as kind, c.relname as tag,
       pg_get_userbyid(c.relowner) as owner,
       case when owner.deptype = 'i'
            then format(E'ALTER TABLE %s ALTER COLUMN %I ADD GENERATED %s AS IDENTITY (\n    SEQUENCE NAME %I%s\n);',
                        owner.refobjid::regclass, a.attname,
                        case a.attidentity when 'a' then 'ALWAYS' else 'BY DEFAULT' end, c.relname, terms.text)
                 || case when c.relpersistence = 'u' and t.relpersistence <> 'u'
                         then format(E'\nALTER SEQUENCE %I SET UNLOGGED;', c.relname)
                         when c.relpersistence <> 'u' and t.relpersistence = 'u'
                         then format(E'\nALTER SEQUENCE %I SET LOGGED;', c.relname) else '' end
            else format('CREATE %sSEQUENCE %I%s%s;', case when c.relpersistence = 'u' then 'UNLOGGED ' else '' end, c.relname,
                        case when s.seqtypid = 'bigint'::regtype then '' else E'\n    AS ' || format_type(s.seqtypid, null) end, terms.text)
       end as create_sql,
       case when owner.deptype = 'i' then '' else format('DROP SEQUENCE %I;', c.relname) end as drop_sql,
       case when owner.deptype = 'a'
            then format('ALTER SEQUENCE %I OWNED BY %s.%I;', c.relname, owner.refobjid::regclass, a.attname) end as owned_sql,
       owner.refobjid as table_oid,
       c.oid::regclass::text as reference
from pg_class c
join pg_sequence s on s.seqrelid = c.oid
left join pg_depend owner on owner.classid = 'pg_class'::regclass and owner.objid = c.oid
  and owner.refclassid = 'pg_class'::regclass and owner.deptype in ('a', 'i') and owner.refobjsubid > 0
left join pg_attribute a on a.attrelid = owner.refobjid and a.attnum = owner.refobjsubid
left join pg_class t on t.oid = owner.refobjid
cross join lateral (
  select case s.seqtypid when 'smallint'::regtype then 32767 when 'integer'::regtype then 2147483647
                         else 9223372036854775807 end as top) range
cross join lateral (
  select format(E'\n    START WITH %s\n    INCREMENT BY %s\n    %s\n    %s\n    CACHE %s%s', s.seqstart, s.seqincrement,
                case when s.seqmin = case when s.seqincrement > 0 then 1 else -range.top - 1 end
                     then 'NO MINVALUE' else 'MINVALUE ' || s.seqmin end,
                case when s.seqmax = case when s.seqincrement > 0 then range.top else -1 end
                     then 'NO MAXVALUE' else 'MAXVALUE ' || s.seqmax end,
                s.seqcache, case when s.seqcycle then E'\n    CYCLE' else '' end) as text) terms
where c.oid = any($1) and c.relkind = 'S'

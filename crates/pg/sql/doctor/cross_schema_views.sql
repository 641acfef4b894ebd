-- Views and materialized views that read an institution's relations from another schema.
select distinct 'critical' as severity, v.oid::regclass::text as object, there.id as schema_id,
       format('The view %s, outside the schema of institution %s, reads its %s with the rights of %s.',
              v.oid::regclass, there.institution, r.oid::regclass, quote_ident(pg_get_userbyid(v.relowner))) as detail,
       format('drop %s %s;', case v.relkind when 'm' then 'materialized view' else 'view' end, v.oid::regclass) as remedy
from tenantry.made_schema there
join pg_class r on r.relnamespace = there.schema_oid
join pg_depend d on d.refclassid = 'pg_class'::regclass and d.refobjid = r.oid
                and d.classid = 'pg_rewrite'::regclass
join pg_rewrite w on w.oid = d.objid
join pg_class v on v.oid = w.ev_class
where v.relnamespace <> there.schema_oid

-- Foreign keys that lead out of an institution's schema, or into it from elsewhere.
select 'critical' as severity,
       format('%s on %s', quote_ident(k.conname), k.conrelid::regclass) as object,
       coalesce(here.id, there.id) as schema_id,
       format('The foreign key %s of %s refers to %s in another schema: the check tells whether a row is there, and neither schema can be kept, moved or restored without the other.',
              quote_ident(k.conname), k.conrelid::regclass, k.confrelid::regclass) as detail,
       format('alter table %s drop constraint %I;', k.conrelid::regclass, k.conname) as remedy
from pg_constraint k
join pg_class c on c.oid = k.conrelid
join pg_class r on r.oid = k.confrelid
left join tenantry.made_schema here on here.schema_oid = c.relnamespace
left join tenantry.made_schema there on there.schema_oid = r.relnamespace
where k.contype = 'f' and c.relnamespace <> r.relnamespace
  and (here.id is not null or there.id is not null)

-- What of these objects ($1 and $2, catalogs and OIDs) the exporter cannot write, and why: it must refuse
-- rather than leave something out. A name that the system has too is written with its schema, which would be the wrong
-- one under another name.
with object as (select * from unnest($1::oid[], $2::oid[]) o (catalog, object)),
shadowed as (select 'the system has something of the same name' as why)
select format('the %s %I', k.word, c.relname) as what, k.why
from object o join pg_class c on c.oid = o.object
cross join shadowed
cross join lateral (
  select 'relation' as word, 'it is of a kind that is not known' as why where c.relkind not in ('r', 'p', 'v', 'm', 'S', 'f', 'c', 'i', 'I')
  union all select 'relation', shadowed.why where not pg_table_is_visible(c.oid)
) k
where o.catalog = 'pg_class'::regclass
union all
select format('the type %I', t.typname), k.why
from object o join pg_type t on t.oid = o.object
cross join shadowed
cross join lateral (
  select 'it is of a kind that is not known' as why
  where t.typtype not in ('e', 'c', 'd', 'r', 'm', 'b') and not (t.typtype = 'p' and not t.typisdefined)
  union all select shadowed.why where not pg_type_is_visible(t.oid)
) k
where o.catalog = 'pg_type'::regclass
union all
select format('the function %I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)), k.why
from object o join pg_proc p on p.oid = o.object
cross join shadowed
cross join lateral (
  select 'it is of a kind that is not known' as why where p.prokind not in ('f', 'p', 'w', 'a')
  -- not pg_function_is_visible(), which reads every function of that name in the database
  union all select shadowed.why
  where exists (select from pg_proc s where s.proname = p.proname and s.proargtypes = p.proargtypes
                                        and s.pronamespace = 'pg_catalog'::regnamespace)
) k
where o.catalog = 'pg_proc'::regclass
union all
select format('the %s %s', k.word, i.name), shadowed.why
from object o
cross join shadowed
cross join lateral (
  select 'operator' as word, pg_operator_is_visible(o.object) as visible where o.catalog = 'pg_operator'::regclass
  union all select 'operator class', pg_opclass_is_visible(o.object) where o.catalog = 'pg_opclass'::regclass
  union all select 'operator family', pg_opfamily_is_visible(o.object) where o.catalog = 'pg_opfamily'::regclass
  union all select 'collation', pg_collation_is_visible(o.object) where o.catalog = 'pg_collation'::regclass
  union all select 'conversion', pg_conversion_is_visible(o.object) where o.catalog = 'pg_conversion'::regclass
  union all select 'text search parser', pg_ts_parser_is_visible(o.object) where o.catalog = 'pg_ts_parser'::regclass
  union all select 'text search template', pg_ts_template_is_visible(o.object) where o.catalog = 'pg_ts_template'::regclass
  union all select 'text search dictionary', pg_ts_dict_is_visible(o.object) where o.catalog = 'pg_ts_dict'::regclass
  union all select 'text search configuration', pg_ts_config_is_visible(o.object) where o.catalog = 'pg_ts_config'::regclass
  union all select 'statistics', pg_statistics_obj_is_visible(o.object) where o.catalog = 'pg_statistic_ext'::regclass
) k
cross join lateral (select identity as name from pg_identify_object(o.catalog, o.object, 0)) i
where not k.visible
union all
select pg_describe_object(o.catalog, o.object, 0), 'objects of this kind are not written yet'
from object o
where o.catalog not in ('pg_class'::regclass, 'pg_type'::regclass, 'pg_proc'::regclass, 'pg_statistic_ext'::regclass, 'pg_default_acl'::regclass,
                        'pg_operator'::regclass, 'pg_opclass'::regclass, 'pg_opfamily'::regclass, 'pg_collation'::regclass,
                        'pg_conversion'::regclass, 'pg_ts_parser'::regclass, 'pg_ts_template'::regclass, 'pg_ts_dict'::regclass,
                        'pg_ts_config'::regclass)
  -- neither a publication nor an extension that was put into the schema is a part of it
  and o.catalog not in ('pg_publication_namespace'::regclass, 'pg_extension'::regclass)

-- What changes whenever rows of the schema ($1) do: the counters of writes, the relations' file numbers (a
-- truncation and a rewrite change them), and when the counters began. A crash of the server begins all of
-- them anew and says so in the statistics of the background writer; resets by hand say so in those of
-- the database. Null where the server does not count. Changes of the form are seen elsewhere.
select case when current_setting('track_counts')::boolean then jsonb_build_object(
         'schema', d.refobjid,
         'writes', coalesce(sum(pg_stat_get_tuples_inserted(c.oid) + pg_stat_get_tuples_updated(c.oid)
                                + pg_stat_get_tuples_deleted(c.oid)), 0),
         'files', coalesce(sum(pg_relation_filenode(c.oid)::bigint), 0),
         'relations', count(*),
         'since', array[(select stats_reset from pg_stat_bgwriter),
                        (select stats_reset from pg_stat_database where datname = current_database())]
       ) end
from pg_depend d
join pg_class c on c.oid = d.objid
where d.refclassid = 'pg_namespace'::regclass and d.refobjid = to_regnamespace(quote_ident($1))
  and d.classid = 'pg_class'::regclass and c.relkind in ('r', 'm')
group by d.refobjid

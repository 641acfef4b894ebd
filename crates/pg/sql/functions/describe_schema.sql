-- The statements that make what is in a schema again in another one, as the exporter writes them and in no
-- order. What the exporter refuses is refused. Defaults and checks stand apart from their tables wherever they
-- may, so that as little as can be needs each other.
create or replace function tenantry.describe_schema(p_schema_oid oid)
returns table (kind text, tag text, statement text, more text)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_name text := (select nspname from pg_namespace where oid = p_schema_oid);
  v_members oid[];
  v_objects oid[];
  v_catalogs oid[];
  v_described oid[];
  v_relations oid[];
  v_types oid[];
  v_functions oid[];
  v_defaults oid[];
  v_checks oid[];
  v_refused text;
begin
  select array_agg(m.catalog), array_agg(m.object) into v_members, v_objects
  from tenantry.export_members(p_schema_oid) m where not m.of_extension;
  v_relations := tenantry.only_of(v_members, v_objects, 'pg_class');
  v_types := tenantry.only_of(v_members, v_objects, 'pg_type');
  v_functions := tenantry.only_of(v_members, v_objects, 'pg_proc');

  -- a child's check is merged with its parent's only when the child is made
  select coalesce(array_agg(p.object) filter (where p.catalog = 'pg_attrdef'::regclass), '{}'),
         coalesce(array_agg(p.object) filter (where p.catalog = 'pg_constraint'::regclass
           and (p.apart or not exists (select from pg_inherits i where p.of_object in (i.inhrelid, i.inhparent)))), '{}')
  into v_defaults, v_checks
  from tenantry.export_parts(v_relations, v_types) p where p.apart is not null;

  -- comments are on these and on what belongs to them
  select array_agg(o.catalog), array_agg(o.object) into v_catalogs, v_described
  from (
    select m.catalog, m.object from unnest(v_members, v_objects) m (catalog, object)
    union select 'pg_class'::regclass, indexrelid from pg_index where indrelid = any (v_relations)
    union select 'pg_constraint'::regclass, oid from pg_constraint where conrelid = any (v_relations)
    union select 'pg_constraint'::regclass, oid from pg_constraint where contypid = any (v_types)
    union select 'pg_trigger'::regclass, oid from pg_trigger where tgrelid = any (v_relations)
    union select 'pg_rewrite'::regclass, oid from pg_rewrite where ev_class = any (v_relations)
    union select 'pg_policy'::regclass, oid from pg_policy where polrelid = any (v_relations)
  ) o;

  -- Names are written without the schema when it is the path. Nothing is looked up in that path but what is
  -- named with its schema here; the functions were read when they were made.
  perform set_config('search_path', quote_ident(v_name) || ', pg_temp', true);
  select u.refused into v_refused from tenantry.export_unknown(v_members, v_objects) u;
  if v_refused is not null then
    raise exception 'cannot copy %', v_refused using errcode = 'feature_not_supported';
  end if;
  return query
    select e.kind, e.tag, e.statement, e.more from (
      select x.* from tenantry.export_types(v_types, v_checks) x
      union all select x.* from tenantry.export_functions(v_functions) x
      union all select x.* from tenantry.export_aggregates(v_functions) x
      union all select x.* from tenantry.export_base_types(v_types) x
      union all select x.* from tenantry.export_operators(tenantry.only_of(v_members, v_objects, 'pg_operator')) x
      union all select x.* from tenantry.export_operator_classes(
        tenantry.only_of(v_members, v_objects, 'pg_opfamily'), tenantry.only_of(v_members, v_objects, 'pg_opclass')) x
      union all select x.* from tenantry.export_collations(
        tenantry.only_of(v_members, v_objects, 'pg_collation'), tenantry.only_of(v_members, v_objects, 'pg_conversion')) x
      union all select x.* from tenantry.export_text_search(
        tenantry.only_of(v_members, v_objects, 'pg_ts_parser'), tenantry.only_of(v_members, v_objects, 'pg_ts_template'),
        tenantry.only_of(v_members, v_objects, 'pg_ts_dict'), tenantry.only_of(v_members, v_objects, 'pg_ts_config')) x
      union all select x.* from tenantry.export_tables(v_relations, v_defaults, v_checks) x
      union all select x.* from tenantry.export_defaults(v_defaults, v_relations) x
      union all select x.* from tenantry.export_attachments(v_relations) x
      union all select x.* from tenantry.export_constraints(v_relations, v_checks) x
      union all select x.* from tenantry.export_indexes(v_relations) x
      union all select x.* from tenantry.export_rules(v_relations) x
      union all select x.* from tenantry.export_statistics(tenantry.only_of(v_members, v_objects, 'pg_statistic_ext')) x
      union all select x.* from tenantry.export_sequences(v_relations) x
      union all select x.* from tenantry.export_views(v_relations) x
      union all select x.* from tenantry.export_comments(v_catalogs, v_described) x
    ) e;
end $$;

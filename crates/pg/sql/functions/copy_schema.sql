-- Copies an institution's schema beside itself as a snapshot, in the caller's transaction: its form as the
-- exporter writes it, and its rows, all of one moment, for one statement reads them. Rights are not copied:
-- nobody has any in a snapshot. Called again for the same copy it answers with what it made before.
create or replace function tenantry.copy_schema(
  p_schema uuid, p_copy uuid, p_expires_in interval, p_operation uuid, p_generation bigint)
returns tenantry.schema_copy
language plpgsql security definer set search_path = pg_catalog, pg_temp
set check_function_bodies = off set row_security = off set client_min_messages = warning
set datestyle = 'ISO' set intervalstyle = 'postgres' set extra_float_digits = 3
set default_tablespace = '' set default_table_access_method = 'heap' as $$
declare
  v_marker tenantry.schema_marker := tenantry.locked_marker(p_schema, p_operation, p_generation);
  v_copy tenantry.schema_copy;
  v_name text := 'tenantry_snapshot_' || replace(p_copy::text, '-', '');
  v_old text := quote_ident(v_marker.schema_name);
  v_oid oid;
  v_unknown text;
  v_tables text;
  v_rows text;
  v_sequences text;
  v_before text[];
  v_after text[];
  v_made record;
begin
  select * into v_copy from tenantry.schema_copy where id = p_copy;
  if found then
    return v_copy;
  elsif v_marker.state not in ('active', 'suspended') then
    raise exception 'a schema that is % is not copied', v_marker.state using errcode = 'TN005';
  elsif exists (select from tenantry.adoption where schema_id = p_schema) then
    raise exception 'an adopted schema cannot be copied: Tenantry runs nothing as its owner'
      using errcode = 'TN043', hint = 'Back it up instead, and restore that.';
  end if;
  select string_agg(c.oid::regclass::text, ', ' order by c.oid) into v_tables
  from pg_depend d
  join pg_class c on c.oid = d.objid
  where d.refclassid = 'pg_namespace'::regclass and d.refobjid = v_marker.schema_oid
    and d.classid = 'pg_class'::regclass and c.relkind in ('r', 'p');
  if v_tables is not null then
    execute 'lock table ' || v_tables || ' in access share mode';
  end if;

  with described as materialized (
    select e.*, tenantry.kind_place(e.kind) as at from tenantry.describe_schema(v_marker.schema_oid) e
  ), made as (
    select kind, tag, statement, at from described
    union all
    -- what beside its own statement belongs to a sequence, or fills a view
    select k.kind, d.tag, d.more, tenantry.kind_place(k.kind)
    from described d
    join (values ('SEQUENCE', 'SEQUENCE OWNED BY'), ('VIEW', 'MATERIALIZED VIEW DATA'),
                 ('MATERIALIZED VIEW', 'MATERIALIZED VIEW DATA')) k (of, kind) on k.of = d.kind
    where d.more is not null
  )
  select string_agg(distinct kind, ', ') filter (where at is null),
         array_agg(statement order by at, tag) filter (where at < 100),
         array_agg(distinct_statement order by at, tag) filter (where at >= 200 and distinct_statement is not null),
         string_agg(format('select pg_catalog.setval(%L, s.last_value, s.is_called) from %s.%I s', quote_ident(tag), v_old, tag), ' union all ')
                    filter (where kind = 'SEQUENCE')
  into v_unknown, v_before, v_after, v_sequences
  from (select *, case when row_number() over (partition by kind, statement) = 1 then statement end as distinct_statement
        from made) m;
  if v_unknown is not null then
    raise exception 'cannot copy objects of these kinds: %', v_unknown using errcode = 'feature_not_supported';
  end if;

  execute format('create schema %I authorization tenantry_schema_owner', v_name);
  v_oid := quote_ident(v_name)::regnamespace;
  select p_left into v_before from tenantry.make_in_order(v_name, coalesce(v_before, '{}'));
  perform tenantry.repin_functions(v_oid, v_marker.schema_name, v_name);
  v_rows := tenantry.rows_statement(v_marker.schema_oid, v_name);
  if v_rows is not null then
    perform tenantry.run_script(v_name, v_rows);
  end if;
  if v_sequences is not null then
    perform tenantry.run_script(v_name, v_sequences);
  end if;
  -- what can be made only now: a view that groups by a primary key
  select * into v_made from tenantry.make_in_order(v_name, v_before || coalesce(v_after, '{}'));
  if cardinality(v_made.p_left) > 0 then
    raise exception 'cannot copy %: %', quote_ident(v_marker.schema_name), v_made.p_error
      using errcode = 'feature_not_supported';
  end if;
  perform tenantry.compare_members(v_marker.schema_oid, v_oid);
  insert into tenantry.schema_copy
    (id, schema_id, institution, schema_oid, schema_name, kind, state, operation, generation, expires_at)
  values
    (p_copy, p_schema, v_marker.institution, v_oid, v_name, 'snapshot', 'ready', p_operation,
     coalesce(p_generation, 0), clock_timestamp() + p_expires_in)
  returning * into v_copy;
  return v_copy;
end $$;

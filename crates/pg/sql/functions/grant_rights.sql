-- Gives a role of an institution its rights on the schema, on what is there and on what will come.
-- Also the way to mend them: `select tenantry.grant_rights('inst_oakwood', 'inst_oakwood', false)`.
create or replace function tenantry.grant_rights(p_schema_name text, p_role text, p_read_only boolean)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_tables text := case when p_read_only then 'select' else 'select, insert, update, delete' end;
  v_sequences text := case when p_read_only then 'select' else 'usage, select' end;
  -- who makes what comes later: with an adopted schema, whoever owns it
  v_owner text := (select pg_get_userbyid(nspowner) from pg_namespace where nspname = p_schema_name);
  v_object record;
begin
  execute format('grant usage on schema %I to %I', p_schema_name, p_role);
  -- Default privileges give each table its rights when it is made. `grant … on all tables` would
  -- read the whole catalog, once for each schema of the fleet.
  execute format('alter default privileges for role %I in schema %I
                    grant %s on tables to %I', v_owner, p_schema_name, v_tables, p_role);
  execute format('alter default privileges for role %I in schema %I
                    grant %s on sequences to %I', v_owner, p_schema_name, v_sequences, p_role);
  -- pg_depend is the only indexed way from a schema to what is in it
  for v_object in
    select c.relname, c.relkind = 'S' as is_sequence
    from pg_depend d
    join pg_class c on c.oid = d.objid
    where d.refclassid = 'pg_namespace'::regclass and d.refobjid = quote_ident(p_schema_name)::regnamespace
      and d.classid = 'pg_class'::regclass and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
  loop
    execute format('grant %s on %s %I.%I to %I',
                   case when v_object.is_sequence then v_sequences else v_tables end,
                   case when v_object.is_sequence then 'sequence' else 'table' end,
                   p_schema_name, v_object.relname, p_role);
  end loop;
end $$;

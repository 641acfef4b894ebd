-- Takes back what publish_template stored for an operation.
create or replace function tenantry.withdraw_template(p_operation uuid)
returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
  delete from tenantry.template where operation = p_operation;
$$;

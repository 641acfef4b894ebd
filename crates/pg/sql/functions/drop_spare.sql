-- Drops a spare that nobody is claiming, with its role and its row. A spare whose schema was renamed
-- or dropped by hand is only forgotten. As many locks as making it took, so it is one transaction.
create or replace function tenantry.drop_spare(p_id uuid, p_operation uuid, p_generation bigint)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_template text;
  v_spare tenantry.spare;
begin
  select template into v_template from tenantry.spare where id = p_id;
  if not found then
    return;
  end if;
  perform tenantry.pass_fence(md5('spares of ' || v_template)::uuid, p_operation, p_generation);
  -- a claim neither waits for this nor is waited for
  select * into v_spare from tenantry.spare where id = p_id for update skip locked;
  if not found then
    return;
  end if;
  if tenantry.spare_is_whole(v_spare) then
    execute format('drop schema %I cascade', v_spare.schema_name);
    perform tenantry.drop_roles(v_spare.role_name);
  end if;
  delete from tenantry.spare where id = p_id;
end $$;

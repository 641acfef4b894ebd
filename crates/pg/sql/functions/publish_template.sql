-- Stores a script as the template's next version and answers with that. Called again by the same
-- operation, or with the text that the newest version has, it answers with the version that is there.
create or replace function tenantry.publish_template(
  p_name text, p_script text, p_checksum text, p_spares text, p_spares_reason text, p_operation uuid,
  p_seed text[] default null, p_seed_lines integer[] default null, p_seed_requires text[] default null)
returns integer language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_newest tenantry.template;
  v_version integer;
begin
  lock table tenantry.template in share row exclusive mode;
  select version into v_version from tenantry.template where operation = p_operation;
  if found then
    return v_version;
  end if;
  select * into v_newest from tenantry.template where name = p_name order by version desc limit 1;
  if v_newest.checksum = p_checksum then
    return v_newest.version;
  end if;
  insert into tenantry.template (name, version, script, checksum, spares, spares_reason, operation,
                                 seed, seed_lines, seed_requires)
  values (p_name, coalesce(v_newest.version, 0) + 1, p_script, p_checksum, p_spares, p_spares_reason,
          p_operation, p_seed, p_seed_lines, p_seed_requires)
  returning version into v_version;
  return v_version;
end $$;

-- How far schemas are by the history that their own tool keeps in each: the newest migration, how many
-- were applied, and a checksum of them all. Read as the role tenantry_reader; what it may not read is
-- told, and the others are read all the same.
create or replace function tenantry.read_histories(p_schemas text[], p_histories text[])
returns table (schema_name text, version text, applied bigint, fingerprint text, problem text)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_list text;
  v_newest text;
begin
  for i in 1 .. coalesce(array_length(p_schemas, 1), 0) loop
    schema_name := p_schemas[i];
    version := null;
    applied := null;
    fingerprint := null;
    problem := null;
    case p_histories[i]
      when 'django_migrations' then
        v_list := 'app || ''.'' || name';
        v_newest := 'id';
      when 'schema_migrations' then
        v_list := 'version';
        v_newest := 'version collate "C"';
      when 'migrations' then
        v_list := 'migration';
        v_newest := 'id';
    end case;
    begin
      execute format(
        'select (array_agg(%1$s order by %2$s desc))[1]::text, count(*),
                md5(string_agg(%1$s, '','' order by (%1$s) collate "C"))
         from %3$I.%4$I', v_list, v_newest, p_schemas[i], p_histories[i])
      into version, applied, fingerprint;
    exception when insufficient_privilege or undefined_table or undefined_column or lock_not_available then
      problem := sqlerrm;
    end;
    return next;
  end loop;
end $$;

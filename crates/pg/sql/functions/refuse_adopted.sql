-- Refuses what cannot be done to an adopted schema: its owner has every right on it, and takes back what
-- is taken from it.
create or replace function tenantry.refuse_adopted(p_schema uuid, p_what text)
returns void language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_owner text := (
    select pg_get_userbyid(n.nspowner)
    from tenantry.adoption a
    join tenantry.schema_marker m on m.id = a.schema_id
    join pg_namespace n on n.oid = m.schema_oid
    where a.schema_id = p_schema);
begin
  if v_owner is not null then
    raise exception 'an adopted schema cannot be %: its owner % has every right on it, whatever is taken from it',
        p_what, quote_ident(v_owner)
      using errcode = 'TN043', hint = 'See docs/adopting.md for what can be done instead.';
  end if;
end $$;

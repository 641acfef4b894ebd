-- Runs statements in a schema, as the owner of institutions' schemas. What fails because something that it
-- needs is not there yet is tried again as long as that gets further; answers with what is left then, and
-- with what the server said of the first of it.
create or replace function tenantry.make_in_order(
  p_schema_name text, p_statements text[], out p_left text[], out p_error text)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_statements text[];
  v_statement text;
begin
  p_left := p_statements;
  loop
    v_statements := p_left;
    p_left := '{}';
    p_error := null;
    foreach v_statement in array v_statements loop
      begin
        perform tenantry.run_script(p_schema_name, v_statement);
      exception when others then
        -- not defined yet, or not filled yet; anything else will not be better later
        if sqlstate not like '42%' and sqlstate <> '55000' then
          raise;
        end if;
        p_left := p_left || v_statement;
        p_error := coalesce(p_error, sqlerrm || ': ' || left(v_statement, 200));
      end;
    end loop;
    exit when cardinality(p_left) in (0, cardinality(v_statements));
  end loop;
end $$;

-- When a kind of thing is made: below 100 before the rows, from 200 on after them.
-- Null for a kind that is not known.
create or replace function tenantry.kind_place(p_kind text)
returns integer language sql immutable security definer set search_path = pg_catalog, pg_temp as $$
  select k.place
  from (values
    ('SHELL TYPE', 0), ('COLLATION', 1), ('TYPE', 1), ('DOMAIN', 2), ('FUNCTION', 3), ('PROCEDURE', 3), ('AGGREGATE', 3),
    ('OPERATOR', 3), ('OPERATOR FAMILY', 3), ('OPERATOR CLASS', 3), ('CONVERSION', 3), ('TEXT SEARCH PARSER', 3),
    ('TEXT SEARCH TEMPLATE', 3), ('TEXT SEARCH DICTIONARY', 3), ('TEXT SEARCH CONFIGURATION', 3), ('SEQUENCE', 4),
    ('TABLE', 5), ('FOREIGN TABLE', 5),
    ('TABLE ATTACH', 6), ('VIEW', 7), ('MATERIALIZED VIEW', 7), ('SEQUENCE OWNED BY', 8), ('DEFAULT', 9),
    ('CHECK CONSTRAINT', 200), ('CONSTRAINT', 201), ('INDEX', 202), ('INDEX ATTACH', 203), ('STATISTICS', 204),
    ('RULE', 205), ('TRIGGER', 206), ('FK CONSTRAINT', 207), ('ROW SECURITY', 208), ('POLICY', 208),
    ('MATERIALIZED VIEW DATA', 209), ('COMMENT', 210), ('SECURITY LABEL', 210)
  ) k (kind, place)
  where k.kind = p_kind;
$$;

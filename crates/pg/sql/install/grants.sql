-- Functions are executable by everyone when they are made; here only the control plane calls them.
-- An application that is to create institutions from SQL is given the two public ones by name:
--   grant usage on schema tenantry to app;
--   grant execute on function tenantry.create_institution_schema(text, text, jsonb) to app;
revoke all on all functions in schema tenantry from public;
-- who owns a function must have been able to make it
grant create on schema tenantry to tenantry_schema_owner;
alter function tenantry.run_script(text, text) owner to tenantry_schema_owner;
alter function tenantry.run_seed(text, text[], integer[], text[], jsonb) owner to tenantry_schema_owner;
revoke create on schema tenantry from tenantry_schema_owner;
-- what a user's query about schemas to be adopted can reach ends at the rights of this role
grant create on schema tenantry to tenantry_reader;
alter function tenantry.ask_as_reader(text, integer) owner to tenantry_reader;
alter function tenantry.read_histories(text[], text[]) owner to tenantry_reader;
revoke create on schema tenantry from tenantry_reader;
grant usage on schema tenantry to tenantry_control;
grant execute on all functions in schema tenantry to tenantry_control;
grant select on all tables in schema tenantry to tenantry_control;
grant update on tenantry.call_log, tenantry.setting to tenantry_control;
-- a seed asks for its parameters as the role that it runs as, and as the prover before
grant usage on schema tenantry to tenantry_schema_owner, tenantry_prover;
grant execute on function tenantry.parameter(text) to tenantry_schema_owner, tenantry_prover;

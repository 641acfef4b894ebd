-- Two installers at once: the second waits here, in nobody's way, and finds everything made. Advisory
-- locks are anybody's, an institution's too; so one that is not to be had in time is done without, and
-- the tables' own locks decide.
do $$
begin
  set local lock_timeout = '5s';
  perform pg_advisory_xact_lock(hashtext('tenantry install'));
exception when lock_not_available then
  null;
end $$;

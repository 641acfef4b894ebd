-- What lists of schemas are sorted and filtered by besides. Neither is a change of the schema, so `updated_at`
-- stays.
alter table tenant_schema
  -- when the newest backup was taken, or was last known to be as good as one taken then; null without one
  add column backup_at timestamptz,
  -- when it was last used, to some minutes
  add column active_at timestamptz;

update tenant_schema s set
  backup_at = (select coalesce(b.current_at, b.taken_at) from backup b
               where b.schema_id = s.id and b.state <> 'removed' order by b.id desc limit 1),
  active_at = (select u.last_activity from schema_usage u where u.schema_id = s.id);

-- whatever becomes of a backup, its schema knows
create function backup_is_told() returns trigger language plpgsql as $$
begin
  update tenant_schema s set backup_at = newest.good_at
  from (select (select coalesce(b.current_at, b.taken_at) from backup b
                where b.schema_id = new.schema_id and b.state <> 'removed'
                order by b.id desc limit 1) as good_at) newest
  where s.id = new.schema_id and s.backup_at is distinct from newest.good_at;
  return null;
end $$;
create trigger backup_is_told after insert or update of state, current_at on backup
  for each row execute function backup_is_told();

create index tenant_schema_backup on tenant_schema (coalesce(backup_at, timestamptz '1970-01-01 00:00:00+00'), id);
create index tenant_schema_activity on tenant_schema (coalesce(active_at, timestamptz '1970-01-01 00:00:00+00'), id);
create index tenant_schema_state_order on tenant_schema (state, id);
create index tenant_schema_near_quota on tenant_schema (quota_level, id) where quota_level <> 'ok';
create index tenant_schema_template on tenant_schema (template, template_version, id);

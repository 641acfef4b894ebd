-- Schemas that belong to an institution beside the one that it lives in: snapshots, what was restored from
-- a backup, what a swap put aside, and what a drill restores. Written in the transaction of the DDL, as
-- markers are. No foreign key: copies outlive a schema that was purged.
create table tenantry.schema_copy (
  id           uuid primary key,
  schema_id    uuid not null,           -- the institution's
  institution  text not null,
  schema_oid   oid not null unique,
  schema_name  text not null unique,
  kind         text not null check (kind in ('snapshot', 'restored', 'replaced', 'drill')),
  state        text not null check (state in ('making', 'ready')),
  -- what an archive was restored as, which owns the copy until it is swapped in; it may log in only while
  -- the copy is being made. Null where the copy belongs to whom its institution's schema belongs.
  role_name    text unique,
  backup       uuid,                    -- what it was restored from
  operation    uuid,
  generation   bigint not null default 0,
  made_at      timestamptz not null default clock_timestamp(),
  expires_at   timestamptz
);
create index schema_copy_of on tenantry.schema_copy (schema_id);
create index schema_copy_expiry on tenantry.schema_copy (expires_at);

-- How long a snapshot is kept that was asked for in SQL.
insert into tenantry.setting values ('snapshot_keep', '7 days');

-- Backups: the catalogue of what the store holds, what was verified, and copies of schemas.

-- Which of a worker's places an operation takes. A claim asks for one lane, so a long queue of one is not
-- read through for another.
alter table operation add column lane text not null default 'asked'
  check (lane in ('asked', 'backups', 'background'));
drop index operation_claim;
create index operation_claim on operation (lane, priority desc, created_at, id)
  where state in ('queued', 'waiting');

-- Keys of institutions: their public halves, and that they were destroyed. The secret ones are in the
-- store, sealed.
create table backup_key (
  schema_id     uuid not null,
  epoch         integer not null check (epoch > 0),
  recipient     text not null,               -- the public half, as age writes it
  created_at    timestamptz not null default clock_timestamp(),
  destroyed_at  timestamptz,
  proof         jsonb,                       -- who destroyed it, when, and the signed proof
  primary key (schema_id, epoch)
);

create table backup (
  id               uuid primary key,         -- of version 7: later ones are larger
  schema_id        uuid not null,
  schema_name      text not null,            -- the institution's name; survives the purge
  operation_id     uuid not null unique,
  reason           text not null check (reason in ('manual', 'schedule', 'purge', 'import')),
  state            text not null check (state in ('stored', 'condemned', 'removed')),
  engine           text not null check (engine in ('tenantry', 'pg_dump')),
  manifest         jsonb not null,           -- as it was signed
  manifest_sha256  text not null,
  taken_at         timestamptz not null,     -- the snapshot
  stored_at        timestamptz not null default clock_timestamp(),
  took_ms          bigint not null,
  archive_bytes    bigint not null,
  plain_bytes      bigint not null,
  row_count        bigint not null,
  table_count      integer not null,
  form             text not null,            -- the fingerprint of the schema's form
  key_epoch        integer not null,
  server_version   text not null,
  -- when it was last known that nothing had changed since: no other was taken then
  current_at       timestamptz,
  -- what tells whether the institution changed since; null where it cannot be known
  change_mark      jsonb,
  -- by the last drill that ended either way
  verified_at      timestamptz,
  restore_ms       bigint,                   -- how long the restore of that drill took
  failed_at        timestamptz,
  failure          text,
  hold             text,                     -- why it is kept whatever retention says
  condemned_at     timestamptz,              -- retention wants it gone; it goes after the grace time
  condemned_why    text,
  removed_at       timestamptz
);
create index backup_of_schema on backup (schema_id, id desc);
create index backup_stored on backup (id desc) where state = 'stored';
create index backup_condemned on backup (condemned_at) where state = 'condemned';

-- The drill ledger: each attempt to restore a backup and compare it.
create table drill (
  operation_id  uuid primary key,
  backup_id     uuid not null references backup,
  schema_id     uuid not null,
  schema_name   text not null,
  outcome       text not null check (outcome in ('verified', 'differs', 'failed')),
  detail        jsonb not null default '{}',
  restore_ms    bigint,
  compare_ms    bigint,
  row_count     bigint,
  drilled_at    timestamptz not null default clock_timestamp()
);
create index drill_of_backup on drill (backup_id, drilled_at desc);
create index drill_order on drill (drilled_at desc, operation_id);

-- Schemas beside the ones that institutions live in, as the managed database has them.
create table schema_copy (
  id           uuid primary key,
  schema_id    uuid not null,
  schema_name  text not null,                -- the institution's name
  copy_name    text not null,                -- the schema's
  kind         text not null check (kind in ('snapshot', 'restored', 'replaced', 'drill')),
  backup_id    uuid,
  made_at      timestamptz not null default clock_timestamp(),
  expires_at   timestamptz,
  gone_at      timestamptz
);
create index schema_copy_of on schema_copy (schema_id) where gone_at is null;
create index schema_copy_expiry on schema_copy (expires_at) where gone_at is null;

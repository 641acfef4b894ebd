-- What is done again and again, and which of its slots were dealt with.

create table schedule (
  name          text primary key check (name ~ '^[a-z][a-z0-9_-]{0,38}$'),
  kind          text not null check (kind in ('backup', 'verify', 'prune')),
  settings      jsonb not null,            -- when, and how the work is spread
  -- it stands in the settings of the server that started last: only they change what it is
  configured    boolean not null default false,
  disabled_at   timestamptz,               -- null: it is enabled
  paused_at     timestamptz,               -- null: it is not paused
  paused_until  timestamptz,               -- null: until it is resumed
  -- slots up to here are not its own: it was made, changed or switched on then
  since         timestamptz not null default clock_timestamp(),
  created_at    timestamptz not null default clock_timestamp(),
  updated_at    timestamptz not null default clock_timestamp(),
  revision      bigint not null default 1,
  check (paused_until is null or paused_at is not null)
);

-- A slot is claimed by its row, in the transaction that queues its operation: whoever comes second finds
-- it, however many servers there are and however long one of them slept. Rows outlive their schedule, so
-- that one that is made anew under the name fires none of them again.
create table schedule_slot (
  schedule      text not null,
  slot          timestamptz not null,
  outcome       text not null check (outcome in ('fired', 'missed', 'skipped')),
  operation_id  uuid,
  detail        text,                      -- why there is no operation
  fired_at      timestamptz not null default clock_timestamp(),  -- when it was dealt with
  primary key (schedule, slot)
);
create index schedule_slot_age on schedule_slot (fired_at);

-- `schedules`: one of them is silent, or switched off while institutions are without a backup
alter table finding drop constraint finding_source_check;
alter table finding add constraint finding_source_check
  check (source in ('reconcile', 'doctor', 'target', 'schedules'));

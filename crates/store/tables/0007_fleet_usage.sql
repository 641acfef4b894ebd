-- What all schemas used together, by the hour and by the day: a schema's own points are written only when it changes, and
-- to add up a year of them for every look would be to read them all.
create table fleet_usage_point (
  grain        text not null check (grain in ('hour', 'day')),
  at           timestamptz not null,   -- when the hour or day began
  schemas      bigint not null,
  table_bytes  bigint not null,
  index_bytes  bigint not null,
  toast_bytes  bigint not null,
  primary key (grain, at)
);

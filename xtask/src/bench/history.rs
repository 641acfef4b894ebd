//! Rows that the control database has when it has been at work for long: written by the million, not
//! by doing.

use anyhow::Result;
use sqlx::{Executor as _, PgConnection};
use uuid::Uuid;

/// So many institutions there are, in every benchmark that needs some.
pub(crate) const SCHEMAS: i32 = 10_000;

/// Enters institutions: most of them active, some suspended, archived or purged, all measured.
pub(crate) async fn schemas(control: &mut PgConnection) -> Result<Vec<(Uuid, String)>> {
    sqlx::query(
        "insert into tenant_schema
           (id, name, schema_name, role_name, display_name, state, template, template_version,
            labels, usage_bytes, usage_measured_at, quota_bytes, archived_at, recoverable_until,
            purged_at, created_at, updated_at)
         select gen_random_uuid(), kind || '_' || n,
                case when state <> 'purged' then 'inst_' || kind || '_' || n end,
                'inst_' || kind || '_' || n,
                initcap(kind) || ' School No. ' || n, state, 'default', 1 + n % 3,
                jsonb_build_object('region', 'r' || n % 16, 'plan', 'p' || n % 3),
                (random() * 1e9)::int8, now(), 2000000000,
                case when state in ('archived', 'purged') then now() - interval '1 day' end,
                case when state = 'archived' then now() + interval '6 days' end,
                case when state = 'purged' then now() end,
                now() - n * interval '37 minutes', now() - random() * interval '90 days'
         from (select n,
                      (array['oakwood', 'hillside', 'riverside', 'st_mary', 'northfield'])[1 + n % 5]
                        as kind,
                      case when n % 50 = 0 then 'purged' when n % 25 = 0 then 'archived'
                           when n % 10 = 0 then 'suspended' else 'active' end as state
               from generate_series(1, $1) as n) as schools",
    )
    .bind(SCHEMAS)
    .execute(&mut *control)
    .await?;
    control.execute("vacuum analyze tenant_schema").await?;
    Ok(sqlx::query_as("select id, name from tenant_schema order by name")
        .fetch_all(control)
        .await?)
}

/// Enters operations that are over, each with the step and the two audit rows that it left behind.
pub(crate) async fn operations(control: &mut PgConnection, count: i32) -> Result<()> {
    sqlx::query(
        "insert into operation
           (id, kind, kind_version, schema_id, schema_name, input, memo, state, attempt, generation,
            steps_done, steps_total, result, actor, source, created_at, started_at, finished_at,
            updated_at)
         -- as the product gives them out: of version 7, in order of time
         select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7'
                 || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid,
                'do_nothing', 1, s.id, s.name, body, body,
                case when n % 100 = 0 then 'failed' else 'succeeded' end, 0,
                nextval('operation_generation'), 1, 1, 'null', 'history', 'system', at, at, at, at
         from (select n, now() - ($1 - n) * interval '20 seconds' as at,
                      jsonb_build_object('institution', n) as body
               from generate_series(1, $1) as n) as past
         join (select row_number() over (order by name) as nr, id, name from tenant_schema) as s
           on s.nr = 1 + past.n % $2",
    )
    .bind(count)
    .bind(SCHEMAS)
    .execute(&mut *control)
    .await?;
    control
        .execute(
            "insert into operation_step
               (operation_id, seq, name, state, generation, started_at, finished_at)
             select id, 0, 'do nothing', 'done', generation, created_at, finished_at from operation;
             insert into audit
               (at, actor, source, action, schema_id, schema_name, operation_id, outcome)
             select created_at, 'history', 'system', kind, schema_id, schema_name, id, outcome
             from operation, (values ('accepted'), ('succeeded')) as two (outcome)",
        )
        .await?;
    for statement in ["vacuum analyze operation", "vacuum analyze operation_step", "checkpoint"] {
        control.execute(statement).await?;
    }
    Ok(())
}

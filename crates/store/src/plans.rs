//! Table `plan`: what the settings said of plans when a server started last, and which institutions have
//! another plan than their roles are held to.

use std::collections::HashMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use sqlx::types::Json;
use tenantry_domain::plan::{Plan, Plans};
use uuid::Uuid;

use crate::{PgError, Store, Tx};

/// A plan, and how many institutions have it.
#[derive(Clone, Debug, FromRow)]
pub struct PlanRow {
    /// Its name.
    pub name: String,
    /// Bytes that a schema may use.
    pub quota_bytes: Option<i64>,
    /// Sessions of a role.
    pub connection_limit: Option<i32>,
    /// Milliseconds that a statement may run.
    pub statement_ms: Option<i64>,
    /// Milliseconds that a transaction may be idle.
    pub idle_ms: Option<i64>,
    /// Whether new institutions get it.
    pub is_default: bool,
    /// Whether the settings still have it.
    pub configured: bool,
    /// How many institutions have it, purged ones not counted.
    pub schemas: i64,
}

/// What an institution's roles are held to by its plan; none is the server's default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromRow)]
pub struct RoleLimits {
    /// Sessions at a time; an institution's own limit goes before its plan's.
    pub connection_limit: Option<i32>,
    /// Milliseconds that a statement may run.
    pub statement_ms: Option<i64>,
    /// Milliseconds that a transaction may be idle.
    pub idle_ms: Option<i64>,
}

/// A schema whose roles are held to something else than its plan says.
#[derive(Clone, Debug, FromRow)]
pub struct Unapplied {
    /// The schema.
    pub id: Uuid,
    /// The institution's name.
    pub name: String,
    /// Its plan; none when it was taken away.
    pub plan: Option<String>,
    /// What its roles are to be held to.
    pub limits: Json<RoleLimits>,
}

/// Makes the table say what the settings say. A plan that is in them no more keeps its row, and its
/// limits hold, as long as an institution has it; nobody can be given it.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn replace(store: &Store, plans: &Plans) -> Result<(), PgError> {
    let mut tx = store.begin().await?;
    // two servers may start at once
    sqlx::query("lock table plan in share row exclusive mode").execute(tx.connection()).await?;
    let names: Vec<&str> = plans.named.keys().map(String::as_str).collect();
    sqlx::query(
        "delete from plan p where p.name <> all($1)
           and not exists (select from tenant_schema s where s.plan = p.name and s.state <> 'purged')",
    )
    .bind(&names)
    .execute(tx.connection())
    .await?;
    sqlx::query(
        "update plan set configured = false, is_default = false
         where name <> all($1) and configured",
    )
    .bind(&names)
    .execute(tx.connection())
    .await?;
    for (name, plan) in &plans.named {
        upsert(&mut tx, name, plan, plans.default.as_ref() == Some(name)).await?;
    }
    tx.commit().await
}

async fn upsert(tx: &mut Tx, name: &str, plan: &Plan, is_default: bool) -> Result<(), PgError> {
    let millis =
        |time: Option<Duration>| time.map(|t| i64::try_from(t.as_millis()).unwrap_or(i64::MAX));
    sqlx::query(
        "insert into plan (name, quota_bytes, connection_limit, statement_ms, idle_ms, is_default)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (name) do update
         set quota_bytes = excluded.quota_bytes, connection_limit = excluded.connection_limit,
             statement_ms = excluded.statement_ms, idle_ms = excluded.idle_ms,
             is_default = excluded.is_default, configured = true",
    )
    .bind(name)
    .bind(plan.quota_bytes)
    .bind(plan.connection_limit)
    .bind(millis(plan.statement_timeout))
    .bind(millis(plan.idle_in_transaction_timeout))
    .bind(is_default)
    .execute(tx.connection())
    .await?;
    Ok(())
}

/// Every plan, by name.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn all(store: &Store) -> Result<Vec<PlanRow>, PgError> {
    Ok(sqlx::query_as(
        "select p.*, (select count(*) from tenant_schema s
                      where s.plan = p.name and s.state <> 'purged') as schemas
         from plan p order by p.name collate \"C\"",
    )
    .fetch_all(store.pool())
    .await?)
}

/// Living institutions whose roles are held to something else than their plans say, the oldest first,
/// as long as no operation of theirs is pending and none on this failed a short time ago. An
/// institution that never had a plan is not among them: its roles have what they were made with.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn unapplied(store: &Store, limit: i64) -> Result<Vec<Unapplied>, PgError> {
    Ok(sqlx::query_as(
        "select s.id, s.name, s.plan, w.limits
         from tenant_schema s
         left join plan p on p.name = s.plan
         cross join lateral (
           select jsonb_build_object('connection_limit', coalesce(s.connection_limit, p.connection_limit),
                                     'statement_ms', p.statement_ms, 'idle_ms', p.idle_ms) as limits) w
         where s.state in ('active', 'suspended')
           and (s.plan is not null or s.plan_applied is not null)
           and s.plan_applied is distinct from w.limits
           and not exists (select from operation o
                           where o.schema_id = s.id and o.state in ('queued', 'running', 'waiting'))
           and not exists (select from operation o
                           where o.schema_id = s.id and o.schema_name = s.name
                             and o.state in ('failed', 'stuck', 'cancelled') and o.kind = 'apply_plan'
                             and o.finished_at > clock_timestamp() - interval '10 minutes')
         order by s.created_at, s.id limit $1",
    )
    .bind(limit)
    .fetch_all(store.pool())
    .await?)
}

/// How many operations that apply a plan are pending.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn pending(store: &Store) -> Result<i64, PgError> {
    Ok(sqlx::query_scalar(
        "select count(*) from operation
         where kind = 'apply_plan' and state in ('queued', 'running', 'waiting')",
    )
    .fetch_one(store.pool())
    .await?)
}

/// Notes what a schema's roles are held to now.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn note_applied(tx: &mut Tx, id: Uuid, limits: &RoleLimits) -> Result<(), PgError> {
    sqlx::query("update tenant_schema set plan_applied = $2 where id = $1")
        .bind(id)
        .bind(Json(limits))
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// The limits of some schemas' plans, as the plans stand now.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn limits_of(store: &Store, ids: &[Uuid]) -> Result<HashMap<Uuid, RoleLimits>, PgError> {
    let rows: Vec<OfSchema> = sqlx::query_as(
        "select s.id, coalesce(s.connection_limit, p.connection_limit) as connection_limit,
                p.statement_ms, p.idle_ms
         from tenant_schema s left join plan p on p.name = s.plan where s.id = any($1)",
    )
    .bind(ids)
    .fetch_all(store.pool())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.limits)).collect())
}

#[derive(FromRow)]
struct OfSchema {
    id: Uuid,
    #[sqlx(flatten)]
    limits: RoleLimits,
}

/// The limits of one schema's plan, without its own.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn limits_of_plan(store: &Store, id: Uuid) -> Result<RoleLimits, PgError> {
    let found: Option<RoleLimits> = sqlx::query_as(
        "select p.connection_limit, p.statement_ms, p.idle_ms
         from tenant_schema s join plan p on p.name = s.plan where s.id = $1",
    )
    .bind(id)
    .fetch_optional(store.pool())
    .await?;
    Ok(found.unwrap_or_default())
}

/// The shortest times of all plans that any institution has: for a session of which nobody knows whose it is.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn strictest(store: &Store) -> Result<RoleLimits, PgError> {
    let (statement_ms, idle_ms): (Option<i64>, Option<i64>) = sqlx::query_as(
        "select min(p.statement_ms), min(p.idle_ms) from plan p
         where exists (select from tenant_schema s where s.plan = p.name and s.state = 'active')",
    )
    .fetch_one(store.pool())
    .await?;
    Ok(RoleLimits { connection_limit: None, statement_ms, idle_ms })
}

/// Notes how many sessions each role of an institution may have by its own limit; none is its plan's.
///
/// # Errors
/// When the control database cannot be asked.
pub async fn set_own_connection_limit(
    tx: &mut Tx,
    id: Uuid,
    limit: Option<i32>,
) -> Result<(), PgError> {
    sqlx::query(
        "update tenant_schema set connection_limit = $2, updated_at = clock_timestamp() where id = $1",
    )
    .bind(id)
    .bind(limit)
    .execute(tx.connection())
    .await?;
    Ok(())
}

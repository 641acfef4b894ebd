//! Rows of the store as bodies of the API.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;
use tenantry_domain::operation::OperationState;
use tenantry_domain::quota::QuotaLevel;
use tenantry_domain::schema::SchemaState;
use tenantry_domain::usage::SchemaUsage;
use tenantry_domain::version::tag;
use tenantry_ops::runner::Description;
use tenantry_ops::schedules::BackupsAhead;
use tenantry_store::adoptions::Adoption;
use tenantry_store::backups::NewestBackup;
use tenantry_store::operations::Operation;
use tenantry_store::schemas::{SchemaRow, TenantSchema};
use tenantry_store::steps::{self, Step};

use crate::app::App;
use crate::problem::Problem;
use crate::types::{
    AdoptionOfSchema, BackupOfRow, BackupOfSchema, OperationBody, OperationOfRow, Progress, Quota,
    QuotaSource, SchemaBody, SchemaRow as RowBody, StepBody, Usage,
};

/// A schema.
pub(crate) async fn schema(app: &App, row: TenantSchema) -> Result<SchemaBody, Problem> {
    let ahead = BackupsAhead::read(app.fleet()).await?;
    Ok(with_ahead(row, &ahead))
}

/// Schemas; what is to come for them is read once for all.
pub(crate) async fn schemas(
    app: &App,
    rows: Vec<TenantSchema>,
) -> Result<Vec<SchemaBody>, Problem> {
    let ahead = BackupsAhead::read(app.fleet()).await?;
    Ok(rows.into_iter().map(|row| with_ahead(row, &ahead)).collect())
}

fn with_ahead(row: TenantSchema, ahead: &BackupsAhead) -> SchemaBody {
    let lives = matches!(row.state, SchemaState::Active | SchemaState::Suspended);
    // of what is shown beside it; the one that was told last may be a moment older
    let allowed = row.allowed_bytes();
    let level = QuotaLevel::next(row.quota_level, row.usage_bytes, allowed);
    let source = match (row.quota_bytes, row.plan_quota_bytes) {
        (Some(_), _) => Some(QuotaSource::Own),
        (None, by_plan) => by_plan.map(|_| QuotaSource::Plan),
    };
    SchemaBody {
        id: row.id,
        name: row.name,
        schema_name: row.schema_name,
        role_name: row.role_name,
        display_name: row.display_name,
        state: row.state,
        template: row.template,
        template_version: row.template_version,
        tool_version: row.adoption.as_ref().and_then(|adoption| adoption.tool_version.clone()),
        adoption: row.adoption.map(adoption),
        labels: labels(row.labels),
        usage: usage(row.usage_bytes, &row.usage),
        quota: Quota { bytes: allowed, source, level, writes_blocked_at: row.writes_blocked_at },
        plan: row.plan,
        failure: row.failure,
        archived_at: row.archived_at,
        recoverable_until: row.recoverable_until,
        purged_at: row.purged_at,
        active_operation: row.active_operation,
        created_at: row.created_at,
        updated_at: row.updated_at,
        contact: row.contact,
        external_id: row.external_id,
        backup: row.backup.map(newest_backup),
        next_backup_at: lives.then(|| ahead.of(row.id)).flatten(),
        version: tag(row.id, row.revision),
    }
}

/// A schema on a page.
pub(crate) fn row(row: SchemaRow) -> RowBody {
    let good_at = row.backup_at;
    RowBody {
        id: row.id,
        name: row.name,
        display_name: row.display_name,
        state: row.state,
        template: row.template,
        template_version: row.template_version,
        read_only: row.read_only,
        plan: row.plan,
        usage_bytes: row.usage_bytes,
        quota_bytes: row.quota_bytes,
        quota_level: QuotaLevel::next(row.quota_level, row.usage_bytes, row.quota_bytes),
        backup: row.backup.map(|backup| BackupOfRow {
            good_at: to_second(good_at.unwrap_or(backup.taken_at)),
            verification: verification(&backup).to_owned(),
        }),
        last_activity_at: row.last_activity.map(to_second),
        operation: row.operation.map(|operation| OperationOfRow {
            id: operation.id,
            kind: operation.kind,
            state: operation.state,
            progress: Progress {
                done: operation.steps_done,
                total: operation.steps_total,
                current: operation.current_step,
                unwinding: operation.unwinding,
            },
        }),
        recoverable_until: row.recoverable_until.map(to_second),
        created_at: to_second(row.created_at),
    }
}

/// Fractions of a second are noise that no compression makes small.
fn to_second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

fn verification(row: &NewestBackup) -> &'static str {
    match (row.failed_at, row.verified_at) {
        (Some(_), _) => "failed",
        (None, Some(_)) => "verified",
        (None, None) => "none",
    }
}

fn newest_backup(row: NewestBackup) -> BackupOfSchema {
    BackupOfSchema {
        id: row.id,
        taken_at: row.taken_at,
        verification: verification(&row).to_owned(),
        verified_at: row.verified_at,
        restore_ms: row.restore_ms,
    }
}

fn adoption(row: Adoption) -> AdoptionOfSchema {
    AdoptionOfSchema {
        tool: row.tool,
        migrations_applied: row.tool_applied,
        version_read_at: row.version_read_at,
        read_only: row.read_only,
        adopted_at: row.adopted_at,
    }
}

/// What a schema uses.
pub(crate) fn usage(bytes: Option<i64>, row: &SchemaUsage) -> Usage {
    Usage {
        bytes,
        measured_at: row.measured_at,
        stale_since: row.stale_since,
        table_bytes: row.table_bytes,
        index_bytes: row.index_bytes,
        toast_bytes: row.toast_bytes,
        row_estimate: row.row_estimate,
        writes: row.writes_total,
        connections: row.connections,
        last_activity_at: row.last_activity,
    }
}

fn labels(value: Value) -> BTreeMap<String, String> {
    serde_json::from_value(value).unwrap_or_default()
}

/// An operation with its journal.
pub(crate) async fn whole_operation(app: &App, row: Operation) -> Result<OperationBody, Problem> {
    let journal = steps::of(&app.fleet().store, row.id).await?;
    Ok(operation(app, row, &journal))
}

/// An operation, with as much of its journal as is at hand.
pub(crate) fn operation(app: &App, row: Operation, journal: &[Step]) -> OperationBody {
    let kind = app.registry().get(&row.kind);
    let duration_ms = row
        .started_at
        .zip(row.finished_at)
        .map(|(start, end)| end.duration_since(start).as_secs_f64() * 1000.0);
    OperationBody {
        id: row.id,
        plan: kind.map(|kind| (kind.plan)(&row.input)).unwrap_or_default(),
        steps: kind.map(|kind| step_bodies(kind, &row, journal)).unwrap_or_default(),
        kind: row.kind,
        schema: row.schema_name,
        schema_id: row.schema_id,
        state: row.state,
        progress: Progress {
            done: row.children_total.map_or(row.steps_done, |_| row.children_done.unwrap_or(0)),
            total: row.children_total.unwrap_or(row.steps_total),
            current: row.current_step,
            unwinding: row.unwinding,
        },
        error: row.error,
        result: row.result,
        actor: row.actor,
        source: row.source,
        request_id: row.request_id,
        attempt: row.attempt,
        cancel_requested_at: row.cancel_requested_at,
        // at its end it is the worker's no longer
        lease_until: row.lease_until.filter(|_| row.state == OperationState::Running),
        run_at: row.run_at,
        created_at: row.created_at,
        started_at: row.started_at,
        finished_at: row.finished_at,
        duration_ms,
        parent: row.parent,
    }
}

fn step_bodies(kind: &Description, row: &Operation, journal: &[Step]) -> Vec<StepBody> {
    (kind.steps)()
        .into_iter()
        .zip(0..)
        .map(|((name, reversible), seq)| {
            let line = journal.iter().find(|line| line.seq == seq);
            StepBody {
                name: name.to_owned(),
                state: step_state(row, seq, line).to_owned(),
                reversible,
                error: line.and_then(|line| line.error.clone()),
                finished_at: line.and_then(|line| line.finished_at),
            }
        })
        .collect()
}

/// The journal has what is over; what is under way follows from the count.
fn step_state<'a>(row: &Operation, seq: i32, line: Option<&'a Step>) -> &'a str {
    // one that waits for others is at work between its looks
    let waits_for_others = row.state == OperationState::Waiting && row.children_total.is_some();
    let running = row.state == OperationState::Running || waits_for_others;
    match row.steps_done {
        done if running && !row.unwinding && seq == done => "running",
        done if !row.unwinding && seq < done => "done",
        _ => line.map_or("pending", |line| line.state.as_str()),
    }
}

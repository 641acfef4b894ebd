//! Backups: `/api/admin/backups`.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use std::time::Duration;
use tenantry_domain::problem::Code;
use tenantry_domain::retention::Fate;
use tenantry_ops::backups::freshness::freshness;
use tenantry_ops::backups::{self as asking, MOST_KEEP_HOURS, RestoreRequest, Target};
use tenantry_ops::retention::plan_prune;
use tenantry_store::backups::{self, Backup, Filter};
use tenantry_store::schemas;
use utoipa::IntoParams;
use uuid::Uuid;

use super::schemas::{existing_name, page_size};
use crate::app::App;
use crate::caller::Caller;
use crate::extract::{Body, Bodyless, Path, Query};
use crate::headers::{ChangeHeaders, PreferredWait};
use crate::problem::Problem;
use crate::types::{
    BackupBody, BackupFreshness, BackupList, BackupPatch, NewBackupRequest, OperationBody,
    ProblemBody, PruneDecision, PrunePlan, RestoreRequestBody, Verification, VerifyRequest,
};
use crate::wait::answer;

/// Which backups, which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// An institution's name.
    schema: Option<String>,
    /// Only verified ones, or only those that are not.
    verified: Option<bool>,
    /// Also those that were removed from the store.
    removed: Option<bool>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<i64>,
    /// `nextCursor` of the page before.
    #[param(pattern = "^[A-Za-z0-9_-]+$")]
    cursor: Option<String>,
}

/// Lists backups, the newest first.
#[utoipa::path(get, path = "/api/admin/backups", tag = "backups", operation_id = "list_backups", params(ListQuery), responses(
    (status = 200, body = BackupList),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn list(
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Json<BackupList>, Problem> {
    let limit = page_size(query.limit)?;
    let after = match &query.cursor {
        None => None,
        Some(cursor) => Some(decode(cursor).ok_or_else(|| {
            Problem::new(Code::InvalidRequest, "`cursor` does not belong to this list.")
        })?),
    };
    if query.schema.as_deref().is_some_and(|name| name.contains('\0')) {
        return Err(Problem::new(Code::InvalidRequest, "The query contains a NUL character."));
    }
    let filter = Filter {
        schema: query.schema,
        verified: query.verified,
        removed: query.removed.unwrap_or(false),
    };
    let page = backups::list(&app.fleet().store, &filter, after, limit).await?;
    let next_cursor =
        page.items.last().filter(|_| page.more).map(|last| URL_SAFE_NO_PAD.encode(last.id));
    let items = page.items.into_iter().map(shape).collect();
    Ok(Json(BackupList { items, total: page.total, next_cursor }))
}

fn decode(text: &str) -> Option<Uuid> {
    Uuid::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

fn shape(row: Backup) -> BackupBody {
    let state = match (row.failed_at, row.verified_at) {
        (Some(_), _) => "failed",
        (None, Some(_)) => "verified",
        (None, None) => "none",
    };
    BackupBody {
        id: row.id,
        schema: row.schema_name,
        schema_id: row.schema_id,
        operation: row.operation_id,
        reason: row.reason,
        state: row.state,
        engine: row.engine,
        taken_at: row.taken_at,
        current_at: row.current_at,
        took_ms: row.took_ms,
        archive_bytes: row.archive_bytes,
        plain_bytes: row.plain_bytes,
        rows: row.row_count,
        tables: row.table_count,
        server_version: row.server_version,
        key_epoch: row.key_epoch,
        manifest_sha256: row.manifest_sha256,
        verification: Verification {
            state: state.to_owned(),
            verified_at: row.verified_at,
            restore_ms: row.restore_ms,
            failed_at: row.failed_at,
            failure: row.failure,
        },
        hold: row.hold,
        condemned_at: row.condemned_at,
        condemned_why: row.condemned_why,
        removed_at: row.removed_at,
        manifest: None,
    }
}

/// Shows a backup with its manifest.
#[utoipa::path(get, path = "/api/admin/backups/{id}", tag = "backups", operation_id = "show_backup",
    params(("id" = Uuid, Path, description = "The backup's id")), responses(
    (status = 200, body = BackupBody),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn show(
    State(app): State<App>,
    Path(id): Path<Uuid>,
) -> Result<Json<BackupBody>, Problem> {
    let store = &app.fleet().store;
    let row = backups::by_id(store, id)
        .await?
        .ok_or_else(|| Problem::new(Code::BackupNotFound, format!("There is no backup {id}.")))?;
    let manifest = backups::manifest(store, id).await?;
    Ok(Json(BackupBody { manifest, ..shape(row) }))
}

/// How the fleet's backups stand: how old they are, and how many of them are verified.
#[utoipa::path(get, path = "/api/admin/backups/freshness", tag = "backups", operation_id = "show_backup_freshness", responses(
    (status = 200, body = BackupFreshness),
))]
pub(crate) async fn fresh(State(app): State<App>) -> Result<Json<BackupFreshness>, Problem> {
    let fleet = app.fleet();
    let now = freshness(fleet).await?;
    let backups = fleet.backups.as_deref();
    Ok(Json(BackupFreshness {
        configured: backups.is_some(),
        can_restore: backups.is_some_and(|backups| backups.identities.is_some()),
        place: backups.map(|backups| backups.repository.place().address().to_owned()),
        institutions: now.institutions,
        without_backup: now.without_backup,
        stale: now.stale,
        unverified: now.unverified,
        oldest_backup_seconds: now.oldest_backup_seconds,
        oldest_unverified_seconds: now.oldest_unverified_seconds,
    }))
}

/// Asks for a backup of one institution, or of all: then by one operation to which one for each
/// institution belongs.
#[utoipa::path(post, path = "/api/admin/backups", tag = "backups", operation_id = "create_backup",
    params(ChangeHeaders), request_body = NewBackupRequest, responses(
    (status = 200, body = OperationBody, description = "It ended within the wait"),
    (status = 202, body = OperationBody, description = "It is queued or under way"),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    (status = 415, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    wait: PreferredWait,
    Body { value, idempotency }: Body<NewBackupRequest>,
) -> Result<Response, Problem> {
    let who = caller.requester(idempotency);
    let accepted = match (&value.schema, value.all) {
        (Some(name), false) => {
            let name = existing_name(name)?;
            asking::back_up(app.fleet(), &who, name, value.skip_unchanged).await?
        }
        (None, true) => asking::back_up_all(app.fleet(), &who, value.skip_unchanged).await?,
        _ => {
            let detail = "Give either `schema`, or `all` as true.";
            return Err(Problem::new(Code::InvalidRequest, detail));
        }
    };
    answer(&app, accepted, wait).await
}

/// Keeps a backup whatever retention says, or not any more.
#[utoipa::path(patch, path = "/api/admin/backups/{id}", tag = "backups", operation_id = "patch_backup",
    params(("id" = Uuid, Path, description = "The backup's id")), request_body = BackupPatch, responses(
    (status = 200, body = BackupBody),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    (status = 415, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn patch(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Body { value, .. }: Body<BackupPatch>,
) -> Result<Json<BackupBody>, Problem> {
    let hold = value.hold.as_deref().map(str::trim);
    if hold.is_some_and(|why| why.is_empty() || why.len() > 500 || why.contains('\0')) {
        let detail = "`hold` is why the backup is kept, in 1 to 500 bytes; null lets it go.";
        return Err(Problem::new(Code::InvalidRequest, detail));
    }
    let row = asking::hold(app.fleet(), &caller.requester(None), id, hold).await?;
    Ok(Json(shape(row)))
}

/// Asks for a drill of one backup: restored into a schema of its own, compared, dropped.
#[utoipa::path(post, path = "/api/admin/backups/{id}/verify", tag = "backups", operation_id = "verify_backup",
    params(("id" = Uuid, Path, description = "The backup's id"), ChangeHeaders), responses(
    (status = 200, body = OperationBody, description = "It ended within the wait"),
    (status = 202, body = OperationBody, description = "It is queued or under way"),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn verify(
    State(app): State<App>,
    caller: Caller,
    wait: PreferredWait,
    Path(id): Path<Uuid>,
    Bodyless { idempotency }: Bodyless,
) -> Result<Response, Problem> {
    let accepted = asking::verify(app.fleet(), &caller.requester(idempotency), id).await?;
    answer(&app, accepted, wait).await
}

/// Asks for a drill of the newest backup of each institution.
#[utoipa::path(post, path = "/api/admin/backups/verify", tag = "backups", operation_id = "verify_backups",
    params(ChangeHeaders), request_body = VerifyRequest, responses(
    (status = 200, body = OperationBody, description = "It ended within the wait"),
    (status = 202, body = OperationBody, description = "It is queued or under way"),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    (status = 415, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn verify_all(
    State(app): State<App>,
    caller: Caller,
    wait: PreferredWait,
    Body { value, idempotency }: Body<VerifyRequest>,
) -> Result<Response, Problem> {
    let hours = value.older_than_hours;
    if hours.is_some_and(|hours| hours > MOST_KEEP_HOURS) {
        let detail = format!("`olderThanHours` is at most {MOST_KEEP_HOURS}.");
        return Err(Problem::new(Code::InvalidRequest, detail));
    }
    let age = hours.map(|hours| Duration::from_secs(u64::from(hours) * 60 * 60));
    let who = caller.requester(idempotency);
    let accepted = asking::verify_all(app.fleet(), &who, age).await?;
    answer(&app, accepted, wait).await
}

/// Asks for a restore: beside the living schema under a name of its own, or in place of one that was
/// dropped, purged or lost.
#[utoipa::path(post, path = "/api/admin/backups/{id}/restore", tag = "backups", operation_id = "restore_backup",
    params(("id" = Uuid, Path, description = "The backup's id"), ChangeHeaders),
    request_body = RestoreRequestBody, responses(
    (status = 200, body = OperationBody, description = "It ended within the wait"),
    (status = 202, body = OperationBody, description = "It is queued or under way"),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
    (status = 415, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn restore(
    State(app): State<App>,
    caller: Caller,
    wait: PreferredWait,
    Path(id): Path<Uuid>,
    Body { value, idempotency }: Body<RestoreRequestBody>,
) -> Result<Response, Problem> {
    let keep_hours = keep_hours(value.keep_hours)?;
    let target = match value.in_place {
        true if value.as_name.is_some() || value.accept_names || !value.tables.is_empty() => {
            let detail = "`inPlace` goes with none of `as`, `tables` and `acceptNames`.";
            return Err(Problem::new(Code::InvalidRequest, detail));
        }
        true => Target::InPlace,
        false => {
            if let Some(name) = &value.as_name {
                check_copy_name(name)?;
            }
            if value.tables.len() > 1000 || value.tables.iter().any(|name| name.contains('\0')) {
                let detail = "`tables` names at most 1,000 tables.";
                return Err(Problem::new(Code::InvalidRequest, detail));
            }
            let RestoreRequestBody { as_name: name, tables, accept_names, .. } = value;
            Target::Beside { name, tables, accept_names }
        }
    };
    let request = RestoreRequest { backup: id, target, keep_hours };
    let accepted = asking::restore(app.fleet(), &caller.requester(idempotency), request).await?;
    answer(&app, accepted, wait).await
}

/// Whether a schema beside the living one may be called so.
fn check_copy_name(name: &str) -> Result<(), Problem> {
    let mut letters = name.bytes();
    let first = letters.next().is_some_and(|byte| byte.is_ascii_lowercase());
    let rest =
        letters.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    let reserved = ["pg_", "tenantry"].iter().any(|prefix| name.starts_with(prefix))
        || ["public", "information_schema"].contains(&name);
    if first && rest && name.len() <= 63 && !reserved {
        return Ok(());
    }
    Err(Problem::new(
        Code::InvalidName,
        format!(
            "{name:?} is not usable for a copy: 1 to 63 lower-case letters, digits and _, beginning with a \
             letter, and neither pg_… nor tenantry… nor public."
        ),
    ))
}

/// For how long something is kept, checked.
pub(super) fn keep_hours(given: Option<u32>) -> Result<u32, Problem> {
    match given {
        None => Ok(asking::KEEP_HOURS),
        Some(hours) if (1..=MOST_KEEP_HOURS).contains(&hours) => Ok(hours),
        Some(_) => {
            let detail = format!("`keepHours` is 1 to {MOST_KEEP_HOURS}.");
            Err(Problem::new(Code::InvalidRequest, detail))
        }
    }
}

/// Of which institution.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PruneQuery {
    /// Only this institution's.
    schema: Option<String>,
}

/// What pruning would do now with each backup, and why.
#[utoipa::path(get, path = "/api/admin/backups/prune", tag = "backups", operation_id = "plan_prune", params(PruneQuery), responses(
    (status = 200, body = PrunePlan),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn prune_plan(
    State(app): State<App>,
    Query(query): Query<PruneQuery>,
) -> Result<Json<PrunePlan>, Problem> {
    let schema = match query.schema.as_deref() {
        None => None,
        Some(name) => {
            let name = existing_name(name)?;
            let found = schemas::by_name(&app.fleet().store, name).await?.ok_or_else(|| {
                Problem::new(Code::SchemaNotFound, format!("There is no institution {name}."))
            })?;
            Some(found.id)
        }
    };
    let plan = plan_prune(app.fleet(), schema).await?;
    let items = plan
        .into_iter()
        .map(|planned| {
            let decision = planned.decision;
            let (word, reasons, removed_from) = match decision.fate {
                Fate::Keep { reasons } => ("keep", reasons, None),
                Fate::Condemn { why, removed_from } => ("condemn", vec![why], Some(removed_from)),
                Fate::Remove { why } => ("remove", vec![why], None),
            };
            PruneDecision {
                backup: decision.facts.id,
                schema: planned.schema_name,
                taken_at: decision.facts.taken_at,
                verified: decision.facts.verified,
                decision: word.to_owned(),
                reasons,
                removed_from,
            }
        })
        .collect();
    Ok(Json(PrunePlan { items }))
}

/// Asks for retention to be applied.
#[utoipa::path(post, path = "/api/admin/backups/prune", tag = "backups", operation_id = "prune_backups",
    params(ChangeHeaders), responses(
    (status = 200, body = OperationBody, description = "It ended within the wait"),
    (status = 202, body = OperationBody, description = "It is queued or under way"),
    (status = 400, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json"),
    (status = 413, body = ProblemBody, content_type = "application/problem+json"),
))]
pub(crate) async fn prune(
    State(app): State<App>,
    caller: Caller,
    wait: PreferredWait,
    Bodyless { idempotency }: Bodyless,
) -> Result<Response, Problem> {
    let accepted = asking::prune(app.fleet(), &caller.requester(idempotency)).await?;
    answer(&app, accepted, wait).await
}
